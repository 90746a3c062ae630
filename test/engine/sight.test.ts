import { expect, test } from 'vitest'
import type { Network } from '../../src/network/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

const well: Outcome = {
  status: 'up',
  code: 'ok',
  message: 'HTTP 200',
  durationMs: 5,
  timings: { total: 5 },
  details: { address: '203.0.113.7', family: 4 },
}
const unreached: Outcome = {
  status: 'down',
  code: 'connect_timeout',
  message: '203.0.113.7:443 did not answer',
  durationMs: 5,
  timings: { total: 5 },
  details: { address: '203.0.113.7', family: 4 },
}

/** A world of `count` sites and a canary, each reachable or not as the test says. */
async function world(count: number) {
  const state = { isOnline: true, broken: new Set<string>() }
  const house = await House.open({
    probe: async ({ name }) => (state.isOnline && !state.broken.has(name) ? well : unreached),
  })
  const network = {
    resolve: async () => ({ ok: true, value: [] }),
    connect: async () =>
      state.isOnline
        ? { ok: true, value: { socket: { destroy: () => {} } } }
        : { ok: false, failure: { code: 'connect_timeout' } },
  } as unknown as Network
  house.sight = { network, canaries: ['192.0.2.1:443'] }
  for (let more = 1; more <= count; more += 1)
    await house.add({ name: `site ${more}`, url: `https://site-${more}.example/` })
  return { house, state }
}

async function minutes(house: House, count: number): Promise<void> {
  await house.clock.asleep()
  await house.clock.turn(count * 60_000)
}

const incidents = (house: House) => house.db.selectFrom('incidents').select('code').execute()

test('our own line is cut: nobody is down, the time is nobody’s, and one message says so', async () => {
  const { house, state } = await world(5)
  await using _ = house
  house.start()
  await minutes(house, 3)
  state.isOnline = false
  await minutes(house, 10)
  expect(await incidents(house)).toEqual([])
  expect(house.engine.counts().isBlind).toBe(true)
  expect(house.pager.said).toEqual([])
  state.isOnline = true
  await minutes(house, 2)
  await until('told', () => house.pager.posts.length > 0)
  expect(house.pager.said).toEqual(['blind'])
  const { news } = house.pager.posts[0]!
  const seen = news.kind === 'blind' ? news.to - news.from : 0
  expect(seen).toBeGreaterThan(8 * 60_000)
  expect(await incidents(house)).toEqual([])
})

test('many sites fail while the canaries answer: all of them are down', async () => {
  const { house, state } = await world(5)
  await using _ = house
  house.start()
  await minutes(house, 3)
  for (const more of [1, 2, 3, 4]) state.broken.add(`site ${more}`)
  await minutes(house, 3)
  expect(await incidents(house)).toHaveLength(4)
})

test('one site of many fails while the canaries answer: it is down', async () => {
  const { house, state } = await world(5)
  await using _ = house
  house.start()
  await minutes(house, 3)
  state.broken.add('site 2')
  await minutes(house, 3)
  expect(await incidents(house)).toHaveLength(1)
})

test('canaries that never answered prove nothing', async () => {
  const { house, state } = await world(5)
  await using _ = house
  state.isOnline = false
  house.start()
  await minutes(house, 5)
  expect(await incidents(house)).toHaveLength(5)
})

test('ports of a private network neither vote nor are covered', async () => {
  const { details: _, ...refused } = unreached
  let isOnline = true
  await using house = await House.open({ probe: async () => (isOnline ? well : refused) })
  const network = {
    resolve: async () => ({ ok: true, value: [] }),
    connect: async () =>
      isOnline
        ? { ok: true, value: { socket: { destroy: () => {} } } }
        : { ok: false, failure: { code: 'connect_timeout' } },
  } as unknown as Network
  house.sight = { network, canaries: ['192.0.2.1:443'] }
  for (const host of ['10.0.0.7', '[fd00::7]', 'localhost', '192.168.0.7'])
    await house.add({ name: host, type: 'PORT', url: `${host}:22` })
  for (const host of ['one', 'two', 'three'])
    await house.add({ name: host, type: 'PORT', url: `${host}.example:22` })
  house.start()
  await minutes(house, 3)
  isOnline = false
  await minutes(house, 5)
  const open = await house.db.selectFrom('incidents').select('monitor_name').execute()
  expect(open.map(({ monitor_name }) => monitor_name).toSorted()).toEqual([
    '10.0.0.7',
    '192.168.0.7',
    '[fd00::7]',
    'localhost',
  ])
})
