import { expect, test } from 'vitest'
import { SECOND } from '../../../src/kernel/index.ts'
import { hang } from '../../support/telegram/index.ts'
import { openRunningStage, reply } from './stage.ts'

test('an update that comes again after a restart is not handled again', async () => {
  await using before = await openRunningStage()
  const { fake } = before
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  const message = {
    message_id: 7,
    date: before.clock.now() / SECOND,
    chat: { id: chat.id, type: 'private', first_name: 'Ann' },
    from: ann,
    text: '/status',
  } as never
  const id = fake.deliver({ message })
  await fake.waitFor(() => fake.messages(chat.id)[0])
  await using after = await before.restart()
  fake.deliver({ message }, id)
  // Lower numbers are new all the same: after a quiet week Telegram starts anywhere.
  fake.deliver({ message: { ...(message as object), text: '/list' } as never }, id - 100)
  await after.clock.turn(SECOND)
  await fake.waitFor(() => fake.messages(chat.id)[1])
  expect(before.desk.heard.map(({ what }) => what)).toEqual(['status'])
  expect(after.desk.heard.map(({ what }) => what)).toEqual(['list'])
})

test('the menu is told once, not at every start', async () => {
  await using before = await openRunningStage()
  const { fake } = before
  await fake.waitFor(() => fake.menus.size === 4)
  await using after = await before.restart()
  await fake.waitFor(() => fake.callsOf('getMyCommands').length === 8)
  await after[Symbol.asyncDispose]()
  expect(fake.callsOf('setMyCommands')).toHaveLength(4)
})

test('what is being answered at the end is answered still', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const { promise: known, resolve: answer } = Promise.withResolvers<void>()
  desk.teach('status', async () => {
    await known
    return reply('All is well')
  })
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  const said = fake.say({ chat, from: ann, text: '/status' })
  await fake.waitFor(() => desk.heard.length === 1)
  const stopped = stage.part[Symbol.asyncDispose]()
  await stage.sleeps(5 * SECOND)
  answer()
  expect((await said).text).toBe('All is well')
  await stopped
})

test('an answer that takes longer than the end is given up, and that is said', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  desk.teach('status', () => new Promise(() => {}))
  const ann = fake.person('Ann')
  const said = fake.say({ chat: fake.privateChat(ann), from: ann, text: '/status' })
  await fake.waitFor(() => desk.heard.length === 1)
  const stopped = stage.part[Symbol.asyncDispose]()
  await stage.sleeps(5 * SECOND)
  await stage.clock.turn(5 * SECOND)
  expect((await said).text).toMatch(/^Uptalk is being stopped/)
  await stopped
  expect(stage.part.state()).toBe('stopped')
})

test('a chat that hangs or is written to too often holds up no other', async () => {
  await using stage = await openRunningStage()
  const { fake } = stage
  const ann = fake.person('Ann')
  const [stuck, busy, other] = [fake.group('Stuck'), fake.group('Busy'), fake.group('Other')]
  fake.next('getChatAdministrators', hang)
  fake.tell({ chat: stuck, from: ann, text: '/uptime' })
  await fake.waitFor(() => fake.callsOf('getChatAdministrators').length === 1)
  for (let asked = 1; asked <= 17; asked += 1)
    fake.tell({ chat: busy, from: ann, text: `/uptime ${asked}` })
  await stage.sleeps(2 * SECOND)
  expect((await fake.say({ chat: other, from: ann, text: '/uptime' })).text).toBe('heard: status')
  await stage.clock.turn(2 * SECOND)
  await fake.waitFor(() => fake.messages(busy.id).at(-1)!.text === 'heard: 17')
  await fake.away()
})

test('a flood in one chat is dropped beyond what can wait', async () => {
  await using stage = await openRunningStage()
  const { fake, desk } = stage
  const { promise: known, resolve: answer } = Promise.withResolvers<void>()
  desk.teach('slow', async () => {
    await known
    return reply('done')
  })
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  for (let said = 0; said < 60; said += 1) fake.tell({ chat, from: ann, text: '/slow' })
  await fake.waitFor(
    () => stage.log.lines.filter((it) => it.event === 'flood dropped').length === 10,
  )
  answer()
  await fake.waitFor(() => fake.messages(chat.id).find(({ byBot }) => byBot))
  expect(stage.part.state()).toBe('ok')
  const stopped = stage.part[Symbol.asyncDispose]()
  await stage.sleeps(5 * SECOND)
  await stage.clock.turn(5 * SECOND)
  await stage.sleeps(SECOND)
  await stage.clock.turn(SECOND)
  await stopped
})

test('a chat that moved is answered where it is now', async () => {
  await using stage = await openRunningStage()
  const { fake } = stage
  const ann = fake.person('Ann')
  const old = fake.basicGroup('Ops', ann)
  fake.tell({ chat: old, from: ann, text: '/uptime' })
  const next = fake.migrate(old, true)
  const said = await fake.waitFor(() => fake.messages(next.id)[0])
  expect(said.text).toBe('heard: status')
})
