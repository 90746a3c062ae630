import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

test('a key has its quota a minute, by its plan, and others theirs', async () => {
  await using house = await openHouse()
  await house.db.updateTable('accounts').set({ plan: 'free' }).execute()
  const { read, write } = house.ours.keys
  const first = await house.ask('GET', '/api/targets/9', { key: read })
  expect(first.status).toBe(404)
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"default";q=60;w=60',
    ratelimit: '"default";r=59;t=60',
  })
  await house.clock.turn(20_500)
  const counted = [
    ['GET', '/api/targets', { headers: { accept: 'text/html' } }, 406],
    ['POST', '/api/targets', { body: {} }, 403],
    ['GET', '/api/targets?x=1', {}, 400],
  ] as const
  for (const [method, url, asked, status] of counted)
    expect((await house.ask(method, url, { ...asked, key: read })).status).toBe(status)
  const uncounted = ['/api/nope', '/api', '/healthz']
  for (const url of uncounted)
    expect((await house.ask('GET', url, { key: read })).headers).not.toHaveProperty('ratelimit')
  for (let asked = 4; asked < 60; asked += 1)
    expect((await house.ask('GET', '/api/targets', { key: read })).status).toBe(200)
  for (let more = 0; more < 2; more += 1) {
    const over = await house.ask('GET', '/api/targets', { key: read })
    expect(over).toMatchObject({
      status: 429,
      json: {
        type: '/errors/quota-exceeded',
        detail: '60 requests per 60 s used; retry in 40 s',
        'violated-policies': ['default'],
      },
    })
    expect(over.headers).toMatchObject({ 'retry-after': '40', ratelimit: '"default";r=0;t=40' })
  }
  expect((await house.ask('GET', '/api/targets', { key: write })).status).toBe(200)
  await house.clock.turn(39_500)
  expect((await house.ask('GET', '/api/targets', { key: read })).headers['ratelimit']).toBe(
    '"default";r=59;t=60',
  )
})

test('a window that begins at a fraction of a millisecond is no longer than others', async () => {
  await using house = await openHouse()
  Object.assign(house.clock, { monotonic: () => 5537.182077 })
  expect((await house.ask('GET', '/api/targets')).headers['ratelimit']).toMatch(/;t=60$/)
})

test('checks asked for have a second quota, for the whole account', async () => {
  await using house = await openHouse()
  await house.db.updateTable('accounts').set({ plan: 'free' }).execute()
  const { id } = await house.add()
  const run = (key: string) => house.ask('POST', `/api/targets/${id}/checks`, { key })
  const { write, admin } = house.ours.keys
  const first = await run(write)
  expect(first.headers).toMatchObject({
    'ratelimit-policy': '"default";q=60;w=60, "checks";q=10;w=60',
    ratelimit: '"default";r=59;t=60, "checks";r=9;t=60',
  })
  for (let made = 1; made < 10; made += 1) expect((await run(write)).status).toBe(200)
  const over = await run(admin)
  expect(over).toMatchObject({ status: 429, json: { 'violated-policies': ['checks'] } })
  expect(over.headers['ratelimit']).toBe('"default";r=59;t=60, "checks";r=0;t=60')
  expect((await house.ask('GET', '/api/targets', { key: admin })).status).toBe(200)
})
