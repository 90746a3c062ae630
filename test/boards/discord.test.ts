import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { words } from '../bots/commands/house.ts'
import { openDiscordTown } from './town.ts'

type DiscordTown = Awaited<ReturnType<typeof openDiscordTown>>

const edits = ({ platform }: DiscordTown) =>
  platform.fake.requests.filter(({ method }) => method === 'PATCH').length
const posts = ({ platform }: DiscordTown) =>
  platform.fake.requests.filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/messages'),
  ).length

/** Down and up again in turn. */
function flipper(town: DiscordTown, id: number) {
  let isUp = true
  return async () => {
    await (isUp ? town.falls(id) : town.rises(id))
    isUp = !isUp
  }
}

test('everything at a glance, in words that stay true', async () => {
  await using town = await openDiscordTown()
  const [shop, mail] = [await town.add('Shop'), await town.add('@everyone')]
  await town.add('API')
  await town.falls(shop)
  await town.says('ack shop')
  await town.told()
  await town.account
    .updateTable('monitor_states')
    .set({ status: 'degraded' })
    .where('monitor_id', '=', mail)
    .execute()
  await town.says('board on')
  expect(town.messages()[0]!.text).toBe(
    [
      '🔴 1 of 3 is down',
      '🔴 **Shop** · down, since <t:1803909600:R> · connection refused · Bob is on it',
      '🟡 **\\@everyone** · degraded, since <t:1803909600:R>',
      '1 up · no data in the 24 h before <t:1803909600:T>',
      '-# As of <t:1803909600:D> <t:1803909600:T>; it changes by itself.',
      '[Incidents] [List] [Refresh]',
    ].join('\n'),
  )
  expect(town.platform.fake.refused).toEqual([])
})

test('of very many it shows the worst, and says how many more there are', async () => {
  await using town = await openDiscordTown()
  for (let count = 0; count < 34; count += 1)
    await town.falls(await town.add(`${String(count).padStart(2, '0')}${'*'.repeat(48)}`))
  await town.says('board on')
  const { text } = town.messages()[0]!
  expect(text).toContain('34 of 34 are down')
  expect(text).toContain('… and 14 more')
  expect(town.platform.fake.refused).toEqual([])
})

test('killed between post and record there is one message, and it becomes true', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  const { messenger } = town.platform
  town.messengers['discord'] = {
    ...messenger,
    post: async (post, signal) => {
      await messenger.post(post, signal)
      throw new Error('killed')
    },
  }
  expect(words(await town.says('board on'))).toMatch(/^The board comes to/)
  expect(town.messages()).toMatchObject([{ pinned: false }])
  town.messengers['discord'] = messenger
  town.restart()
  await town.falls(id)
  await town.later(MINUTE)
  await town.later(MINUTE)
  expect(town.messages()).toMatchObject([{ pinned: true, edits: 1 }])
  expect(town.messages()[0]!.text).toContain('1 of 1 is down')
})

test('an answer that is lost makes no second message', async () => {
  await using town = await openDiscordTown()
  await town.add('Shop')
  town.platform.fake.faults.plan(/POST .*messages/, 'cutAfter')
  await town.says('board on')
  await town.later(MINUTE)
  expect(town.messages()).toMatchObject([{ pinned: true }])
})

test('a message older than an hour is edited once a minute at most, and one older than a day is replaced', async () => {
  await using town = await openDiscordTown()
  const flip = flipper(town, await town.add('Shop'))
  await town.says('board on')
  const [first] = town.messages()
  town.clock.step(HOUR)
  for (let second = 0; second < 120; second += 5) {
    await flip()
    await town.later(5 * SECOND)
  }
  expect(edits(town)).toBeLessThanOrEqual(3)
  expect(edits(town)).toBeGreaterThan(1)
  await flip()
  await town.later(DAY)
  const [second, ...more] = town.messages()
  expect(more).toEqual([])
  expect(second).toMatchObject({ pinned: true, silent: true })
  expect(second!.id).not.toBe(first!.id)
  await flip()
  await town.later(DAY)
  expect(posts(town)).toBe(3)
  expect(town.messages()).toMatchObject([{ pinned: true }])
})

test('a message that may not be edited once more is replaced', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  await town.says('board on')
  const [old] = town.platform.fake.messages()
  old!.frozen = true
  await town.falls(id)
  await town.later(MINUTE)
  expect(old!.deleted).toBe(true)
  expect(town.messages()).toMatchObject([{ pinned: true, edits: 0 }])
  expect(town.messages()[0]!.text).toContain('1 of 1 is down')
})

