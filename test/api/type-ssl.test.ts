import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

const CERTIFICATE = { name: 'Shop', url: 'shop.example' }

test('a certificate is watched by its own path, once an hour', async () => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_ssl', { body: CERTIFICATE })
  expect(status).toBe(201)
  expect(json).toMatchObject({
    ...CERTIFICATE,
    type: 'SSL',
    frequency: 60,
    intervalSeconds: 3600,
    sslInfo: { servername: null, warnDays: [30, 14, 7, 3, 1], isAllowIp4: true, isAllowIp6: true },
    ssl: null,
  })
  const path = `/api/targets/type_ssl/${String(json['id'])}`
  const patched = await house.ask('PATCH', path, {
    body: { sslInfo: { servername: 'www.shop.example', warnDays: [7] } },
    headers: { 'content-type': 'application/merge-patch+json' },
  })
  expect(patched.json).toMatchObject({
    sslInfo: { servername: 'www.shop.example', warnDays: [7], isAllowIp4: true },
  })
})

test.each([
  ['a web address', { url: 'https://shop.example' }, 'url format'],
  ['a path', { url: 'shop.example/x' }, 'url format'],
  ['too many thresholds', { sslInfo: { warnDays: [1, 2, 3, 4, 5, 6] } }, 'sslInfo.warnDays length'],
  ['a threshold of no days', { sslInfo: { warnDays: [0] } }, 'sslInfo.warnDays[0] range'],
  ['an address as the name', { sslInfo: { servername: '10.0.0.7' } }, 'sslInfo.servername format'],
  [
    'no family',
    { sslInfo: { isAllowIp4: false, isAllowIp6: false } },
    'sslInfo.isAllowIp6 conflict',
  ],
  ['options of a page', { httpInfo: {} }, 'httpInfo unknown_field'],
  ['a misspelt option', { sslInfo: { serverName: 'x' } }, 'sslInfo.serverName unknown_field'],
])('%s is refused', async (_, fields, expected) => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_ssl', {
    body: { ...CERTIFICATE, ...fields },
  })
  expect(status).toBe(422)
  const violations = json['violations'] as { propertyPath: string; code: string }[]
  expect(violations.map(({ propertyPath, code }) => `${propertyPath} ${code}`)).toEqual([expected])
})
