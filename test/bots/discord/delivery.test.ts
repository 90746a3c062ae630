import { expect, test } from 'vitest'
import { openMessenger } from '../../../bots/discord/messenger.ts'
import { openTally } from '../../../bots/discord/tally.ts'
import { openWire, type Wire } from '../../../bots/discord/wire.ts'
import { quietLog } from '../../../src/kernel/index.ts'
import type { Delivery, News, Post } from '../../../src/notifications/contract.ts'
import { HandClock } from '../../support/clock.ts'
import { FakeDiscord, type FakeMessage, show, SILENT } from '../../support/discord/index.ts'
import { type Bot, passBy, startBot } from './bot.ts'
import { say } from './desk.ts'

const news: News = { kind: 'notice', channelName: 'ops', why: 'it was deleted' }
const NEVER = new AbortController().signal

function post(bot: Bot, over: Partial<Post> = {}, channelId = bot.fake.channel.id) {
  const address = { channelId, threadId: null }
  const wanted = { address, news, nonce: 'n1', replyTo: null, silent: false, ...over }
  return bot.messenger.post(wanted, NEVER)
}

function edit(bot: Bot, message: FakeMessage, signal = NEVER) {
  const address = { channelId: message.channelId, threadId: null }
  return bot.messenger.edit(address, message.id, news, signal)
}

/** A messenger whose gateway is away: telling needs REST alone. */
const telling = (wanted: Parameters<typeof startBot>[0] = {}) =>
  startBot({
    ...wanted,
    prepare: (fake) => {
      fake.gateway.mood = 'away'
      wanted.prepare?.(fake)
    },
  })

async function posted(bot: Bot): Promise<FakeMessage> {
  const delivery = await post(bot)
  const [message] = bot.fake.messages()
  expect(delivery).toEqual({ kind: 'done', messageId: message!.id })
  return message!
}

const sent = ({ fake }: Bot) => fake.requests.filter(({ path }) => path.includes('/messages'))

test('a message is posted, silently where wished, and nobody is mentioned', async () => {
  await using bot = await telling()
  const loud = await posted(bot)
  expect(show(loud)).toBe('notice')
  expect(loud.flags).toBe(0)
  expect(loud.body.allowed_mentions).toEqual({ parse: [] })
  await post(bot, { nonce: 'n2', silent: true })
  expect(bot.fake.messages()[1]!.flags).toBe(SILENT)
  expect(bot.fake.refused).toEqual([])
})

test.each([
  ['role:77', ' <@&77>', { parse: [], roles: ['77'] }],
  ['user:78', ' <@78>', { parse: [], users: ['78'] }],
  ['everyone', ' @everyone', { parse: ['everyone'] }],
  ['here', ' @here', { parse: ['everyone'] }],
])('whom a channel chose is rung, and nobody a name names: %s', async (mention, shown, allowed) => {
  await using bot = await telling({ word: () => say('@everyone <@&1> is down') })
  expect((await post(bot, { mention })).kind).toBe('done')
  const [message] = bot.fake.messages()
  expect(message!.body.content?.endsWith(shown)).toBe(true)
  expect(message!.body.allowed_mentions).toEqual(allowed)
  expect(bot.fake.refused).toEqual([])
})

test('a channel is known by the server it lies in, and not at all where it is out of reach', async () => {
  await using bot = await telling()
  const serverOf = (channelId: string) =>
    bot.messenger.serverOf!({ channelId, threadId: null }, NEVER)
  const { channel } = bot.fake
  expect(await serverOf(channel.id)).toBe(channel.guildId)
  expect(await serverOf('404')).toBeNull()
  channel.state = 'hidden'
  expect(await serverOf(channel.id)).toBeNull()
})

test('a message is edited to what is true now', async () => {
  let words = 'Shop is down'
  await using bot = await telling({ word: () => say(words) })
  const message = await posted(bot)
  words = 'Shop was down for 12 min'
  expect(await edit(bot, message)).toEqual({ kind: 'done', messageId: message.id })
  expect(message.history.map(({ content }) => content)).toEqual(['Shop is down'])
  expect(show(message)).toBe('Shop was down for 12 min')
})

