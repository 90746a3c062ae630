import { expect, test } from 'vitest'
import { type Asked, type House, openHouse } from './house.ts'

const GOOD = { type: 'HTTP', name: 'Shop', url: 'https://shop.example/' }

const post = (house: House, key: string, asked: Asked = {}, url = '/api/targets') =>
  house.ask('POST', url, {
    body: GOOD,
    ...asked,
    headers: { ...asked.headers, 'idempotency-key': key },
  })

const problem = (slug: string) => ({ type: `/errors/${slug}` })

test('the same request twice is done once, and answered twice', async () => {
  await using house = await openHouse()
  const first = await post(house, 'order-1')
  const second = await post(house, '"order-1"')
  expect([first.status, second.status]).toEqual([201, 201])
  expect(second.text).toBe(first.text)
  for (const name of ['location', 'content-type'])
    expect(second.headers[name]).toBe(first.headers[name])
  expect(first.headers).not.toHaveProperty('idempotency-replayed')
  expect(second.headers['idempotency-replayed']).toBe('true')
  expect((await house.ask('GET', '/api/targets')).json['totalItems']).toBe(1)
})

test('another body, path or method under the same key is refused', async () => {
  await using house = await openHouse()
  await post(house, 'k')
  const refused = { status: 422, json: problem('idempotency-key-reused') }
  expect(await post(house, 'k', { body: { ...GOOD, name: 'b' } })).toMatchObject(refused)
  expect(await post(house, 'k', {}, '/api/targets/type_http')).toMatchObject(refused)
})

test('keys belong to an account and last a day', async () => {
  await using house = await openHouse()
  const first = await post(house, 'k')
  const theirs = await post(house, 'k', {
    key: house.theirs.keys.admin,
    body: { ...GOOD, name: 'b' },
  })
  expect(theirs).toMatchObject({ status: 201, json: { name: 'b' } })
  await house.clock.turn(24 * 3600_000 - 1)
  expect((await post(house, 'k')).json).toEqual(first.json)
  await house.clock.turn(1)
  expect((await post(house, 'k')).json['id']).not.toBe(first.json['id'])
})

test('a refusal is kept where the body is to blame, and free where it is not', async () => {
  await using house = await openHouse()
  const bad = { body: { ...GOOD, name: '' } }
  const first = await post(house, 'bad', bad)
  const second = await post(house, 'bad', bad)
  expect(second).toMatchObject({ status: 422, text: first.text })
  expect(second.headers).toMatchObject({
    'idempotency-replayed': 'true',
    'content-type': 'application/problem+json; charset=utf-8',
  })
  await house.db.updateTable('accounts').set({ plan: 'free' }).execute()
  for (let made = 0; made < 50; made += 1) await house.add()
  expect((await post(house, 'full')).status).toBe(403)
  await house.ask('DELETE', '/api/targets/1')
  expect((await post(house, 'full')).status).toBe(201)
})

test('of three at once one works, the others wait', async () => {
  await using house = await openHouse()
  const answers = await Promise.all([post(house, 'k'), post(house, 'k'), post(house, 'k')])
  const worked = answers.filter(({ status }) => status === 201)
  const waiting = answers.filter(({ status }) => status !== 201)
  expect(worked.length).toBeGreaterThan(0)
  for (const { json } of worked) expect(json['id']).toBe(1)
  for (const answer of waiting)
    expect(answer).toMatchObject({
      status: 409,
      json: problem('idempotency-in-progress'),
      headers: { 'retry-after': '1' },
    })
  expect((await house.ask('GET', '/api/targets')).json['totalItems']).toBe(1)
})

test('what a process left unfinished is taken up again', async () => {
  await using house = await openHouse()
  await post(house, 'k')
  await house.db.updateTable('idempotency_keys').set({ status: null, body: null }).execute()
  expect((await post(house, 'k')).status).toBe(409)
  await house.clock.turn(5 * 60_000)
  expect((await post(house, 'k')).status).toBe(201)
})

test('a secret is not kept for a replay', async () => {
  await using house = await openHouse()
  const first = await post(house, 'k', { body: {} }, '/api/link_codes')
  const second = await post(house, 'k', { body: {} }, '/api/link_codes')
  expect(first.json['code']).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
  expect(second.json).toEqual({ ...first.json, code: null })
})

test.each([
  ['empty', ''],
  ['blank', '  '],
  ['empty in quotes', '""'],
  ['256 long', 'k'.repeat(256)],
  ['not ASCII', 'k\u00e9y'],
])('a key that is %s is refused', async (_, key) => {
  await using house = await openHouse()
  expect(await post(house, key)).toMatchObject({
    status: 400,
    json: problem('invalid-idempotency-key'),
  })
  expect((await post(house, 'k'.repeat(255))).status).toBe(201)
})
