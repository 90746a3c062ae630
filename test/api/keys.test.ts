import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

const KEY = /^upty_[0-9a-f]{48}$/

test('a key is made, shown once, used, renamed and revoked', async () => {
  await using house = await openHouse()
  const made = await house.ask('POST', '/api/api_keys', { body: { name: 'ci', scope: 'read' } })
  expect(made.status).toBe(201)
  expect(made.headers['cache-control']).toBe('no-store')
  const { id, key, prefix } = made.json as { id: number; key: string; prefix: string }
  expect(key).toMatch(KEY)
  expect(prefix).toBe(`${key.slice(0, 9)}****`)
  expect((await house.ask('GET', '/api/targets', { key })).status).toBe(200)
  expect((await house.ask('POST', '/api/targets', { key, body: {} })).status).toBe(403)
  const read = await house.ask('GET', `/api/api_keys/${id}`)
  expect(read.json).toMatchObject({ name: 'ci', scope: 'read', targets: null, expiresAt: null })
  expect(read.text).not.toContain(key)
  expect(read.json['lastUsedAt']).not.toBeNull()
  const renamed = await house.ask('PATCH', `/api/api_keys/${id}`, { body: { name: 'pipelines' } })
  expect(renamed.json).toMatchObject({ name: 'pipelines', scope: 'read' })
  expect(
    (await house.ask('PATCH', `/api/api_keys/${id}`, { body: { scope: 'admin' } })).json,
  ).toMatchObject({
    violations: [{ propertyPath: 'scope', code: 'immutable' }],
  })
  expect((await house.ask('DELETE', `/api/api_keys/${id}`)).status).toBe(204)
  expect((await house.ask('GET', '/api/targets', { key })).json).toMatchObject({
    type: '/errors/invalid-key',
  })
  expect((await house.ask('GET', `/api/api_keys/${id}`)).status).toBe(404)
})

test('a key ends by itself, and never in the past', async () => {
  await using house = await openHouse()
  const past = { name: 'x', expiresAt: '2020-01-01T00:00:00Z' }
  expect((await house.ask('POST', '/api/api_keys', { body: past })).json).toMatchObject({
    violations: [{ propertyPath: 'expiresAt', code: 'range' }],
  })
  const expiresAt = new Date(house.clock.now() + 1000).toISOString()
  const { json } = await house.ask('POST', '/api/api_keys', { body: { name: 'x', expiresAt } })
  const key = String(json['key'])
  expect((await house.ask('GET', '/api/me', { key })).status).toBe(200)
  await house.clock.turn(1000)
  expect((await house.ask('GET', '/api/me', { key })).status).toBe(401)
})

test('a rotated key goes on for as long as its successor needs', async () => {
  await using house = await openHouse()
  const first = (await house.ask('POST', '/api/api_keys', { body: { name: 'ci', scope: 'write' } }))
    .json
  const url = `/api/api_keys/${String(first['id'])}/rotate`
  const second = await house.ask('POST', url, { body: { overlapSeconds: 60 } })
  expect(second.status).toBe(201)
  expect(second.json).toMatchObject({ name: 'ci', scope: 'write', expiresAt: null })
  const works = async (key: unknown) =>
    (await house.ask('GET', '/api/me', { key: String(key) })).status === 200
  expect([await works(first['key']), await works(second.json['key'])]).toEqual([true, true])
  await house.clock.turn(60_000)
  expect([await works(first['key']), await works(second.json['key'])]).toEqual([false, true])
  const third = await house.ask('POST', `/api/api_keys/${String(second.json['id'])}/rotate`)
  expect([await works(second.json['key']), await works(third.json['key'])]).toEqual([false, true])
})

test('ten live keys, replaced ones not counted', async () => {
  await using house = await openHouse()
  const make = () => house.ask('POST', '/api/api_keys', { body: { name: 'x' } })
  const made = await Promise.all(Array.from({ length: 12 }, make))
  // Three are there from the start.
  expect(made.filter(({ status }) => status === 201)).toHaveLength(7)
  expect(made.find(({ status }) => status === 409)?.json).toMatchObject({
    type: '/errors/key-limit-reached',
    limit: 10,
  })
  const id = String(made.find(({ status }) => status === 201)!.json['id'])
  expect(
    (await house.ask('POST', `/api/api_keys/${id}/rotate`, { body: { overlapSeconds: 60 } }))
      .status,
  ).toBe(201)
})

test('only admins see keys, and only their own', async () => {
  await using house = await openHouse()
  for (const key of [house.ours.keys.read, house.ours.keys.write])
    expect((await house.ask('GET', '/api/api_keys', { key })).status).toBe(403)
  const theirs = await house.ask('GET', '/api/api_keys', { key: house.theirs.keys.admin })
  const [one] = theirs.json['member'] as { id: number }[]
  for (const [method, url] of [
    ['GET', `/api/api_keys/${one!.id}`],
    ['PATCH', `/api/api_keys/${one!.id}`],
    ['DELETE', `/api/api_keys/${one!.id}`],
    ['POST', `/api/api_keys/${one!.id}/rotate`],
  ] as const)
    expect((await house.ask(method, url, method === 'PATCH' ? { body: {} } : {})).status).toBe(404)
  const found = await house.ask('GET', '/api/api_keys?scope=admin&search=ADM')
  expect(found.json).toMatchObject({ totalItems: 1, member: [{ name: 'admin', scope: 'admin' }] })
})

test('a replayed creation does not show the key again', async () => {
  await using house = await openHouse()
  const asked = { body: { name: 'x' }, headers: { 'idempotency-key': 'once' } }
  const first = await house.ask('POST', '/api/api_keys', asked)
  const again = await house.ask('POST', '/api/api_keys', asked)
  expect(first.json['key']).toMatch(KEY)
  expect(again.json).toMatchObject({ id: first.json['id'], key: null })
})