test('a reply goes under its message, and is a plain one where that is gone', async () => {
  await using bot = await telling()
  const message = await posted(bot)
  await post(bot, { nonce: 'n2', replyTo: message.id })
  bot.fake.deleteMessage(message)
  await post(bot, { nonce: 'n3', replyTo: message.id })
  expect(bot.fake.messages().map(({ replyTo }) => replyTo)).toEqual([message.id, null])
})

test('where replies are not allowed a plain message is sent', async () => {
  await using bot = await telling()
  const message = await posted(bot)
  bot.fake.faults.plan(/POST .*messages/, { status: 403, code: 160_002 })
  expect(await post(bot, { nonce: 'n2', replyTo: message.id })).toMatchObject({ kind: 'done' })
  expect(bot.fake.messages()[1]!.replyTo).toBe(null)
})

test('an answer lost on the way is doubt, and the same nonce makes no second message', async () => {
  await using bot = await telling()
  bot.fake.faults.plan(/POST .*messages/, 'cutAfter')
  expect(await post(bot)).toMatchObject({ kind: 'again', uncertain: true })
  const [first] = bot.fake.messages()
  expect(await post(bot)).toEqual({ kind: 'done', messageId: first!.id })
  expect(bot.fake.messages()).toEqual([first])
})

test('a message that an earlier attempt left in other words is known for one', async () => {
  let words = 'Shop is down'
  await using bot = await telling({ word: () => say(words) })
  const message = await posted(bot)
  words = 'Shop was down for 12 min'
  expect(await post(bot)).toEqual({ kind: 'done', messageId: message.id, isEarlier: true })
  expect(await edit(bot, message)).toEqual({ kind: 'done', messageId: message.id })
})

test.each<[string, Parameters<Bot['fake']['faults']['plan']>[1], Delivery['kind']]>([
  ['500', { status: 500 }, 'again'],
  ['502', { status: 502 }, 'again'],
  ['503', { status: 503 }, 'again'],
  ['a cut connection', 'cut', 'again'],
  ['a code nobody knows', { status: 400, code: 987_654 }, 'again'],
  ['403 without a code', { status: 403 }, 'again'],
  ['10003 unknown channel', { status: 404, code: 10_003 }, 'gone'],
  ['10004 unknown guild', { status: 404, code: 10_004 }, 'gone'],
  ['50001 missing access', { status: 403, code: 50_001 }, 'gone'],
  ['50013 missing permissions', { status: 403, code: 50_013 }, 'gone'],
  ['50007 closed direct messages', { status: 403, code: 50_007 }, 'gone'],
  ['10008 unknown message', { status: 404, code: 10_008 }, 'missing'],
  ['30046 too old', { status: 429, code: 30_046, retryAfter: 60 }, 'frozen'],
  ['40060 done already', { status: 400, code: 40_060 }, 'done'],
  ['50006 empty', { status: 400, code: 50_006 }, 'ours'],
  ['401', { status: 401 }, 'stop'],
])('%s is answered once, and means what it means', async (_, fault, kind) => {
  await using bot = await telling()
  const message = await posted(bot)
  bot.fake.faults.plan(/PATCH .*messages/, fault)
  const before = sent(bot).length
  expect(await edit(bot, message)).toMatchObject({ kind })
  expect(sent(bot).length - before).toBeLessThan(2)
  // The next one is asked for anew, also after a refused token.
  expect(await edit(bot, message)).toMatchObject({ kind: 'done' })
})

test('what was taken away is told by name', async () => {
  await using bot = await telling()
  const { channel } = bot.fake
  const why = async () => JSON.stringify(await post(bot))
  channel.state = 'hidden'
  expect(await why()).toContain('View Channel')
  channel.state = 'readonly'
  expect(await why()).toContain('Send Messages, Embed Links and Attach Files')
  channel.state = 'deleted'
  expect(await why()).toContain('the channel was deleted')
})

test('a long wait is the lane’s, told at once; a short one is waited out', async () => {
  await using bot = await telling()
  bot.fake.faults.plan(/POST/, { status: 429, retryAfter: 30 })
  expect(await post(bot)).toMatchObject({ kind: 'again', afterMs: 30_050 })
  bot.fake.faults.plan(/POST/, { status: 429, retryAfter: 0.05 })
  expect(await post(bot)).toMatchObject({ kind: 'done' })
})

