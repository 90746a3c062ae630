import { expect, test } from 'vitest'
import { acknowledgeIncident } from '../../src/incidents/index.ts'
import {
  addChannel,
  type Delivery,
  queueBlindness,
  reopenChannel,
} from '../../src/notifications/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { House } from '../support/house.ts'
import { verdictsOf } from '../support/outage.ts'
import { until } from '../support/until.ts'

/** The engine looks, and sees nothing: outages here are made by hand. */
const unseen = async (): Promise<Outcome> => ({
  status: 'unknown',
  code: 'internal',
  message: '',
  durationMs: 1,
  timings: { total: 1 },
})

/** An outage of one monitor, opened and ended by hand. */
async function outage(house: House, alertAfterMs = 0) {
  const { monitor } = await house.add()
  const by = verdictsOf(house.db, monitor, { alertAfterMs })
  await by.open(house.clock.now())
  return {
    recause: (code: Outcome['code']) => by.recause(house.clock.now(), code),
    resolve: () => by.resolve(house.clock.now()),
  }
}

const states = async (house: House) =>
  (
    await house.db.selectFrom('notifications').select(['event', 'state']).orderBy('id').execute()
  ).map(({ event, state }) => `${event} ${state}`)

const quiet = (house: House) =>
  until('the outbox is empty', async () => {
    await house.clock.turn(250)
    return (await states(house)).every((it) => !it.endsWith('pending'))
  })

/** Answers in turn, then well. */
const answers = (house: House, ...given: Delivery[]) => {
  house.pager.answer = () => given.shift() ?? { kind: 'done', messageId: null }
}

test('an incident is one message: edited when its cause changes and when it is over, then one reply', async () => {
  await using house = await House.open({ probe: unseen })
  const it = await outage(house)
  house.start()
  await quiet(house)
  await it.recause('connect_timeout')
  await quiet(house)
  await acknowledgeIncident(house.account, house.clock.now(), { type: 'chat', name: 'Ann' }, 1)
  await quiet(house)
  await it.resolve()
  await quiet(house)
  expect(house.pager.posts.map(({ news, replyTo }) => [news.kind, replyTo])).toEqual([
    ['alert', null],
    ['recovery', 'm1'],
  ])
  expect(house.pager.edits.map(({ news }) => news)).toMatchObject([
    { incident: { code: 'connect_timeout', acknowledgedBy: null } },
    { incident: { code: 'connect_timeout', acknowledgedBy: 'Ann' } },
    { incident: { endReason: 'resolved' } },
  ])
})

test('what opened and ended while the platform was away is one message in its last form, quietly', async () => {
  await using house = await House.open({ probe: unseen })
  const it = await outage(house)
  answers(house, { kind: 'again', why: 'away' }, { kind: 'again', why: 'away' })
  house.start()
  await until('tried', async () => {
    await house.clock.turn(50)
    const row = await house.db.selectFrom('channels').select('failures').executeTakeFirst()
    return row?.failures === 1
  })
  await it.resolve()
  await quiet(house)
  expect(house.pager.posts.map(({ news, silent }) => [news.kind, silent])).toEqual([
    ['alert', true],
  ])
  expect(house.pager.posts[0]?.news).toMatchObject({ incident: { endReason: 'resolved' } })
  expect(await states(house)).toEqual(['alert sent', 'recovery superseded'])
})

test('an outage shorter than alertAfter is told to nobody; a longer one when its time has come', async () => {
  await using house = await House.open({ probe: unseen })
  house.start()
  const short = await outage(house, 60_000)
  await house.clock.turn(30_000)
  await short.resolve()
  await house.clock.turn(120_000)
  expect(house.pager.said).toEqual([])
  await outage(house, 60_000)
  await house.clock.turn(59_000)
  expect(house.pager.said).toEqual([])
  await house.clock.turn(1500)
  await quiet(house)
  expect(house.pager.said).toEqual(['alert'])
})

test('a platform in trouble is asked ever more slowly, and at its own word when it gives one', async () => {
  await using house = await House.open({ probe: unseen })
  await outage(house)
  const asked: number[] = []
  const begin = house.clock.now()
  house.pager.answer = () => {
    asked.push(house.clock.now() - begin)
    return asked.length === 4
      ? { kind: 'again', why: 'HTTP 429', afterMs: 30_000 }
      : asked.length < 6
        ? { kind: 'again', why: 'HTTP 500' }
        : { kind: 'done', messageId: null }
  }
  house.start()
  await quiet(house)
  const waits = asked.slice(1).map((at, index) => at - asked[index]!)
  // Half to whole of 1, 2, 4, then 30 s, then of 16 s; the pager draws 3/4; looked for each 250 ms.
  const wanted = [750, 1500, 3000, 30_000, 12_000]
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(wanted[index]!)
    expect(wait).toBeLessThanOrEqual(wanted[index]! + 500)
  }
  expect(house.pager.said).toEqual(['alert'])
})

test('one lane in trouble does not hold up another', async () => {
  await using house = await House.open({ probe: unseen })
  await addChannel(house.account, 1, {
    kind: 'pager',
    name: 'second',
    linkId: null,
    channelId: 'c2',
    threadId: null,
  })
  await outage(house)
  const hanging = Promise.withResolvers<Delivery>()
  const given: (Delivery | Promise<Delivery>)[] = [hanging.promise]
  house.pager.answer = () => given.shift() ?? { kind: 'done', messageId: null }
  house.start()
  await until('the other channel is told', async () => {
    await house.clock.turn(250)
    return house.pager.posts.length === 1
  })
  expect(house.pager.posts[0]?.address.channelId).toBe('c2')
  hanging.resolve({ kind: 'ours', why: 'enough' })
})

