import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

const GOOD = { type: 'API', name: 'Orders', url: 'https://shop.example/health' }
const UP = { path: '$.status', op: 'equals', value: 'up' }

test('an API target is kept, listed, and patched like any other; lists replace lists', async () => {
  await using house = await openHouse()
  const body = { ...GOOD, user: '/api/users/1', isActive: true }
  const made = await house.ask('POST', '/api/targets', { body })
  expect(made).toMatchObject({
    status: 201,
    json: { type: 'API', frequency: 5, httpInfo: { method: 'GET', assertions: [] } },
  })
  await house.add()
  const patch = (httpInfo: object) => house.ask('PATCH', '/api/targets/1', { body: { httpInfo } })
  const depth = { path: '$.queue', op: 'lessThan', value: 9 }
  expect(await patch({ assertions: [UP, depth], bodyMatches: 'u.' })).toMatchObject({ status: 200 })
  expect((await patch({ assertions: [depth] })).json).toMatchObject({
    httpInfo: { assertions: [depth], bodyMatches: 'u.' },
  })
  expect((await patch({ assertions: null })).json).toMatchObject({ httpInfo: { assertions: [] } })
  const { json } = await house.ask('GET', '/api/targets?type=API')
  expect(JSON.stringify(json)).toContain('Orders')
  expect(JSON.stringify(json)).not.toContain('"HTTP"')
})

test('its own route takes it too', async () => {
  await using house = await openHouse()
  const body = { ...GOOD, httpInfo: { assertions: [UP] } }
  expect(await house.ask('POST', '/api/targets/type_api', { body })).toMatchObject({ status: 201 })
})

test.each([
  [
    'API',
    { assertions: [{ ...UP, path: 'status' }] },
    'httpInfo.assertions[0].path',
    'must be a JSONPath, such as $.status',
  ],
  [
    'API',
    { assertions: [UP, { path: '$.a', op: 'count' }] },
    'httpInfo.assertions[1].value',
    'must be a whole number from 0 with count',
  ],
  ['API', { bodyMatches: '(?=a)' }, 'httpInfo.bodyMatches', 'must be a pattern RE2 can read'],
  ['HTTP', { assertions: [UP] }, 'httpInfo.assertions', 'is not a field we know'],
])('%s with %j is refused', async (type, httpInfo, propertyPath, said) => {
  await using house = await openHouse()
  const answer = await house.ask('POST', '/api/targets', { body: { ...GOOD, type, httpInfo } })
  expect(answer).toMatchObject({ status: 422, json: { violations: [{ propertyPath }] } })
  expect(answer.text).toContain(said)
})
