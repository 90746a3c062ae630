import { expect, test } from 'vitest'
import { HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import type { Delivery, Post } from '../../src/notifications/index.ts'
import { unseen } from '../support/eye.ts'
import { House } from '../support/house.ts'
import { verdictsOf } from '../support/outage.ts'
import { openReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const AWAY: Delivery = { kind: 'again', why: 'away' }

const houseOf = (file?: string) =>
  House.open({ probe: async () => unseen, ...(file === undefined ? {} : { file }) })

/** Outages made by hand, of monitors called by number. */
async function monitors(house: House, count: number) {
  const all: ReturnType<typeof verdictsOf>[] = []
  for (let at = 1; at <= count; at += 1) {
    const { monitor } = await house.add({ name: `m${at}`, intervalSeconds: 86_400 })
    all.push(verdictsOf(house.db, monitor))
  }
  return all
}

const rows = (house: House) => house.db.selectFrom('notifications').selectAll().execute()

const comes = (house: House, what: string, holds: () => boolean | Promise<boolean>, step = 50) =>
  until(what, async () => {
    if (await holds()) return true
    await house.clock.turn(step)
    return holds()
  })

const settled = async (house: House) =>
  (await rows(house)).every(({ state }) => state !== 'pending')

/** Who is told of, and how it stood. */
const alerts = (posts: readonly Post[]) =>
  posts.flatMap(({ news }) =>
    news.kind === 'alert' ? [`${news.incident.monitorName} ${news.incident.endReason}`] : [],
  )

test(
  'fifty outages while all platforms are away for an hour: each is told once as it stands, to programs all that happened',
  { timeout: 20_000 },
  async () => {
    await using receiver = await openReceiver()
    await using house = await houseOf()
    await house.webhook(receiver.url)
    const fifty = await monitors(house, 50)
    house.pager.answer = () => AWAY
    receiver.answers.push(...Array.from({ length: 1000 }, () => 503))
    house.start()
    const begin = house.clock.now()
    for (const [at, outage] of fifty.entries()) {
      await outage.open(house.clock.now())
      house.delivery.wake()
      await house.clock.turn(MINUTE)
      if (at % 2 === 0) await outage.resolve(house.clock.now())
    }
    await house.clock.turn(HOUR - (house.clock.now() - begin))
    house.pager.answer = null
    receiver.answers.length = 0
    receiver.got.length = 0
    await comes(house, 'all told', () => settled(house), SECOND)

    expect(alerts(house.pager.posts).toSorted()).toEqual(
      fifty.map((_, at) => `m${at + 1} ${at % 2 === 0 ? 'resolved' : null}`).toSorted(),
    )
    expect(house.pager.heard).toHaveLength(50)
    const downs = fifty.map((_, at) => `m${at + 1} target.down`)
    const ups = fifty.flatMap((_, at) => (at % 2 === 0 ? `m${at + 1} target.up` : []))
    expect(receiver.said.toSorted()).toEqual([...downs, ...ups].toSorted())
    for (const [at, said] of receiver.said.entries())
      expect(receiver.said.slice(0, at)).not.toContain(said.replace('.down', '.up'))
  },
)

test('a platform that asks for patience again and again gets it every time, and tells once', async () => {
  await using house = await houseOf()
  const [shop] = await monitors(house, 1)
  const asked: number[] = []
  house.pager.answer = () => {
    asked.push(house.clock.now())
    return asked.length <= 20
      ? { kind: 'again', why: 'HTTP 429', afterMs: 30 * SECOND }
      : { kind: 'done', messageId: null }
  }
  await shop!.open(house.clock.now())
  house.start()
  await comes(house, 'told', () => house.pager.posts.length === 1, SECOND)
  for (const [at, then] of asked.slice(1).entries()) {
    expect(then - asked[at]!).toBeGreaterThanOrEqual(30 * SECOND)
    expect(then - asked[at]!).toBeLessThan(32 * SECOND)
  }
})

test('an outage whose telling may have been heard, and that ends before it is told again, ends in its message', async () => {
  await using house = await houseOf()
  const [shop] = await monitors(house, 1)
  await shop!.open(house.clock.now())
  const post = house.pager.post.bind(house.pager)
  house.pager.post = async (it) => {
    house.pager.post = post
    await post(it)
    return { kind: 'again', why: 'the connection broke', uncertain: true }
  }
  house.start()
  await comes(house, 'heard', () => house.pager.posts.length === 1)
  await shop!.resolve(house.clock.now())
  await comes(house, 'all told', () => settled(house))
  expect(house.pager.said).toEqual(['alert', 'recovery', 'edited: resolved'])
})

test('a program that hangs up on us hears the same again, by the same id', async () => {
  await using receiver = await openReceiver()
  await using house = await houseOf()
  await house.webhook(receiver.url)
  receiver.answers.push(0, 0)
  const [shop] = await monitors(house, 1)
  await shop!.open(house.clock.now())
  house.start()
  await comes(house, 'taken', () => settled(house), SECOND)
  expect(receiver.types).toEqual(['target.down', 'target.down', 'target.down'])
  expect(new Set(receiver.got.map(({ id, body }) => id + body)).size).toBe(1)
})

test.each([
  ['back', -HOUR],
  ['on', HOUR],
])('no wait is longer when the wall clock is set %s an hour', async (_, step) => {
  await using receiver = await openReceiver()
  await using house = await houseOf()
  await house.webhook(receiver.url)
  const [shop] = await monitors(house, 1)
  receiver.answers.push(503)
  house.pager.answer = () => AWAY
  await shop!.open(house.clock.now())
  house.start()
  await comes(house, 'both tried', async () =>
    (await rows(house)).every(({ error }) => error !== null),
  )
  house.pager.answer = null
  house.clock.step(step)
  await house.clock.turn(10 * SECOND)
  await comes(house, 'the program told', () => receiver.got.length === 2, 1)
  expect(house.pager.said).toEqual(['alert'])
})

test(
  'a thousand outages of one account within a second are all told, and soon',
  { timeout: 60_000 },
  async () => {
    await using receiver = await openReceiver()
    await using house = await houseOf()
    await house.webhook(receiver.url)
    const outages = await monitors(house, 1000)
    house.start()
    for (const outage of outages) await outage.open(house.clock.now())
    house.delivery.wake()
    await receiver.heard(1000)
    await comes(house, 'written down', () => settled(house))
    expect(new Set(receiver.said).size).toBe(1000)
    expect(receiver.got).toHaveLength(1000)
    // People have a few messages of it, the last of which speaks for all.
    expect(house.pager.posts.length).toBeLessThan(8)
    await house.clock.turn(11 * SECOND)
    await comes(house, 'shown', () => settled(house))
    const { news } = house.pager.heard.at(-1)!
    expect(news).toMatchObject({ incident: { storm: { outages: 1000, open: 1000 } } })
  },
)
