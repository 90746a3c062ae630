import { expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { openHouse } from './house.ts'

test.each([
  ['type_http', 'http://169.254.169.254/latest'],
  ['type_http', 'http://2852039166/'],
  ['type_http', 'http://0xA9FEA9FE/'],
  ['type_http', 'http://0251.0376.0251.0376/'],
  ['type_http', 'http://[::ffff:169.254.169.254]/'],
  ['type_http', 'http://[64:ff9b::a9fe:a9fe]/'],
  ['type_api', 'http://[fd00:ec2::254]/'],
  ['type_port', '169.254.169.254:80'],
  ['type_port', '[fe80::1]:22'],
  ['type_ssl', '168.63.129.16'],
  ['type_ping', '100.100.100.200'],
])('%s %s is refused whoever asks', async (path, url) => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', `/api/targets/${path}`, {
    body: { name: 'x', url },
  })
  expect([status, json['violations']]).toEqual([
    422,
    [
      {
        propertyPath: 'url',
        code: 'format',
        message: expect.stringMatching(
          /^cannot be that: .* may not be watched \(reserved address\)$/,
        ) as string,
      },
    ],
  ])
})

test('private addresses are refused where the operator says so, names are judged at each look', async () => {
  await using house = await openHouse({}, 'deny')
  const { id } = await house.add({ url: 'http://inner.example/' })
  for (const url of ['http://10.0.0.7/', 'http://127.1/', 'http://[::1]:8080/'])
    expect((await house.ask('PATCH', `/api/targets/${id}`, { body: { url } })).status).toBe(422)
  expect((await house.ask('PATCH', `/api/targets/${id}`, { body: { name: 'y' } })).status).toBe(200)
  await using home = await openHouse()
  expect((await home.add({ url: 'http://10.0.0.7/' })).id).toBe(1)
})

test('a target from before the rule can still be renamed and paused', async () => {
  await using house = await openHouse({}, 'deny')
  const { id } = await house.add()
  await house.db.updateTable('monitors').set({ url: 'http://10.0.0.7/' }).execute()
  for (const body of [{ name: 'y' }, { isActive: false }, { url: 'http://10.0.0.7/' }])
    expect((await house.ask('PATCH', `/api/targets/${id}`, { body })).status).toBe(200)
})

test('a key that may only read is told nothing of what an inner page holds', async () => {
  await using house = await openHouse()
  const quoted = '"secret-word" is missing from the page: <p>inner things</p>'
  for (const url of ['http://10.0.0.7/', 'https://shop.example/']) {
    const { id } = await house.add({ url, name: url })
    const incident = await addIncident(house, house.ours, id)
    await house.db
      .updateTable('incidents')
      .set({ code: 'body_missing', message: quoted, url })
      .where('id', '=', incident)
      .execute()
    const details = { address: url.includes('10.0') ? '10.0.0.7' : '203.0.113.7', family: 4 }
    await house.db
      .updateTable('monitor_states')
      .set({
        last_status: 'down',
        last_code: 'body_missing',
        last_message: quoted,
        latest: JSON.stringify({
          status: 'down',
          code: 'body_missing',
          message: quoted,
          durationMs: 1,
          timings: { total: 1 },
          details,
        }),
      })
      .where('monitor_id', '=', id)
      .execute()
  }
  const said = async (scope: 'read' | 'write') => {
    const key = house.ours.keys[scope]
    const incidents = await house.ask('GET', '/api/target_incidents', { key })
    const targets = await house.ask('GET', '/api/targets', { key })
    const of = (list: unknown, field: string) =>
      (list as Record<string, string>[]).map((it) => it[field] === quoted)
    return [
      of(incidents.json['member'], 'errorMessage'),
      of(targets.json['member'], 'lastErrorMessage'),
    ]
  }
  // Newest first: the public one, then the inner one.
  expect(await said('write')).toEqual([
    [true, true],
    [true, true],
  ])
  expect(await said('read')).toEqual([
    [true, false],
    [true, false],
  ])
  const key = house.ours.keys.read
  expect((await house.ask('GET', '/api/targets/1', { key })).json).toMatchObject({
    lastErrorCode: 'body_missing',
    lastErrorMessage: 'what must be in the page is missing',
  })
})
