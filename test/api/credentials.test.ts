import { describe, expect, test } from 'vitest'
import { type House, openHouse } from './house.ts'

const problem = (slug: string) => ({ type: `/errors/${slug}` })
const WRONG = `upty_${'0'.repeat(48)}`

const bearer = (key: string) => ({ authorization: ` bEaReR   ${key} ` })
const via = (ip: string) => ({ 'x-forwarded-for': `198.51.100.1, ${ip}` })

describe('who asks', () => {
  test('nobody, and schemes other than Bearer, are asked for a key', async () => {
    await using house = await openHouse()
    const nobody = await house.ask('GET', '/api/targets', { key: null })
    expect(nobody).toMatchObject({ status: 401, json: problem('authentication-required') })
    expect(nobody.headers['www-authenticate']).toBe('Bearer realm="uptalk"')
    const basic = { key: null, headers: { authorization: 'Basic dTpw' } }
    expect(await house.ask('GET', '/api/targets', basic)).toMatchObject({
      status: 401,
      json: problem('authentication-required'),
    })
  })

  test('a key comes in either header, or the same one in both', async () => {
    await using house = await openHouse()
    const { admin, read } = house.ours.keys
    const asked = async (key: string | null, headers: Record<string, string>) =>
      (await house.ask('GET', '/api/targets', { key, headers })).status
    expect(await asked(null, bearer(admin))).toBe(200)
    expect(await asked(admin, bearer(admin))).toBe(200)
    expect(await asked(admin, {})).toBe(200)
    const both = await house.ask('GET', '/api/targets', { key: admin, headers: bearer(read) })
    expect(both).toMatchObject({ status: 400, json: problem('ambiguous-credentials') })
  })

  test('a header sent twice counts as two', async () => {
    await using house = await openHouse()
    const { admin, read } = house.ours.keys
    const asked = async (headers: Record<string, string[]>) =>
      (await house.app.inject({ url: '/api/targets', headers })).statusCode
    expect(await asked({ 'x-api-key': [admin, admin] })).toBe(200)
    expect(await asked({ 'x-api-key': [admin, read] })).toBe(400)
  })

  test('unknown, malformed, expired and revoked keys look the same', async () => {
    await using house = await openHouse()
    const { db, clock, ours } = house
    const end = (
      change: { revoked_at: number } | { expires_at: number },
      scope: 'read' | 'write',
    ) =>
      db
        .updateTable('keys')
        .set(change)
        .where('account_id', '=', ours.id)
        .where('scope', '=', scope)
        .execute()
    await end({ revoked_at: clock.now() }, 'read')
    await end({ expires_at: clock.now() }, 'write')
    const refused = []
    for (const key of ['upty_zzzz', WRONG, ours.keys.read, ours.keys.write]) {
      const { status, json, headers } = await house.ask('GET', '/api/targets', { key })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="uptalk", error="invalid_token"')
      refused.push({ ...json, requestId: '' })
    }
    expect(new Set(refused.map((it) => JSON.stringify(it))).size).toBe(1)
    expect(refused[0]).toMatchObject(problem('invalid-key'))
  })

  test('scope is asked before the thing and before the body', async () => {
    await using house = await openHouse()
    const key = house.ours.keys.read
    const post = await house.ask('POST', '/api/targets', { key, raw: '{"name":' })
    expect(post).toMatchObject({
      status: 403,
      json: { ...problem('insufficient-scope'), requiredScope: 'write' },
    })
    expect(post.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="write"',
    )
    expect((await house.ask('DELETE', '/api/targets/999999', { key })).status).toBe(403)
    const code = await house.ask('POST', '/api/link_codes', { key: house.ours.keys.write })
    expect(code).toMatchObject({ status: 403, json: { requiredScope: 'admin' } })
  })
})

const exposed = async ({ db }: House) =>
  (await db.selectFrom('keys').select('scope').where('exposed_at', 'is not', null).execute()).map(
    ({ scope }) => scope,
  )

