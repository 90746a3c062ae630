import { describe, expect, test } from 'vitest'
import { RESOURCES } from '../../src/api/resources.ts'
import { openHouse } from './house.ts'

const GOOD = { type: 'HTTP', name: 'Shop', url: 'https://shop.example/' }

describe('a new target', () => {
  test('answers with everything there is, and where it is', async () => {
    await using house = await openHouse()
    const { status, json, headers } = await house.ask('POST', '/api/targets', { body: GOOD })
    expect(status).toBe(201)
    expect(headers['location']).toBe('/api/targets/1')
    expect(headers).not.toHaveProperty('etag')
    expect(house.nudges()).toBe(1)
    const declared = Object.keys(RESOURCES.find(({ name }) => name === 'Target')!.shape.shape)
    const names = Object.keys(json).filter((name) => !name.startsWith('@'))
    // Of the options objects it has the one of its type.
    expect(names.toSorted()).toEqual(
      declared.filter((name) => !/^(?:port|ping|ssl|domain)Info$/.test(name)).toSorted(),
    )
    expect(json).toMatchObject({
      ...GOOD,
      user: '/api/users/1',
      isActive: true,
      frequency: 5,
      intervalSeconds: 300,
      requestTimeout: 30,
      statusSummary: 'PENDING',
      isDegraded: false,
      isInMaintenance: false,
      lastCheckAt: null,
      nextCheckAt: '2027-03-01T14:00:00.000Z',
      uptime24h: null,
      dependsOn: [],
      ssl: null,
      domain: null,
      alertPolicy: { confirmations: 2, recovery: 1, retrySeconds: 20, channels: null },
      httpInfo: { method: 'GET', headers: {}, body: null },
      stats: { uptime30d: null, checks24h: 0 },
    })
  })

  test.each([
    ['no name', { name: undefined }, 'name required'],
    ['a name of null', { name: null }, 'name required'],
    ['51 signs', { name: '\u{1F600}'.repeat(51) }, 'name length'],
    ['a blank name', { name: '   ' }, 'name length'],
    ['a frequency of 0', { frequency: 0 }, 'frequency range'],
    ['a frequency of a day and more', { frequency: 1441 }, 'frequency range'],
    ['a frequency in quotes', { frequency: '5' }, 'frequency type'],
    ['half a minute', { frequency: 5.5 }, 'frequency type'],
    ['two intervals', { intervalSeconds: 10, frequency: 5 }, 'frequency conflict'],
    ['9 seconds', { intervalSeconds: 9 }, 'intervalSeconds range'],
    ['another scheme', { url: 'ftp://x' }, 'url format'],
    ['a password in the url', { url: 'http://u:p@x' }, 'url format'],
    ['no type', { type: undefined }, 'type required'],
    ['an unknown type', { type: 'SMTP', httpInfo: {} }, 'type enum'],
    [
      'no type and much else wrong',
      { type: undefined, name: '', url: undefined, tags: 1, expiresAt: 'x' },
      'expiresAt format, type required, name length, tags type, url required',
    ],
    ['an interval that is no number', { intervalSeconds: { toString: 1 } }, 'intervalSeconds type'],
    ['a moment past midnight', { expiresAt: '2027-04-01T24:00:00Z' }, 'expiresAt format'],
    ['a host with nothing between dots', { url: 'http://a..example/' }, 'url format'],
    ['a label of 64', { url: `http://${'a'.repeat(64)}.example/` }, 'url format'],
    ['a host of 254', { url: `http://${'a.'.repeat(126)}ab/` }, 'url format'],
    ['half a sign in the url', { url: 'http://a.example/\uD800' }, 'url format'],
    ['half a sign in the reference', { externalRef: 'a\uD800' }, 'externalRef format'],
    ['a control character in the reference', { externalRef: 'a\u0000' }, 'externalRef format'],
    ['a line break in the manager', { managedBy: '\n' }, 'managedBy format'],
    ['a misspelt field', { frequncy: 5 }, 'frequncy unknown_field'],
    ['options of another type', { portInfo: {} }, 'portInfo unknown_field'],
    [
      'our own name of a field',
      { timeoutSeconds: 5, policy: {} },
      'timeoutSeconds unknown_field, policy unknown_field',
    ],
    ['another account', { user: '/api/users/2' }, 'user not_found'],
    ['an account nobody has', { user: '/api/users/99' }, 'user not_found'],
    ['a user that is none', { user: 7 }, 'user not_found'],
    ['a slow timeout', { requestTimeout: 61 }, 'requestTimeout range'],
    ['activity in words', { isActive: 'yes' }, 'isActive type'],
    [
      'a hasty reminder',
      { alertPolicy: { reminderSeconds: 299 } },
      'alertPolicy.reminderSeconds range',
    ],
    ['a policy that is none', { alertPolicy: 5 }, 'alertPolicy type'],
    ['options that are none', { httpInfo: [] }, 'httpInfo type'],
    ['a dependency nobody has', { dependsOn: ['/api/targets/99'] }, 'dependsOn[0] not_found'],
    ['a dependency that is none', { dependsOn: ['/api/users/1'] }, 'dependsOn[0] not_found'],
    ['dependencies that are no list', { dependsOn: 1 }, 'dependsOn type'],
    ['a moment without an offset', { expiresAt: '2027-04-01T00:00:00' }, 'expiresAt format'],
    ['a moment in the past', { expiresAt: '2027-01-01T00:00:00Z' }, 'expiresAt range'],
    ['a moment as a number', { expiresAt: 1 }, 'expiresAt type'],
    ['bad tags', { tags: ['Shop'] }, 'tags[0] format'],
    ['a body that was never there', { httpInfo: { body: '[redacted]' } }, 'httpInfo.body format'],
    [
      'a header that was never there',
      { httpInfo: { headers: { A: '[redacted]' } } },
      'httpInfo.headers.A format',
    ],
    [
      'a header twice',
      { httpInfo: { headers: { A: '1', a: '2' } } },
      'httpInfo.headers.a conflict',
    ],
    ['a prototype', JSON.parse('{"__proto__":{"x":1}}') as object, '__proto__ unknown_field'],
    [
      'several things at once',
      {
        name: '',
        frequency: 0,
        frequncy: 1,
        alertPolicy: { recovery: 99 },
        httpInfo: { method: 'X' },
      },
      'frequncy unknown_field, frequency range, name length, alertPolicy.recovery range, httpInfo.method enum',
    ],
  ])('%s is refused: %s', async (_, fields, expected) => {
    await using house = await openHouse()
    const { status, json } = await house.ask('POST', '/api/targets', {
      raw: JSON.stringify(Object.fromEntries([...Object.entries(GOOD), ...Object.entries(fields)])),
    })
    expect(status).toBe(422)
    const violations = json['violations'] as {
      propertyPath: string
      code: string
      message: string
    }[]
    expect(violations.map(({ propertyPath, code }) => `${propertyPath} ${code}`).join(', ')).toBe(
      expected,
    )
    expect(json['detail']).toBe(
      violations.map(({ propertyPath, message }) => `${propertyPath}: ${message}`).join('\n'),
    )
    expect((await house.ask('GET', '/api/targets')).json['totalItems']).toBe(0)
    expect(house.nudges()).toBe(0)
  })

  test.each([
    [
      'the longest labels and hosts',
      { url: `http://${'a.'.repeat(95)}${'b'.repeat(63)}./` },
      { url: `http://${'a.'.repeat(95)}${'b'.repeat(63)}./` },
    ],
    ['a host that is an address', { url: 'http://[::1]:8080/' }, { url: 'http://[::1]:8080/' }],
    ['50 signs of four bytes', { name: '\u{1F600}'.repeat(50) }, {}],
    ['a name with blanks around', { name: '  a  ' }, { name: 'a' }],
    ['5.0 minutes', { frequency: 5 }, { frequency: 5, intervalSeconds: 300 }],
    ['a frequency of null', { frequency: null }, { frequency: 5 }],
    ['ten seconds', { intervalSeconds: 10 }, { frequency: 1, intervalSeconds: 10 }],
    [
      'both, agreeing',
      { intervalSeconds: 100, frequency: 2 },
      { frequency: 2, intervalSeconds: 100 },
    ],
    [
      'read-only fields',
      { id: 7, uptime24h: 1, '@id': 'x', '@type': 'y', stats: 1 },
      { id: 1, uptime24h: null },
    ],
    ['its own user', { user: '/api/users/1' }, {}],
    [
      'nulls for defaults',
      {
        isActive: null,
        alertPolicy: null,
        httpInfo: null,
        tags: null,
        dependsOn: null,
        expiresAt: null,
        requestTimeout: null,
      },
      { isActive: true, tags: [] },
    ],
    [
      'an expiry',
      { expiresAt: '2027-04-01T02:00:00+02:00' },
      { expiresAt: '2027-04-01T00:00:00.000Z' },
    ],
  ])('%s is fine', async (_, fields, expected) => {
    await using house = await openHouse()
    const body = { ...GOOD, ...fields }
    expect(await house.ask('POST', '/api/targets', { body })).toMatchObject({
      status: 201,
      json: expected,
    })
  })

  test('says which field was meant, and keeps what a lenient client sends along', async () => {
    await using house = await openHouse()
    const body = { ...GOOD, frequncy: 5, httpInfo: { metod: 'GET' } }
    const strict = await house.ask('POST', '/api/targets', { body })
    expect(strict.json['detail']).toBe(
      'frequncy: is not a field we know; did you mean frequency?\nhttpInfo.metod: is not a field we know; did you mean method?',
    )
    const headers = { prefer: 'handling=lenient' }
    const lenient = await house.ask('POST', '/api/targets', { body, headers })
    expect(lenient.status).toBe(201)
    expect(lenient.headers['preference-applied']).toBe('handling=lenient')
  })

  test('has the type its path says', async () => {
    await using house = await openHouse()
    const { type, ...untyped } = GOOD
    const post = (body: object) => house.ask('POST', '/api/targets/type_http', { body })
    expect(await post(untyped)).toMatchObject({ status: 201, json: { type } })
    expect((await post(GOOD)).status).toBe(201)
    expect(await post({ ...GOOD, type: 'PING' })).toMatchObject({
      status: 422,
      json: { violations: [{ propertyPath: 'type', code: 'conflict' }] },
    })
  })

  test('is refused where its reference is taken or the plan is full', async () => {
    await using house = await openHouse()
    await house.add({ externalRef: 'shop' })
    const taken = await house.ask('POST', '/api/targets', {
      body: { ...GOOD, externalRef: 'shop' },
    })
    expect(taken).toMatchObject({
      status: 409,
      json: { type: '/errors/conflict', propertyPath: 'externalRef' },
    })
    await house.db.updateTable('accounts').set({ plan: 'free' }).where('id', '=', 1).execute()
    const fast = await house.ask('POST', '/api/targets', { body: { ...GOOD, intervalSeconds: 30 } })
    expect(fast).toMatchObject({
      status: 422,
      json: { violations: [{ propertyPath: 'intervalSeconds', code: 'plan' }] },
    })
    for (let made = 1; made < 50; made += 1) await house.add()
    const full = await house.ask('POST', '/api/targets', { body: GOOD })
    expect(full).toMatchObject({
      status: 403,
      json: { type: '/errors/plan-limit-reached', limit: 50 },
    })
  })
})