test('a frozen message holds up no other in its channel', async () => {
  await using bot = await telling()
  const message = await posted(bot)
  message.frozen = true
  expect(await edit(bot, message)).toMatchObject({ kind: 'frozen' })
  expect(await post(bot, { nonce: 'n2' })).toMatchObject({ kind: 'done' })
})

test('a platform that does not answer is given up after 10 s', async () => {
  await using bot = await telling()
  await bot.fake.waitFor(() => bot.part.state() === 'retrying')
  bot.fake.faults.plan(/POST/, 'hang')
  const delivery = post(bot)
  await passBy(bot, 10_000)
  expect(await delivery).toMatchObject({ kind: 'again', uncertain: true })
})

test('a request is dropped when the lane ends', async () => {
  await using bot = await telling()
  const message = await posted(bot)
  bot.fake.faults.plan(/PATCH/, 'hang')
  const ending = new AbortController()
  const delivery = edit(bot, message, ending.signal)
  ending.abort()
  expect(await delivery).toMatchObject({ kind: 'again' })
})

test('nobody there at all is certain', async () => {
  const bot = await telling()
  await bot[Symbol.asyncDispose]()
  const delivery = await post(bot)
  expect(delivery).toMatchObject({ kind: 'again', why: 'the connection failed (ECONNREFUSED)' })
  expect(delivery).not.toHaveProperty('uncertain')
})

test('a form the platform refuses is a bug of ours: logged, and said plainly instead', async () => {
  const odd = say('Shop is down', { actions: [{ label: 'Odd', press: 'x'.repeat(101) }] })
  await using bot = await telling({ word: () => odd })
  expect(await post(bot)).toMatchObject({ kind: 'done' })
  expect(bot.fake.messages().map(show)).toEqual(['Shop is down'])
  expect(bot.lines).toContainEqual(expect.objectContaining({ event: 'message form was refused' }))
  bot.fake.faults.plan(/POST/, { status: 400, code: 50_035 }, 2)
  expect(await post(bot, { nonce: 'n2' })).toMatchObject({ kind: 'ours' })
})

test('news that cannot be worded is ours, and throws at nobody', async () => {
  await using bot = await telling({
    word: () => {
      throw new Error('a bug')
    },
  })
  expect(await post(bot)).toMatchObject({ kind: 'ours' })
})

test('after 1000 turned-down requests in 10 min nothing is to be sent until they are past', async () => {
  const clock = new HandClock()
  const tally = openTally(clock)
  for (let at = 0; at < 999; at += 1) tally.count()
  await clock.turn(60_000)
  expect(tally.pausedFor()).toBe(0)
  tally.count()
  expect(tally.pausedFor()).toBe(540_000)
  await clock.turn(540_000)
  expect(tally.pausedFor()).toBe(0)
})

test('during such a pause a lane is told how long, and the platform is left alone', async () => {
  const asked: string[] = []
  const wire: Wire = {
    send: async (_, path) => asked.push(path),
    pausedFor: () => 540_000,
    close: () => {},
  }
  const messenger = openMessenger(wire, () => say('news'), quietLog)
  const address = { channelId: '1', threadId: null }
  expect(await messenger.edit(address, '2', news, NEVER)).toMatchObject({
    kind: 'again',
    afterMs: 540_000,
  })
  expect(asked).toEqual([])
})

test.each([
  [401, 1, {}],
  [403, 1, {}],
  [429, 1, { retryAfter: 30 }],
  [429, 1, { code: 30_046, retryAfter: 60 }],
  [429, 0, { retryAfter: 30, shared: true }],
  [404, 0, {}],
])('an answer of %i counts as turned down %i times', async (status, times, more) => {
  await using fake = await FakeDiscord.open()
  fake.faults.plan(/./, { status, ...more })
  let counted = 0
  const tally = { count: () => (counted += 1), pausedFor: () => 0 }
  const wire = openWire({ token: fake.token, apiUrl: fake.apiUrl }, new HandClock(), tally)
  await expect(wire.send('get', '/gateway/bot')).rejects.toThrow(Error)
  wire.close()
  expect(counted).toBe(times)
})