test('killed at each step of replacing a message there is one pinned in the end', async () => {
  for (const step of [/POST .*messages/, /PUT .*pins/, /DELETE .*messages/]) {
    await using town = await openDiscordTown()
    const id = await town.add('Shop')
    await town.says('board on')
    town.platform.fake.messages()[0]!.frozen = true
    await town.falls(id)
    town.platform.fake.faults.plan(step, 'cutAfter')
    await town.later(MINUTE)
    town.restart()
    await town.later(MINUTE)
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ pinned: true }])
  }
})

test('with fifty messages pinned already it stands unpinned, and why is said', async () => {
  await using town = await openDiscordTown()
  await town.add('Shop')
  const { fake, messenger, place } = town.platform
  const never = new AbortController().signal
  for (let count = 0; count < 50; count += 1) {
    const post = { news: { kind: 'notice', channelName: 'ops', why: 'x' }, silent: false } as const
    const address = { channelId: place.channelId, threadId: null }
    const nonce = `n${count}`
    const sent = await messenger.post({ ...post, address, nonce, replyTo: null }, never)
    await messenger.pins!.pin(address, sent.kind === 'done' ? sent.messageId! : '', never)
  }
  expect(fake.messages().every(({ pinned }) => pinned)).toBe(true)
  expect(words(await town.says('board on'))).toMatch(/not pinned\nWhy: .* as many pinned messages/)
})

test.each([
  ['readonly', 'Send Messages, Embed Links and Attach Files'],
  ['hidden', 'View Channel'],
] as const)(
  'in a channel that is %s none can be kept, and what is missing is named',
  async (state, missing) => {
    await using town = await openDiscordTown()
    await town.add('Shop')
    town.platform.fake.channel.state = state
    const refused = await town.says('board on')
    expect(refused.audience).toBe('asker')
    expect(words(refused)).toMatch(/^No board can be kept in this channel: /)
    expect(words(refused)).toContain(missing)
    await town.later(HOUR)
    expect(posts(town)).toBe(1)
    town.platform.fake.channel.state = 'open'
    expect(words(await town.says('board on'))).toMatch(/^The board is pinned/)
  },
)

test('a channel that is closed later switches it off with the reason, in the audit, too', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  await town.says('board on')
  town.platform.fake.channel.state = 'deleted'
  await town.falls(id)
  await town.later(MINUTE)
  expect(await town.row()).toMatchObject({ is_active: 0, trouble: 'the channel was deleted' })
  expect(
    await town.account
      .selectFrom('audit_logs')
      .select('action')
      .where('actor_type', '=', 'engine')
      .execute(),
  ).toEqual([{ action: 'board.stop' }])
  const asked = edits(town)
  await town.later(DAY)
  expect(edits(town)).toBe(asked)
})

test('a platform that asks for patience is given it', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  await town.says('board on')
  await town.falls(id)
  town.platform.fake.faults.plan(/PATCH/, { status: 429, retryAfter: 60 })
  await town.later(MINUTE)
  await town.later(55 * SECOND)
  expect(edits(town)).toBe(1)
  await town.later(10 * SECOND)
  expect(edits(town)).toBe(2)
})

test('a platform that is away is asked less and less often', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  await town.says('board on')
  await town.falls(id)
  town.platform.fake.faults.plan(/PATCH/, { status: 503 }, 1000)
  town.clock.step(MINUTE)
  for (let second = 0; second < 600; second += 5) await town.later(5 * SECOND)
  expect(edits(town)).toBeLessThan(12)
  town.platform.fake.faults.clear()
  await town.later(300 * SECOND)
  expect(town.messages()).toMatchObject([{ edits: 1 }])
})

test('the account that has the place next finds the board of the one before it gone', async () => {
  await using town = await openDiscordTown()
  await town.add('Shop')
  await town.says('board on')
  await town.account.deleteFrom('chat_links').execute()
  const other = await town.rival()
  await town.link(other)
  expect(words(await town.says('board on'))).toMatch(/^The board is pinned/)
  await town.later(MINUTE)
  expect(town.messages()).toMatchObject([{ pinned: false }, { pinned: true }])
  expect(town.messages()[1]!.text).not.toContain('Shop')
  expect(await other.selectFrom('boards').select('is_pinned').execute()).toEqual([{ is_pinned: 1 }])
})

test('uptime is read again after an hour, and shown once where it is another', async () => {
  await using town = await openDiscordTown()
  const id = await town.add('Shop')
  await town.says('board on')
  const at = town.clock.now()
  await recordSamples(town.db, [
    {
      monitorId: id,
      accountId: town.account.accountId,
      at,
      status: 'up',
      code: 'ok',
      ms: 5,
      observedMs: MINUTE,
    },
  ])
  await town.later(30 * MINUTE)
  expect(edits(town)).toBe(0)
  await town.later(31 * MINUTE)
  await town.later(31 * MINUTE)
  expect(edits(town)).toBe(1)
  expect(town.messages()[0]!.text).toContain('100 % in the 24 h before')
})
