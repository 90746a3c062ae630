import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

test('a host is watched by its own path', async () => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_ping', {
    body: { name: 'Router', url: 'Router.example', pingInfo: { packets: 5 } },
  })
  expect(status).toBe(201)
  expect(json).toMatchObject({
    url: 'router.example',
    type: 'PING',
    frequency: 5,
    pingInfo: { packets: 5, degradedLossPercent: 50, isAllowIp4: true, isAllowIp6: true },
  })
})

test.each([
  ['a port', { url: 'router.example:80' }, 'url format'],
  ['an option of the program', { url: '-c1' }, 'url format'],
  ['no packets', { pingInfo: { packets: 0 } }, 'pingInfo.packets range'],
  [
    'all of them lost',
    { pingInfo: { degradedLossPercent: 100 } },
    'pingInfo.degradedLossPercent range',
  ],
  ['options of a page', { httpInfo: {} }, 'httpInfo unknown_field'],
])('%s is refused', async (_, fields, expected) => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_ping', {
    body: { name: 'Router', url: 'router.example', ...fields },
  })
  expect(status).toBe(422)
  const violations = json['violations'] as { propertyPath: string; code: string }[]
  expect(violations.map(({ propertyPath, code }) => `${propertyPath} ${code}`)).toEqual([expected])
})
