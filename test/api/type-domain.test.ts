import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

test('a domain is watched by its registrable part, once a day', async () => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_domain', {
    body: { name: 'Domain', url: 'www.Example.co.uk' },
  })
  expect(status).toBe(201)
  expect(json).toMatchObject({
    url: 'example.co.uk',
    type: 'DOMAIN',
    frequency: 1440,
    domainInfo: { warnDays: [30, 14, 7, 3, 1] },
    domain: null,
  })
  const answer = await house.ask('PATCH', `/api/targets/${String(json['id'])}`, {
    body: { domainInfo: { warnDays: [] } },
  })
  expect(answer.json).toMatchObject({ domainInfo: { warnDays: [] } })
})

test.each([
  ['an address', { url: '10.0.0.7' }, 'url format'],
  ['a whole suffix', { url: 'co.uk' }, 'url format'],
  ['a web address', { url: 'https://example.com' }, 'url format'],
  ['a threshold of a year', { domainInfo: { warnDays: [365] } }, 'domainInfo.warnDays[0] range'],
])('%s is refused', async (_, fields, expected) => {
  await using house = await openHouse()
  const { status, json } = await house.ask('POST', '/api/targets/type_domain', {
    body: { name: 'Domain', url: 'example.com', ...fields },
  })
  expect(status).toBe(422)
  const violations = json['violations'] as { propertyPath: string; code: string }[]
  expect(violations.map(({ propertyPath, code }) => `${propertyPath} ${code}`)).toEqual([expected])
})
