import { expect, test } from 'vitest'
import { address, line, name, type Reply, text } from '../../../bots/commands/reply.ts'
import type { Address, Delivery, News } from '../../../src/notifications/contract.ts'
import {
  badGateway,
  broken,
  cutAfter,
  cutBefore,
  hangAfter,
  refuse,
  tooMany,
  type Room,
  type Trouble,
} from '../../support/telegram/index.ts'
import { openRunningStage, openStage, reply, type Stage } from './stage.ts'

const news: News = { kind: 'notice', channelName: 'Ops', why: 'was switched off' }
const quiet = { news, nonce: 'n', replyTo: null, silent: false }
const never = new AbortController().signal

const at = (room: Room, threadId: string | null = null): Address => ({
  channelId: String(room.id),
  threadId,
})

async function openGroup(word?: (told: News) => Reply) {
  const stage = await openRunningStage(word)
  const { fake, messenger } = stage
  const group = fake.group('Ops', { topics: [42] })
  return {
    stage,
    fake,
    group,
    messenger,
    post: (signal = never): Promise<Delivery> =>
      messenger.post({ ...quiet, address: at(group) }, signal),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

test('news is posted: silent or not, in its topic, as a reply', async () => {
  await using it = await openGroup()
  const first = await it.post()
  const [opening] = it.fake.messages(it.group.id)
  expect(first).toEqual({ kind: 'done', messageId: String(opening!.id) })
  expect(opening).toMatchObject({ silent: false, threadId: null, replyTo: null })
  expect(it.fake.callsOf('sendMessage')[0]!.body['link_preview_options']).toEqual({
    is_disabled: true,
  })
  await it.stage.clock.turn(1000)
  const replyTo = String(opening!.id)
  const posted = { ...quiet, address: at(it.group, '42'), replyTo, silent: true }
  expect(await it.messenger.post(posted, never)).toMatchObject({ kind: 'done' })
  expect(it.fake.messages(it.group.id)[1]).toMatchObject({
    silent: true,
    threadId: 42,
    replyTo: opening!.id,
  })
})

test('whom a chat chose is rung', async () => {
  await using it = await openGroup()
  const posted = { ...quiet, address: at(it.group), mention: 'user:78' }
  expect(await it.messenger.post(posted, never)).toMatchObject({ kind: 'done' })
  const { body } = it.fake.callsOf('sendMessage')[0]!
  const words = String(body['text'])
  expect(words.endsWith('\n🔔 on call')).toBe(true)
  expect((body['entities'] as object[]).at(-1)).toEqual({
    type: 'text_mention',
    offset: words.length - '🔔 on call'.length,
    length: '🔔 on call'.length,
    user: { id: 78, is_bot: false, first_name: 'on call' },
  })
})

test('a reply to what was deleted is a plain message', async () => {
  await using it = await openGroup()
  const posted = { ...quiet, address: at(it.group), replyTo: '1' }
  expect(await it.messenger.post(posted, never)).toMatchObject({ kind: 'done' })
  expect(it.fake.messages(it.group.id)[0]!.replyTo).toBeNull()
})

test('news is edited in place; the same again is done', async () => {
  let words = 'down'
  await using it = await openGroup(() => reply(words))
  const [posted] = [await it.post()]
  const messageId = posted.kind === 'done' ? posted.messageId! : ''
  for (words of ['up', 'up']) {
    await it.stage.clock.turn(1000)
    const edited = await it.messenger.edit(at(it.group), messageId, news, never)
    expect(edited).toEqual({ kind: 'done', messageId })
  }
  const [message] = it.fake.messages(it.group.id)
  expect(message!.text).toBe('up')
  expect(message!.before.map((shown) => shown.text)).toEqual(['down'])
})

test.each<[string, Trouble, Delivery]>([
  [
    '429',
    tooMany(17),
    { kind: 'again', why: 'Too Many Requests: retry after 17', afterMs: 17_000 },
  ],
  ['500', broken, { kind: 'again', why: 'Internal Server Error' }],
  ['502', refuse(502, 'Bad Gateway'), { kind: 'again', why: 'Bad Gateway', uncertain: true }],
  [
    'a page of the proxy',
    badGateway,
    { kind: 'again', why: 'Telegram could not be reached (no answer)', uncertain: true },
  ],
  [
    'a cut before it was processed',
    cutBefore,
    { kind: 'again', why: 'Telegram could not be reached (ECONNRESET)', uncertain: true },
  ],
  [
    'a cut after it was processed',
    cutAfter,
    { kind: 'again', why: 'Telegram could not be reached (ECONNRESET)', uncertain: true },
  ],
  [
    'kicked',
    refuse(403, 'Forbidden: bot was kicked from the group chat'),
    { kind: 'gone', why: 'Forbidden: bot was kicked from the group chat' },
  ],
  [
    'not a member',
    refuse(403, 'Forbidden: bot is not a member of the channel chat'),
    { kind: 'gone', why: 'Forbidden: bot is not a member of the channel chat' },
  ],
  [
    'a 403 never heard of',
    refuse(403, 'Forbidden: the moon is full'),
    { kind: 'gone', why: 'Forbidden: the moon is full' },
  ],
  [
    'a deactivated account',
    refuse(403, 'Forbidden: user is deactivated'),
    { kind: 'gone', why: 'Forbidden: user is deactivated' },
  ],
  [
    'CHAT_WRITE_FORBIDDEN',
    refuse(400, 'Bad Request: CHAT_WRITE_FORBIDDEN'),
    { kind: 'gone', why: 'Bad Request: CHAT_WRITE_FORBIDDEN' },
  ],
  ...[
    'have no rights to send a message',
    'need administrator rights in the channel chat',
    'CHAT_RESTRICTED',
    'CHAT_SEND_PLAIN_FORBIDDEN',
    'PEER_ID_INVALID',
    'group chat was deactivated',
  ].map((says): [string, Trouble, Delivery] => [
    says,
    refuse(400, `Bad Request: ${says}`),
    { kind: 'gone', why: `Bad Request: ${says}` },
  ]),
  [
    'TOPIC_DELETED',
    refuse(400, 'Bad Request: TOPIC_DELETED'),
    { kind: 'gone', why: 'Bad Request: TOPIC_DELETED' },
  ],
  ['401', refuse(401, 'Unauthorized'), { kind: 'stop', why: 'token refused (Unauthorized)' }],
  [
    'a 400 never heard of',
    refuse(400, 'Bad Request: the moon is full'),
    { kind: 'again', why: 'Bad Request: the moon is full' },
  ],
])('%s', async (_, trouble, delivery) => {
  await using it = await openGroup()
  it.fake.next('sendMessage', trouble)
  expect(await it.post()).toEqual(delivery)
})

test('an answer that never comes is uncertain once the sender gives up; the message may be there', async () => {
  await using it = await openGroup()
  it.fake.next('sendMessage', hangAfter)
  const giveUp = new AbortController()
  const posted = it.post(giveUp.signal)
  await it.fake.waitFor(() => it.fake.messages(it.group.id)[0])
  giveUp.abort()
  expect(await posted).toMatchObject({ kind: 'again', uncertain: true })
  expect(await it.post(giveUp.signal)).toEqual({ kind: 'again', why: 'stopping' })
})

test('Telegram away: again, and surely not sent', async () => {
  await using it = await openGroup()
  await it.fake.away()
  expect(await it.post()).toEqual({
    kind: 'again',
    why: 'Telegram could not be reached (ECONNREFUSED)',
  })
})

test('chats that are not there, or closed to us, are gone', async () => {
  await using it = await openGroup()
  const nowhere = { ...quiet, address: { channelId: '-5', threadId: null } }
  expect(await it.messenger.post(nowhere, never)).toEqual({
    kind: 'gone',
    why: 'Bad Request: chat not found',
  })
  it.fake.mute(it.group)
  expect(await it.post()).toEqual({
    kind: 'gone',
    why: 'Bad Request: not enough rights to send text messages to the chat',
  })
  const ann = it.fake.person('Ann')
  const chat = it.fake.privateChat(ann)
  it.fake.kick(chat)
  expect(await it.messenger.post({ ...quiet, address: at(chat) }, never)).toEqual({
    kind: 'gone',
    why: 'Forbidden: bot was blocked by the user',
  })
})

test('a group that became a supergroup is elsewhere', async () => {
  await using it = await openGroup()
  const next = it.fake.migrate(it.group, true)
  const delivery = await it.post()
  expect(delivery).toMatchObject({ kind: 'elsewhere', address: at(next) })
  const there = delivery.kind === 'elsewhere' ? delivery.address : at(it.group)
  expect(await it.messenger.post({ ...quiet, address: there }, never)).toMatchObject({
    kind: 'done',
  })
  expect(it.fake.messages(next.id)).toHaveLength(1)
})

test('a topic that is gone or closed: the chat’s General; a closed General is the end', async () => {
  await using it = await openGroup()
  const into = (threadId: string | null): Promise<Delivery> =>
    it.messenger.post({ ...quiet, address: at(it.group, threadId) }, never)
  expect(await into('43')).toMatchObject({ kind: 'elsewhere', address: at(it.group) })
  it.group.topics.set(42, false)
  await it.stage.clock.turn(1000)
  expect(await into('42')).toMatchObject({ kind: 'elsewhere', address: at(it.group) })
  it.fake.next('sendMessage', refuse(400, 'Bad Request: TOPIC_CLOSED'))
  await it.stage.clock.turn(1000)
  expect(await into(null)).toMatchObject({ kind: 'gone' })
})

test('a message that is gone, or no longer ours to edit, is missing', async () => {
  await using it = await openGroup()
  await it.post()
  const [message] = it.fake.messages(it.group.id)
  it.fake.delete(message!)
  await it.stage.clock.turn(1000)
  expect(await it.messenger.edit(at(it.group), String(message!.id), news, never)).toEqual({
    kind: 'missing',
    why: 'Bad Request: message to edit not found',
  })
  const said = it.fake.tell({ chat: it.group, from: it.fake.person('Ann'), text: 'hi' })
  await it.stage.clock.turn(1000)
  expect(await it.messenger.edit(at(it.group), String(said.id), news, never)).toEqual({
    kind: 'missing',
    why: "Bad Request: message can't be edited",
  })
})

test.each([
  'entity bold beyond the end of the text',
  'message text is empty',
  'message is too long',
  'strings must be encoded in UTF-8',
  'BUTTON_DATA_INVALID',
  'reply markup is too long',
])('%s: a bug of ours, so the words go out once without markup', async (says) => {
  await using it = await openGroup()
  it.fake.next('sendMessage', refuse(400, `Bad Request: ${says}`))
  expect(await it.post()).toMatchObject({ kind: 'done' })
  expect(it.fake.callsOf('sendMessage')).toHaveLength(2)
  expect(it.stage.log.says('telegram refused a screen')!.level).toBe('error')
})

test('MESSAGE_ID_INVALID is a message that is gone', async () => {
  await using it = await openGroup()
  it.fake.next('editMessageText', refuse(400, 'Bad Request: MESSAGE_ID_INVALID'))
  expect(await it.messenger.edit(at(it.group), '1', news, never)).toMatchObject({ kind: 'missing' })
})

test('a refused screen goes out once without markup, and is a bug when that is refused too', async () => {
  const body = [line(name('@durov'), text(' at '), address('https://evil.example'))]
  await using it = await openGroup(() => reply('Off', { body }))
  const entities = refuse(400, "Bad Request: can't parse entities: invalid offset")
  it.fake.next('sendMessage', entities)
  expect(await it.post()).toMatchObject({ kind: 'done' })
  const [bare] = it.fake.messages(it.group.id)
  expect(bare!.entities).toEqual([])
  expect(bare!.text).not.toMatch(/@durov|evil\.example/)
  expect(it.stage.log.says('telegram refused a screen')!.level).toBe('error')
  it.fake.always('sendMessage', entities)
  await it.stage.clock.turn(1000)
  expect(await it.post()).toMatchObject({ kind: 'ours' })
  expect(it.fake.callsOf('sendMessage')).toHaveLength(4)
})

test('news without words is a bug of ours, not a throw', async () => {
  await using it = await openGroup(() => {
    throw new Error('no such kind')
  })
  expect(await it.post()).toEqual({ kind: 'ours', why: 'no such kind' })
  expect(it.fake.callsOf('sendMessage')).toEqual([])
})

test('news is told while polling is down', async () => {
  await using stage: Stage = await openStage((fake) => {
    fake.always('getUpdates', broken)
  })
  await stage.sleeps(1050)
  const group = stage.fake.group('Ops')
  expect(stage.part.state()).toBe('retrying')
  expect(await stage.messenger.post({ ...quiet, address: at(group) }, never)).toMatchObject({
    kind: 'done',
  })
})

test('the limits are counted here: a second message within a second is not sent', async () => {
  await using it = await openGroup()
  expect(await it.post()).toMatchObject({ kind: 'done' })
  await it.stage.clock.turn(400)
  expect(await it.post()).toEqual({
    kind: 'again',
    why: "Telegram's limit of messages",
    isPaced: true,
    afterMs: 600,
  })
  expect(it.fake.callsOf('sendMessage')).toHaveLength(1)
  it.fake.next('sendMessage', tooMany(5))
  await it.stage.clock.turn(600)
  expect(await it.post()).toMatchObject({ kind: 'again', afterMs: 5000 })
  await it.stage.clock.turn(2000)
  expect(await it.post()).toMatchObject({ kind: 'again', afterMs: 3000 })
  expect(it.fake.callsOf('sendMessage')).toHaveLength(2)
})
