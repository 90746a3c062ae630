import { describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'

const GAME = { name: 'Game', url: 'play.example.com:25565' }
const DEFAULTS = {
  isAllowIp4: true,
  isAllowIp6: true,
  portProtocol: 'TCP',
  send: null,
  expect: null,
  encoding: 'text',
}

const post = (house: House, body: object, path = '/api/targets/type_port') =>
  house.ask('POST', path, { body })
const patch = (house: House, body: unknown, path = '/api/targets/1') =>
  house.ask('PATCH', path, { body })

const violations = (json: Readonly<Record<string, unknown>>) =>
  (json['violations'] as { propertyPath: string; code: string }[])
    .map(({ propertyPath, code }) => `${propertyPath} ${code}`)
    .join(', ')

describe('a new port', () => {
  test('is made as the official client makes one', async () => {
    await using house = await openHouse()
    const portInfo = { isAllowIp4: true, isAllowIp6: true, portProtocol: 'UDP' }
    const { status, json, headers } = await house.ask('POST', '/api/targets/type_port', {
      body: { ...GAME, user: '/api/users/1', isActive: true, portInfo },
      headers: { 'content-type': 'application/ld+json' },
    })
    expect(status).toBe(201)
    expect(headers['location']).toBe('/api/targets/1')
    expect(json).toMatchObject({
      '@id': '/api/targets/1',
      ...GAME,
      type: 'PORT',
      frequency: 5,
      intervalSeconds: 300,
      requestTimeout: 30,
      statusSummary: 'PENDING',
      alertPolicy: { confirmations: 2 },
      portInfo: { ...DEFAULTS, portProtocol: 'UDP' },
    })
    expect(json).not.toHaveProperty('httpInfo')
  })

  test.each([
    ['without portInfo', {}, {}],
    ['with portInfo of null', { portInfo: null, alertPolicy: null }, {}],
    ['with members of null', { portInfo: { send: null, encoding: null, isAllowIp4: null } }, {}],
    ['with its own type', { type: 'PORT' }, {}],
    [
      'with something to say',
      { portInfo: { send: 'ff ff', expect: '0a', encoding: 'hex' } },
      { send: 'ff ff', expect: '0a', encoding: 'hex' },
    ],
    ['of one family', { portInfo: { isAllowIp6: false } }, { isAllowIp6: false }],
  ])('may be %s', async (_, fields, portInfo) => {
    await using house = await openHouse()
    const typed = await post(house, { ...GAME, ...fields })
    expect(typed).toMatchObject({ status: 201, json: { portInfo: { ...DEFAULTS, ...portInfo } } })
    const plain = await post(house, { ...GAME, ...fields, type: 'PORT' }, '/api/targets')
    expect(plain.json['portInfo']).toEqual(typed.json['portInfo'])
  })

  test.each([
    ['no port', { url: 'example.com' }, 'url format'],
    ['a scheme', { url: 'tcp://example.com:22' }, 'url format'],
    ['a path', { url: 'example.com:22/x' }, 'url format'],
    ['a port too high', { url: 'example.com:65536' }, 'url format'],
    ['IPv6 without brackets', { url: '2001:db8::1' }, 'url format'],
    ['no url', { url: undefined }, 'url required'],
    ['another type', { type: 'HTTP' }, 'type conflict'],
    ['options of HTTP', { httpInfo: {} }, 'httpInfo unknown_field'],
    ['options of HTTP as null', { httpInfo: null }, 'httpInfo unknown_field'],
    ['another protocol', { portInfo: { portProtocol: 'SCTP' } }, 'portInfo.portProtocol enum'],
    [
      'no family',
      { portInfo: { isAllowIp4: false, isAllowIp6: false } },
      'portInfo.isAllowIp6 conflict',
    ],
    [
      'a misspelt option',
      { portInfo: { portProtocl: 'UDP' } },
      'portInfo.portProtocl unknown_field',
    ],
    ['a list for options', { portInfo: [] }, 'portInfo type'],
    ['half a byte', { portInfo: { send: 'f', encoding: 'hex' } }, 'portInfo.send format'],
    ['too much to say', { portInfo: { send: 'x'.repeat(1025) } }, 'portInfo.send length'],
    [
      'much at once',
      { name: '', url: 'x', portInfo: { encoding: 'x', send: 1 } },
      'name length, url format, portInfo.send type, portInfo.encoding enum',
    ],
  ])('with %s is refused: %o', async (_, fields, expected) => {
    await using house = await openHouse()
    const { status, json } = await post(house, { ...GAME, ...fields })
    expect([status, violations(json)]).toEqual([422, expected])
  })

  test('says what would be right', async () => {
    await using house = await openHouse()
    const { json } = await post(house, { ...GAME, portInfo: { portProtocl: 1, portProtocol: 'X' } })
    expect(json['detail']).toBe(
      'portInfo.portProtocl: is not a field we know; did you mean portProtocol?\nportInfo.portProtocol: must be TCP or UDP, not "X"',
    )
  })

  test('is no place for options of a port elsewhere', async () => {
    await using house = await openHouse()
    const http = { name: 'Shop', url: 'https://shop.example/', type: 'HTTP' }
    const { status, json } = await post(house, { ...http, portInfo: DEFAULTS }, '/api/targets')
    expect([status, violations(json)]).toEqual([422, 'portInfo unknown_field'])
  })
})

describe('a change of a port', () => {
  test('merges, keeps, and goes back to defaults', async () => {
    await using house = await openHouse()
    await post(house, { ...GAME, portInfo: { portProtocol: 'UDP', send: 'a', expect: 'b' } })
    const changed = await patch(house, { portInfo: { send: 'c' } })
    expect(changed.json['portInfo']).toEqual({
      ...DEFAULTS,
      portProtocol: 'UDP',
      send: 'c',
      expect: 'b',
    })
    const back = await patch(house, { portInfo: { portProtocol: null, send: null } })
    expect(back.json['portInfo']).toEqual({ ...DEFAULTS, expect: 'b' })
    expect((await patch(house, { portInfo: null })).json['portInfo']).toEqual(DEFAULTS)
  })

  test('that changes nothing is none, also as read with any key', async () => {
    await using house = await openHouse()
    await post(house, { ...GAME, portInfo: { send: '\\x00', expect: '220' } })
    const seen = (await house.ask('GET', '/api/targets/1', { key: house.ours.keys.read })).json
    expect(seen['portInfo']).toMatchObject({ send: '\\x00', expect: '220' })
    await house.clock.turn(5000)
    expect((await patch(house, seen)).json['updatedAt']).toBe(seen['updatedAt'])
  })

  test('is judged as a whole', async () => {
    await using house = await openHouse()
    await post(house, { ...GAME, portInfo: { send: 'hello' } })
    const { status, json } = await patch(house, { name: 'x', portInfo: { encoding: 'hex' } })
    expect([status, violations(json)]).toEqual([422, 'portInfo.send format'])
    expect((await house.ask('GET', '/api/targets/1')).json).toMatchObject({ name: 'Game' })
    expect(violations((await patch(house, { type: 'HTTP' })).json)).toBe('type immutable')
  })

  test('by type reaches ports alone', async () => {
    await using house = await openHouse()
    await post(house, GAME)
    await house.add()
    const body = { name: 'x' }
    expect((await patch(house, body, '/api/targets/type_port/1')).status).toBe(200)
    expect((await patch(house, body, '/api/targets/type_port/2')).status).toBe(404)
    expect((await patch(house, body, '/api/targets/type_http/1')).status).toBe(404)
  })
})

test('a list can be narrowed to ports', async () => {
  await using house = await openHouse()
  await post(house, GAME)
  await house.add()
  for (const [query, names] of [
    ['type=port', ['Game']],
    ['type=HTTP', ['Shop']],
    ['type[]=PORT&type[]=HTTP', ['Shop', 'Game']],
    ['search=:25565', ['Game']],
  ] as const) {
    const { json } = await house.ask('GET', `/api/targets?${query}`)
    const members = json['member'] as { name: string; portInfo?: unknown }[]
    expect(members.map(({ name }) => name)).toEqual(names)
    expect(members.every((it) => it.portInfo === undefined)).toBe(true)
  }
})

test('machines are told of the options of ports', async () => {
  await using house = await openHouse()
  const { json } = await house.ask('GET', '/api/docs.jsonld', { key: null })
  expect(JSON.stringify(json)).toContain('"#Target/portInfo"')
  const context = await house.ask('GET', '/api/contexts/Target', { key: null })
  expect(context.json['@context']).toMatchObject({ portInfo: 'Target/portInfo' })
})
