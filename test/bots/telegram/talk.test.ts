import { expect, test } from 'vitest'
import { line, name, text } from '../../../bots/commands/reply.ts'
import { MINUTE } from '../../../src/kernel/index.ts'
import { openRunningStage, reply } from './stage.ts'

test('a line in a group is answered there, as a reply to who asked', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const ann = fake.person('Ann')
  const group = fake.group('Ops', { creator: ann })
  const answer = await fake.say({ chat: group, from: ann, text: '/uptime pause shop 2h' })
  expect(answer.text).toBe('heard: pause shop 2h')
  const [asked] = fake.messages(group.id)
  expect(answer.replyTo).toBe(asked!.id)
  expect(desk.heard[0]!.ask).toEqual({
    actor: { userId: String(ann.id), displayName: 'Ann', standing: 'creator' },
    place: {
      platform: 'telegram',
      serverId: String(group.id),
      channelId: String(group.id),
      threadId: null,
      isPrivate: false,
      title: 'Ops',
    },
    named: [],
  })
})

test.each([
  ['/uptime', 'status'],
  ['/UPTIME list', 'list'],
  ['/uptime@UptalkBot  list   down', 'list down'],
  ['/uptime@uptalkbot', 'status'],
  ['/uptime note shop\nrestarting', 'note shop restarting'],
  ['/status', 'status'],
  ['/Status shop', 'status shop'],
  ['/start ABCD-2345', 'link ABCD-2345'],
  ['/start', 'help'],
])('%j in a private chat asks for %j', async (typed, wanted) => {
  await using stage = await openRunningStage()
  const ann = stage.fake.person('Ann')
  const chat = stage.fake.privateChat(ann)
  await stage.fake.say({ chat, from: ann, text: typed })
  expect(stage.desk.heard.map(({ what }) => what)).toEqual([wanted])
  expect(stage.desk.heard[0]!.ask.actor.standing).toBe('creator')
})

test('what is not for us is answered by nothing', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const ann = fake.person('Ann')
  const group = fake.group('Ops', { creator: ann })
  const user = { type: 'user', sender_user: ann, date: 1 } as const
  for (const words of [
    '/uptime@OtherBot status',
    '/status',
    '/start',
    'hello',
    ' /uptime',
    '/uptimes',
  ])
    fake.tell({ chat: group, from: ann, text: words })
  fake.tell({ chat: group, from: ann, text: '/uptime list', as: { forward_origin: user } })
  fake.tell({ chat: group, from: { ...ann, is_bot: true }, text: '/uptime list' })
  fake.deliver({ edited_message: { text: '/uptime list' } as never })
  await fake.say({ chat: group, from: ann, text: '/uptime status' })
  expect(desk.heard.map(({ what }) => what)).toEqual(['status'])
})

test('a code is spent in a group by the link that adds the bot', async () => {
  await using stage = await openRunningStage()
  const ann = stage.fake.person('Ann')
  const chat = stage.fake.group('Ops', { creator: ann })
  await stage.fake.say({ chat, from: ann, text: '/start@UptalkBot ABCD2345' })
  expect(stage.desk.heard.map(({ what }) => what)).toEqual(['link ABCD2345'])
})

test('words older than ten minutes are let go, but a link is wanted all the same', async () => {
  await using stage = await openRunningStage()
  const { fake, clock, desk } = stage
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  const at = clock.now() - 11 * MINUTE
  fake.tell({ chat, from: ann, text: '/status', at })
  await fake.say({ chat, from: ann, text: '/start ABCD2345', at })
  expect(desk.heard.map(({ what }) => what)).toEqual(['link ABCD2345'])
})

test('a topic is answered in the topic, a reply thread outside forums is not one', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const ann = fake.person('Ann')
  const forum = fake.group('Forum', { creator: ann, topics: [42] })
  const answer = await fake.say({ chat: forum, from: ann, text: '/uptime', thread: 42 })
  expect(answer.threadId).toBe(42)
  expect(desk.heard[0]!.ask.place.threadId).toBe('42')
  const group = fake.group('Plain', { creator: ann })
  const plain = await fake.say({
    chat: group,
    from: ann,
    text: '/uptime',
    as: { message_thread_id: 99 },
  })
  expect(plain.threadId).toBeNull()
})

test('a slow answer says Looking… at once and is edited into the result; others are served meanwhile', async () => {
  await using stage = await openRunningStage()
  const { fake, desk, clock } = stage
  const { promise: looked, resolve: finish } = Promise.withResolvers<void>()
  desk.teach('check shop', async () => {
    await looked
    return reply('Shop is up', { body: [line(name('Shop'), text(' 182 ms'))] })
  })
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  const looking = await fake.say({ chat, from: ann, text: '/check shop' })
  expect(looking.text).toBe('Looking…')
  const other = await stage.say({ chat, from: ann, text: '/status' })
  expect(other.text).toBe('heard: status')
  await clock.turn(1000)
  finish()
  const done = await fake.waitFor(() => fake.message(looking).before[0] && fake.message(looking))
  expect(done.text).toBe('Shop is up\nShop 182 ms')
})