describe('a key in the URL', () => {
  test('is refused whatever else is right, flagged, and works on', async () => {
    await using house = await openHouse()
    const { read } = house.ours.keys
    const asked = await house.ask('GET', `/api/targets?api_key=${read}`)
    expect(asked).toMatchObject({ status: 400, json: problem('key-in-url') })
    expect(asked.text).not.toContain(read)
    expect(await exposed(house)).toEqual(['read'])
    expect((await house.ask('GET', '/api/targets', { key: read })).status).toBe(200)
    expect(JSON.stringify(house.lines)).not.toContain(read)
  })

  test.each([
    ['in a path', '/nope/upty_0123456789ab'],
    ['as a name', '/api/targets?upty_0123456789ab=1'],
    ['encoded', '/api/targets?x=upty%5F0123456789ab'],
    ['encoded twice', '/api/targets/%2575pty_0123456789ab'],
    ['at the health probe', '/healthz?k=upty_0123456789ab'],
  ])('is seen %s', async (_, url) => {
    await using house = await openHouse()
    const asked = await house.ask('GET', url, { key: null })
    expect(asked).toMatchObject({ status: 400, json: problem('key-in-url') })
    expect(await exposed(house)).toEqual([])
  })

  test('is none with less than eight letters', async () => {
    await using house = await openHouse()
    expect((await house.ask('GET', '/api/targets?search=upty_0123456')).status).toBe(200)
  })
})

const askFrom = async (house: House, from: string, headers: Record<string, string> = {}) =>
  (await house.ask('GET', '/api/targets', { from, headers })).status

describe('encryption', () => {
  const https = { 'x-forwarded-proto': 'https' }

  test.each([
    ['loopback in clear', '127.0.0.1', {}, 200],
    ['loopback behind https', '127.0.0.1', https, 200],
    ['loopback that says http', '127.0.0.1', { 'x-forwarded-proto': 'http' }, 403],
    ['loopback that says http by Forwarded', '::1', { forwarded: 'for=x;proto=http' }, 403],
    ['a stranger in clear', '203.0.113.9', {}, 403],
    ['a stranger who says https', '203.0.113.9', https, 403],
    ['a proxy of ours with https', '10.1.2.3', https, 200],
    ['the same, mapped', '::ffff:10.1.2.3', https, 200],
    ['a proxy of ours that says nothing', '10.1.2.3', {}, 403],
  ])('%s', async (_, from, headers, status) => {
    await using house = await openHouse({ trustedProxies: ['loopback', '10.0.0.0/8'] })
    expect(await askFrom(house, from, headers)).toBe(status)
  })

  test('can be left off on the operator word, and never counts for the health probe', async () => {
    await using strict = await openHouse()
    expect((await strict.ask('GET', '/healthz', { key: null, from: '203.0.113.9' })).status).toBe(
      200,
    )
    const refused = await strict.ask('GET', '/api/targets', { from: '203.0.113.9' })
    expect(refused.json).toMatchObject(problem('https-required'))
    expect(refused.headers['strict-transport-security']).toBeUndefined()
    await using lax = await openHouse({ allowInsecureHttp: true })
    expect(await askFrom(lax, '203.0.113.9')).toBe(200)
    expect(await askFrom(lax, '203.0.113.9', { 'x-forwarded-proto': 'http' })).toBe(403)
    const secure = await lax.ask('GET', '/api/targets', { headers: https })
    expect(secure.headers['strict-transport-security']).toBe('max-age=31536000')
    expect(secure.headers['link']).toContain('<https://localhost')
  })
})

describe('wrong keys', () => {
  const wrong = { key: WRONG }

  test('twenty of them lock the address for every key but one that worked there', async () => {
    await using house = await openHouse()
    const { read, write } = house.ours.keys
    expect((await house.ask('GET', '/api/me', { key: read })).status).toBe(200)
    for (let tries = 0; tries < 20; tries += 1)
      expect((await house.ask('GET', '/api/me', wrong)).status).toBe(401)
    const locked = await house.ask('GET', '/api/me', { key: write })
    expect(locked).toMatchObject({ status: 429, json: problem('too-many-auth-failures') })
    expect(locked.headers).toMatchObject({ 'retry-after': '60' })
    expect(locked.headers['ratelimit']).toBeUndefined()
    expect((await house.ask('GET', '/api/me', wrong)).status).toBe(429)
    expect((await house.ask('GET', '/api/me', { key: read })).status).toBe(200)
    await house.clock.turn(60_000)
    expect((await house.ask('GET', '/api/me', { key: write })).status).toBe(200)
  })

  test('count for whom a trusted proxy names, and missing keys do not count', async () => {
    await using house = await openHouse()
    for (let tries = 0; tries < 20; tries += 1)
      await house.ask('GET', '/api/me', { ...wrong, headers: via('203.0.113.1') })
    for (let tries = 0; tries < 25; tries += 1)
      await house.ask('GET', '/api/me', { key: null, headers: via('203.0.113.2') })
    expect((await house.ask('GET', '/api/me', { headers: via('203.0.113.1') })).status).toBe(429)
    expect((await house.ask('GET', '/api/me', { headers: via('203.0.113.2') })).status).toBe(200)
  })
})
