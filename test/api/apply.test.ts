import { expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'

const SHOP = { externalRef: 'shop', type: 'HTTP', name: 'Shop', url: 'https://shop.example/' }
const API = { externalRef: 'api', type: 'PORT', name: 'API', url: 'api.example:443' }

const apply = (house: House, targets: unknown, query = '', more: object = {}) =>
  house.ask('PUT', `/api/targets?managedBy=git${query}`, { body: { targets }, ...more })

const names = async (house: House) =>
  (await house.db.selectFrom('monitors').select('name').orderBy('id').execute()).map(
    ({ name }) => name,
  )

test('a set is made, changed, and the second time nothing is left to do', async () => {
  await using house = await openHouse()
  const first = await apply(house, [SHOP, API])
  expect(first.json).toMatchObject({
    dryRun: false,
    managedBy: 'git',
    created: 2,
    updated: 0,
    deleted: 0,
    unchanged: 0,
    changes: [
      { action: 'create', externalRef: 'shop', target: '/api/targets/1', diff: {} },
      { action: 'create', externalRef: 'api', target: '/api/targets/2' },
    ],
  })
  expect((await apply(house, [SHOP, API])).json).toMatchObject({
    created: 0,
    updated: 0,
    unchanged: 2,
    changes: [],
  })
  const changed = await apply(house, [
    { ...SHOP, intervalSeconds: 30, httpInfo: { headers: { 'x-token': 'hush' } } },
    API,
  ])
  expect(changed.json).toMatchObject({
    updated: 1,
    unchanged: 1,
    changes: [
      {
        action: 'update',
        target: '/api/targets/1',
        diff: {
          intervalSeconds: [300, 30],
          frequency: [5, 1],
          'httpInfo.headers': [{}, { 'x-token': '[redacted]' }],
        },
      },
    ],
  })
  expect(changed.text).not.toContain('hush')
  expect((await house.ask('GET', '/api/targets/1')).json).toMatchObject({
    externalRef: 'shop',
    managedBy: 'git',
    intervalSeconds: 30,
  })
  // What is not said any more has its default again.
  expect((await apply(house, [SHOP, API])).json).toMatchObject({
    updated: 1,
    changes: [{ diff: { intervalSeconds: [30, 300] } }],
  })
})

test('only what it keeps itself is pruned, and only when asked to', async () => {
  await using house = await openHouse()
  await house.add({ name: 'By hand' })
  await house.add({ name: 'Of others', externalRef: 'x', managedBy: 'terraform' })
  await apply(house, [SHOP, API])
  expect((await apply(house, [SHOP])).json).toMatchObject({ deleted: 0 })
  expect((await apply(house, [SHOP], '&prune=true')).json).toMatchObject({
    deleted: 1,
    changes: [{ action: 'delete', externalRef: 'api', target: '/api/targets/4' }],
  })
  expect(await names(house)).toEqual(['By hand', 'Of others', 'Shop'])
})

test('a dry run says the same and leaves nothing', async () => {
  await using house = await openHouse()
  await apply(house, [API])
  const { nudges } = house
  const before = nudges()
  const { json } = await apply(house, [SHOP], '&dryRun=true&prune=1')
  expect(json).toMatchObject({
    dryRun: true,
    created: 1,
    deleted: 1,
    changes: [
      { action: 'create', externalRef: 'shop', target: null },
      { action: 'delete', externalRef: 'api', target: '/api/targets/1' },
    ],
  })
  expect(await names(house)).toEqual(['API'])
  expect(nudges()).toBe(before)
  expect(
    (await house.db.selectFrom('audit_logs').selectAll().execute()).map(({ action }) => action),
  ).toEqual(['monitor.create'])
})

test('a pause by hand stays, unless the set says otherwise', async () => {
  await using house = await openHouse()
  await apply(house, [SHOP])
  await house.ask('PATCH', '/api/targets/1/is_active', { body: { isActive: false } })
  expect((await apply(house, [{ ...SHOP, name: 'Shop EU' }])).json).toMatchObject({ updated: 1 })
  expect((await house.ask('GET', '/api/targets/1')).json).toMatchObject({
    name: 'Shop EU',
    isActive: false,
  })
  await apply(house, [{ ...SHOP, isActive: true }])
  expect((await house.ask('GET', '/api/targets/1')).json).toMatchObject({ isActive: true })
})

test.each<[string, unknown, string[]]>([
  [
    'a bad url among three',
    [SHOP, { ...API, url: 'nowhere' }, { ...SHOP, externalRef: 'c' }],
    ['targets[1].url format'],
  ],
  ['two with one reference', [SHOP, SHOP], ['targets[1].externalRef conflict']],
  [
    'one without a reference',
    [{ ...SHOP, externalRef: undefined }],
    ['targets[0].externalRef required'],
  ],
  [
    'several mistakes',
    [
      { ...SHOP, frequncy: 1 },
      { ...API, requestTimeout: 99, name: '' },
    ],
    ['targets[0].frequncy unknown_field'],
  ],
  [
    'mistakes of the rules',
    [
      { ...SHOP, requestTimeout: 99 },
      { ...API, name: '' },
    ],
    ['targets[0].requestTimeout range', 'targets[1].name length'],
  ],
  [
    'a dependency nobody has',
    [{ ...SHOP, dependsOn: ['/api/targets/99'] }],
    ['targets[0].dependsOn[0] not_found'],
  ],
  ['an unknown type', [{ ...SHOP, type: 'SMTP' }], ['targets[0].type enum']],
  ['something that is no list', 'all', ['targets type']],
])('%s: nothing is stored', async (_, targets, expected) => {
  await using house = await openHouse()
  const { status, json } = await apply(house, targets)
  expect(status).toBe(422)
  const violations = json['violations'] as { propertyPath: string; code: string }[]
  expect(violations.map(({ propertyPath, code }) => `${propertyPath} ${code}`)).toEqual(expected)
  expect(await names(house)).toEqual([])
})

test('another owner’s reference, another type, no owner, too many, and who may', async () => {
  await using house = await openHouse()
  await house.add({ externalRef: 'shop', managedBy: 'terraform' })
  expect((await apply(house, [API, SHOP])).json).toMatchObject({
    status: 409,
    type: '/errors/conflict',
  })
  expect(await names(house)).toEqual(['Shop'])
  await apply(house, [API])
  expect((await apply(house, [{ ...SHOP, externalRef: 'api' }])).json).toMatchObject({
    violations: [{ propertyPath: 'targets[0].type', code: 'immutable' }],
  })
  expect((await house.ask('PUT', '/api/targets', { body: { targets: [] } })).json).toMatchObject({
    type: '/errors/invalid-parameter',
    parameter: 'managedBy',
  })
  const many = Array.from({ length: 1001 }, (_, at) => ({ ...SHOP, externalRef: String(at) }))
  expect((await apply(house, many)).status).toBe(422)
  expect((await apply(house, [], '', { key: house.ours.keys.read })).status).toBe(403)
  expect((await apply(house, [], '', { key: house.theirs.keys.write })).status).toBe(200)
})

test('YAML is taken as plain data', async () => {
  await using house = await openHouse()
  const put = (raw: string) =>
    house.ask('PUT', '/api/targets?managedBy=git', {
      raw,
      headers: { 'content-type': 'application/yaml' },
    })
  const yaml = `targets:
  # the shop
  - {externalRef: shop, type: HTTP, name: Shop, url: "https://shop.example/", intervalSeconds: 30}
  - externalRef: api
    type: API
    name: API
    url: https://api.example/
    httpInfo:
      assertions: [{path: $.status, op: equals, value: ok}]
`
  expect((await put(yaml)).json).toMatchObject({ created: 2 })
  expect((await put(yaml)).json).toMatchObject({ unchanged: 2 })
  for (const bad of [
    'targets: [',
    'targets: &a []\nother: *a',
    'targets: !!js/function "x"',
    'targets: []\ntargets: []',
    '- a',
  ])
    expect((await put(bad)).status, bad).toBe(400)
  const json = { raw: '{}', headers: { 'content-type': 'text/yaml' } }
  expect((await house.ask('PUT', '/api/targets?managedBy=git', json)).status).toBe(415)
})