test('who it is: creator, administrator, member; asked once a minute and again after a change', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const [ann, bob, cat] = [fake.person('Ann'), fake.person('Bob'), fake.person('Cat')]
  const chat = fake.group('Ops', { creator: ann, administrators: [bob] })
  for (const from of [ann, bob, cat]) await stage.say({ chat, from, text: '/uptime' })
  expect(desk.heard.map(({ ask }) => ask.actor.standing)).toEqual([
    'creator',
    'administrator',
    'member',
  ])
  expect(fake.callsOf('getChatAdministrators')).toHaveLength(1)
  fake.promote(chat, cat)
  await stage.say({ chat, from: cat, text: '/uptime' })
  expect(desk.heard.at(-1)!.ask.actor.standing).toBe('administrator')
  await stage.clock.turn(MINUTE)
  await stage.say({ chat, from: ann, text: '/uptime' })
  expect(fake.callsOf('getChatAdministrators')).toHaveLength(3)
})

test('where the list of administrators is refused the one is asked about; without an answer he is a member', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  fake.always('getChatAdministrators', { kind: 'html', status: 502 })
  const ann = fake.person('Ann')
  const chat = fake.group('Ops', { creator: ann })
  await fake.say({ chat, from: ann, text: '/uptime' })
  expect(desk.heard[0]!.ask.actor.standing).toBe('creator')
  fake.next('getChatMember', { kind: 'html', status: 502 })
  await fake.say({ chat, from: ann, text: '/uptime' })
  expect(desk.heard[1]!.ask.actor.standing).toBe('member')
})

test('an anonymous administrator and a channel are administrators, other masks are members', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const chat = fake.group('Ops')
  const anonymous = { id: 1_087_968_824, is_bot: true, first_name: 'Group' }
  const asGroup = { sender_chat: { id: chat.id, type: 'supergroup', title: 'Ops' } } as never
  await stage.say({ chat, from: anonymous, text: '/uptime', as: asGroup })
  const mask = { id: 136_817_688, is_bot: true, first_name: 'Channel' }
  const asOther = { sender_chat: { id: -1_003, type: 'channel', title: 'Elsewhere' } } as never
  await stage.say({ chat, from: mask, text: '/uptime', as: asOther })
  await stage.say({ chat: fake.channel('News'), from: mask, text: '/uptime' })
  expect(desk.heard.map(({ ask: { actor } }) => `${actor.displayName}: ${actor.standing}`)).toEqual(
    ['Ops: administrator', 'Elsewhere: member', 'News: administrator'],
  )
})

test('what people call themselves and their chats is cleaned on its way in', async () => {
  await using stage = await openRunningStage()
  const ann = stage.fake.person('\u202Eann\u0000\n# big')
  const chat = stage.fake.group('\u200B'.repeat(20), { creator: ann })
  await stage.fake.say({ chat, from: ann, text: '/uptime' })
  const { ask } = stage.desk.heard[0]!
  expect([ask.actor.displayName, ask.place.title]).toEqual(['ann # big', '(no name)'])
})

test('a place is told of: left, back, moved', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const ann = fake.person('Ann')
  const chat = fake.basicGroup('Ops', ann)
  const dm = fake.privateChat(ann)
  fake.kick(chat)
  fake.comeBack(chat)
  fake.kick(dm)
  const next = fake.migrate(chat)
  await fake.waitFor(() => desk.places.length === 4)
  expect(desk.places).toEqual([
    `left ${chat.id}: removed from the chat`,
    `back ${chat.id}`,
    `left ${dm.id}: blocked by the person`,
    `moved ${chat.id} ${next.id}`,
  ])
})

test('the menu is set once: one word in groups, each command in private chats', async () => {
  await using stage = await openRunningStage()
  const { fake } = stage
  await fake.waitFor(() => fake.menus.size === 4)
  for (const scope of ['default', 'all_group_chats', 'all_chat_administrators'])
    expect(fake.menus.get(scope)!.map(({ command }) => command)).toEqual(['uptime'])
  expect(fake.menus.get('all_private_chats')!.map(({ command }) => command)).toEqual([
    'uptime',
    'status',
    'check',
    'alerts',
  ])
  expect(fake.menus.get('all_private_chats')!.at(-1)!.description).toBe('show')
})
