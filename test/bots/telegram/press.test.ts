import { expect, test } from 'vitest'
import type { Action } from '../../../bots/commands/reply.ts'
import { openRunningStage, reply } from './stage.ts'
import { tooMany } from '../../support/telegram/index.ts'

const next: Action = { label: '▶', press: 'v1:list:2' }

async function openList() {
  const stage = await openRunningStage()
  const { fake, desk } = stage
  const ann = fake.person('Ann')
  const chat = fake.group('Ops', { creator: ann })
  desk.teach('list', () => reply('page 1', { actions: [next] }))
  const message = await fake.say({ chat, from: ann, text: '/uptime list' })
  await stage.clock.turn(1000)
  return {
    stage,
    fake,
    desk,
    ann,
    chat,
    message,
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

test('a page button edits the list in place, and the spinner ends', async () => {
  await using list = await openList()
  const { fake, desk, ann, chat, message } = list
  desk.teach('v1:list:2', () => reply('page 2'))
  expect(await fake.press(message, '▶', ann)).toEqual({ text: '', alert: false })
  const now = await fake.waitFor(
    () => fake.message(message).text === 'page 2' && fake.message(message),
  )
  expect(now.keyboard).toBeUndefined()
  expect(fake.messages(chat.id)).toHaveLength(2)
})

test('a button carries no right: who presses is looked up', async () => {
  await using list = await openList()
  const { fake, desk, message } = list
  const bob = fake.person('Bob')
  await fake.press(message, '▶', bob)
  expect(desk.heard.at(-1)!.ask.actor).toEqual({
    userId: String(bob.id),
    displayName: 'Bob',
    standing: 'member',
  })
})

test('a refusal is shown to who pressed, and changes nothing', async () => {
  await using list = await openList()
  const { fake, desk, ann, chat, message } = list
  const words = 'Pausing needs the responder role. Ann and @Ops have it.'
  desk.teach('v1:list:2', () => reply(words, { audience: 'asker' }))
  expect(await fake.press(message, '▶', ann)).toEqual({ text: words, alert: true })
  expect(fake.message(message).before).toEqual([])
  expect(fake.messages(chat.id)).toHaveLength(2)
})

test('what is for the asker alone but too long for an answer comes as a message', async () => {
  await using list = await openList()
  const { fake, desk, ann, chat, message } = list
  desk.teach('v1:list:2', () => reply('x'.repeat(201), { audience: 'asker' }))
  expect(await fake.press(message, '▶', ann)).toEqual({ text: '', alert: false })
  const said = await fake.waitFor(() => fake.messages(chat.id)[2])
  expect(said.replyTo).toBe(message.id)
})

test('a slow button says Looking… and edits when it knows; other buttons work meanwhile', async () => {
  await using list = await openList()
  const { fake, desk, ann, message } = list
  const { promise: looked, resolve: finish } = Promise.withResolvers<void>()
  desk.teach('v1:check:1', async () => {
    await looked
    return reply('Shop is up')
  })
  expect(await fake.pressData(message, 'v1:check:1', ann)).toEqual({
    text: 'Looking…',
    alert: false,
  })
  desk.teach('v1:ack:1', () => reply('No', { audience: 'asker' }))
  expect(await fake.pressData(message, 'v1:ack:1', ann)).toEqual({ text: 'No', alert: true })
  finish()
  await fake.waitFor(() => fake.message(message).text === 'Shop is up')
})

test('a button of another version is answered with what the desk says', async () => {
  await using list = await openList()
  const { fake, desk, ann, message } = list
  desk.teach('v0:old', () => reply('This button is from an older Uptalk.'))
  expect(await fake.pressData(message, 'v0:old', ann)).toEqual({ text: '', alert: false })
  await fake.waitFor(() => fake.message(message).text.startsWith('This button'))
})

test('a message that is gone is said anew', async () => {
  await using list = await openList()
  const { stage, fake, desk, ann, chat, message } = list
  desk.teach('v1:list:2', () => reply('page 2'))
  const pressed = fake.pressData(message, 'v1:list:2', ann)
  fake.delete(message)
  await pressed
  await fake.waitFor(() => fake.callsOf('editMessageText').length === 1)
  await stage.clock.turn(1000)
  const said = await fake.waitFor(() =>
    fake.messages(chat.id).find(({ text }) => text === 'page 2'),
  )
  expect(said.id).not.toBe(message.id)
})

test('an edit that changes nothing is well', async () => {
  await using list = await openList()
  const { stage, fake, desk, ann, chat, message } = list
  desk.teach('v1:list:2', () => reply('page 1', { actions: [next] }))
  await fake.press(message, '▶', ann)
  await fake.waitFor(() => fake.callsOf('editMessageText').length === 1)
  await stage.say({ chat, from: ann, text: '/uptime status' })
  expect(stage.log.says('answer was lost')).toBeUndefined()
  expect(fake.messages(chat.id)).toHaveLength(4)
})

test('answers are repeated when Telegram asks for it, and only then', async () => {
  await using list = await openList()
  const { stage, fake, desk, ann, chat, message } = list
  fake.next('answerCallbackQuery', tooMany(3))
  fake.next('editMessageText', tooMany(7))
  desk.teach('v1:list:2', () => reply('page 2'))
  const pressed = fake.press(message, '▶', ann)
  await stage.sleeps(3000)
  await stage.sleeps(7000)
  await stage.clock.turn(3000)
  await pressed
  expect(fake.message(message).text).toBe('page 1')
  await stage.clock.turn(4000)
  await fake.waitFor(() => fake.message(message).text === 'page 2')
  await stage.clock.turn(1000)
  fake.next('sendMessage', { kind: 'html', status: 502 })
  fake.tell({ chat, from: ann, text: '/uptime one' })
  await fake.waitFor(() => fake.callsOf('sendMessage').length === 2)
  const second = await stage.say({ chat, from: ann, text: '/uptime two' })
  expect(second.text).toBe('heard: two')
  expect(fake.callsOf('sendMessage')).toHaveLength(3)
})

test('a spinner that ended long ago is nobody’s error', async () => {
  await using list = await openList()
  const { stage, fake, ann, message } = list
  fake.deliver({
    callback_query: {
      id: 'forgotten',
      from: ann,
      chat_instance: '1',
      data: 'v1:list:2',
      message: {
        chat: { id: message.chatId, type: 'supergroup', title: 'Ops' },
        message_id: message.id,
        date: 0,
      },
    },
  } as never)
  await fake.waitFor(() => stage.log.says('press was not answered'))
  expect(stage.log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
})