test.each<[string, Delivery, string[]]>([
  ['a message that is gone is posted anew', { kind: 'missing', why: '10008' }, ['alert', 'alert']],
  ['a message too old to edit gets a reply', { kind: 'frozen', why: '30046' }, ['alert', 'alert']],
  ['what we wrote wrongly is not repeated', { kind: 'ours', why: '50035' }, ['alert']],
  [
    'a chat that moved is told at its new place',
    { kind: 'elsewhere', why: 'moved', address: { channelId: 'new', threadId: null } },
    ['alert', 'edited: connect_timeout'],
  ],
])('%s', async (_, refusal, said) => {
  await using house = await House.open({ probe: unseen })
  const it = await outage(house)
  house.start()
  await quiet(house)
  answers(house, refusal)
  await it.recause('connect_timeout')
  await quiet(house)
  expect(house.pager.said).toEqual(said)
  const channel = await house.db.selectFrom('channels').selectAll().executeTakeFirstOrThrow()
  expect(channel.channel_id).toBe(refusal.kind === 'elsewhere' ? 'new' : 'c1')
})

test('a channel that is gone is switched off, and the others are told once', async () => {
  await using house = await House.open({ probe: unseen })
  await addChannel(house.account, 1, {
    kind: 'pager',
    name: 'second',
    linkId: null,
    channelId: 'c2',
    threadId: null,
  })
  await outage(house)
  answers(house, { kind: 'gone', why: 'kicked' })
  house.start()
  await quiet(house)
  const off = await house.db.selectFrom('channels').selectAll().where('is_active', '=', 0).execute()
  expect(off).toMatchObject([{ off_reason: 'kicked' }])
  expect(house.pager.said.toSorted()).toEqual(['alert', 'notice'])
  await outage(house)
  await quiet(house)
  expect(house.pager.posts.slice(2).map(({ address }) => address.channelId)).toEqual([
    house.pager.posts[1]!.address.channelId,
  ])
})

test('a process that dies between the request and its record sends the same nonce again', async () => {
  await using house = await House.open({ probe: unseen })
  await outage(house)
  const nonces: string[] = []
  const post = house.pager.post.bind(house.pager)
  house.pager.post = async (it) => {
    nonces.push(it.nonce)
    return nonces.length === 1 ? new Promise(() => {}) : post(it)
  }
  house.start()
  await until('sent', async () => {
    await house.clock.turn(250)
    return nonces.length === 1
  })
  // A new process on the same rows: the first one's lane never ends, as if it had been killed.
  house.start()
  await quiet(house)
  expect(nonces).toHaveLength(2)
  expect(nonces[1]).toBe(nonces[0])
})

test('a channel that is added during an outage hears of it at once; who was told is not told again', async () => {
  await using house = await House.open({ probe: unseen })
  const it = await outage(house)
  house.start()
  await quiet(house)
  const second = { kind: 'pager', name: 'second', linkId: null, channelId: 'c2', threadId: null }
  await addChannel(house.account, house.clock.now(), second)
  await quiet(house)
  await addChannel(house.account, house.clock.now(), second)
  await quiet(house)
  expect(house.pager.posts.map(({ news, address }) => [news.kind, address.channelId])).toEqual([
    ['alert', 'c1'],
    ['alert', 'c2'],
  ])
  await it.resolve()
  await quiet(house)
  expect(house.pager.said.filter((said) => said === 'recovery')).toHaveLength(2)
})

test('an outage that is held back is told to a new channel when it is told to the others', async () => {
  await using house = await House.open({ probe: unseen })
  await outage(house, 60_000)
  house.start()
  const second = { kind: 'pager', name: 'second', linkId: null, channelId: 'c2', threadId: null }
  await addChannel(house.account, house.clock.now(), second)
  await until('it watches', () => house.engine.state() === 'ok')
  await house.clock.asleep()
  await house.clock.turn(30_000)
  expect(house.pager.said).toEqual([])
  await house.clock.turn(30_000)
  await quiet(house)
  expect(house.pager.posts.map(({ news, address }) => [news.kind, address.channelId])).toEqual([
    ['alert', 'c1'],
    ['alert', 'c2'],
  ])
})

test('a place we come back to does not hear of what is held back before its time', async () => {
  await using house = await House.open({ probe: unseen })
  await outage(house, 60_000)
  const begun = house.clock.now()
  answers(house, { kind: 'gone', why: 'kicked' })
  await queueBlindness(house.db, begun, begun)
  house.start()
  await until('switched off', async () => {
    await house.clock.turn(250)
    return (await states(house)).includes('notice failed')
  })
  await reopenChannel(house.account, house.clock.now(), { type: 'chat', name: 'Ann' }, 'pager', {
    channelId: 'c1',
    threadId: null,
  })
  await house.clock.turn(30_000)
  expect(house.pager.said).not.toContain('alert')
  await house.clock.turn(30_000)
  await quiet(house)
  expect(house.pager.said).toContain('alert')
})

test('a new outage goes before what is left to say of an old one', async () => {
  await using house = await House.open({ probe: unseen })
  const old = await outage(house)
  house.start()
  await quiet(house)
  answers(house, { kind: 'again', why: 'busy' })
  await old.resolve()
  await until('it has to wait', async () => {
    await house.clock.turn(50)
    const row = await house.db.selectFrom('channels').select('failures').executeTakeFirst()
    return row?.failures === 1
  })
  await outage(house)
  await quiet(house)
  expect(house.pager.posts.map(({ news }) => news.kind)).toEqual(['alert', 'alert', 'recovery'])
})
