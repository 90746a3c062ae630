import { expect, test } from 'vitest'
import { type Answered, openHouse } from './house.ts'

const ADMIN = 'https://admin.example'
const corsOrigins = [ADMIN, 'http://localhost:5173']

const crossed = ({ headers }: Answered) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')))

const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'content-type,x-api-key',
}

test('unless set, browsers are told nothing', async () => {
  await using house = await openHouse()
  const headers = { origin: ADMIN }
  const read = await house.ask('GET', '/api/targets', { headers })
  expect([crossed(read), read.headers['vary']]).toEqual([{}, 'Accept'])
  const asked = { key: null, headers: { ...headers, ...PREFLIGHT } }
  expect(crossed(await house.ask('OPTIONS', '/api/targets', asked))).toEqual({})
})

test('a page of an origin that is set reads answers, refusals too', async () => {
  await using house = await openHouse({ corsOrigins })
  const headers = { origin: ADMIN }
  for (const [url, status] of [
    ['/api/targets', 200],
    ['/api/targets/9', 404],
    ['/healthz', 200],
  ] as const) {
    const answer = await house.ask('GET', url, { headers })
    expect(answer.status).toBe(status)
    expect(crossed(answer)).toEqual({
      'access-control-allow-origin': ADMIN,
      'access-control-expose-headers':
        'ETag, Link, Location, X-Total-Count, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id',
    })
  }
  const unknown = await house.ask('GET', '/api/targets', { key: null, headers })
  expect([unknown.status, unknown.headers['access-control-allow-origin']]).toEqual([401, ADMIN])
  expect(unknown.headers['vary']).toBe('Accept, Origin')
})

test('what it may send is said before, without a key', async () => {
  await using house = await openHouse({ corsOrigins })
  const headers = { origin: 'http://localhost:5173', ...PREFLIGHT }
  const answer = await house.ask('OPTIONS', '/api/targets/1', { key: null, headers })
  expect([answer.status, answer.text]).toEqual([204, ''])
  expect(crossed(answer)).toEqual({
    'access-control-allow-origin': 'http://localhost:5173',
    'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
    'access-control-allow-headers':
      'X-API-Key, Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Prefer',
    'access-control-max-age': '600',
  })
  expect(answer.headers['allow']).toContain('PATCH')
})

test.each(['https://admin.example.evil.example', 'https://ADMIN.example', 'null', ''])(
  'a page of %j is told nothing',
  async (origin) => {
    await using house = await openHouse({ corsOrigins })
    const answer = await house.ask('GET', '/api/targets', { headers: { origin } })
    expect([crossed(answer), answer.headers['vary']]).toEqual([{}, 'Accept, Origin'])
  },
)
