import { expect, test } from 'vitest'
import type { Form } from '../../../bots/commands/index.ts'
import { show } from '../../support/discord/index.ts'
import { type Bot, onlineBot, passBy } from './bot.ts'
import { say } from './desk.ts'

const ACK = { label: 'Acknowledge', press: 'v1:ack:3f' }

async function shown(bot: Bot, audience: 'all' | 'asker' = 'all') {
  bot.desk.answer = () => say('Shop is down', { actions: [ACK], audience })
  return (await bot.fake.command({ name: 'status' })).message
}

test('a press changes the message in place', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot)
  bot.desk.answer = () => say('Shop is down — Ann is on it')
  const { kind } = await bot.fake.press(message, 'Acknowledge')
  expect(kind).toBe('update')
  expect(show(message)).toBe('Shop is down — Ann is on it')
  expect(bot.desk.heard.at(-1)).toMatchObject({ what: 'v1:ack:3f' })
  expect(bot.fake.messages()).toEqual([message])
})

test('a refused press is told to who pressed, and the message stays', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot)
  bot.desk.answer = () => say('needs the responder role', { audience: 'asker' })
  const answer = await bot.fake.press(message, 'Acknowledge')
  expect(answer).toMatchObject({ kind: 'reply', ephemeral: true })
  expect(show(message)).toBe('Shop is down\n[Acknowledge]')
})

test('what only the asker sees changes in place, whatever the answer', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot, 'asker')
  bot.desk.answer = () => say('sure?', { audience: 'asker' })
  expect(await bot.fake.press(message, 'Acknowledge')).toMatchObject({
    kind: 'update',
    ephemeral: true,
  })
})

test.each([
  ['all', 'update', false],
  ['asker', 'aside', true],
] as const)(
  'a slow press is taken at once; its answer for %s is an %s',
  async (audience, kind, ephemeral) => {
    await using bot = await onlineBot()
    const message = await shown(bot)
    const { promise, resolve } = Promise.withResolvers<void>()
    bot.desk.answer = async () => {
      await promise
      return say('done', { audience })
    }
    const pressed = bot.fake.people.pressRaw(message, 'v1:check:3f')
    await passBy(bot, 150)
    resolve()
    const answer = await pressed
    expect(answer).toMatchObject({ kind, ephemeral, deferred: true })
    expect(show(answer.message)).toBe('done')
  },
)

test('a button of another version is asked at the desk like any', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot)
  bot.desk.answer = () => say('This button is from an older Uptalk.', { audience: 'asker' })
  const { ephemeral } = await bot.fake.people.pressRaw(message, 'v0:boom')
  expect(ephemeral).toBe(true)
})

const FORM: Form = {
  title: 'Note at incident #7',
  line: 'note #7',
  typed: '/uptime note #7 text=hi',
  fields: [{ name: 'text', label: 'Note', example: 'hi', longest: 1000, required: true }],
}

test('a form is the answer to a press, and what is filled in goes on with its line', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot)
  bot.desk.answer = () => say('What is to be noted?', { form: FORM })
  const opened = await bot.fake.people.open(message, 'Acknowledge')
  expect(opened.modal).toEqual({
    custom_id: 'v1:form:note #7',
    title: 'Note at incident #7',
    components: [
      {
        type: 18,
        label: 'Note',
        component: {
          type: 4,
          custom_id: 'text',
          style: 2,
          placeholder: 'hi',
          max_length: 1000,
          required: true,
        },
      },
    ],
  })
  bot.desk.answer = () => say('Noted')
  const answer = await bot.fake.people.fill(opened, { text: 'two\nlines' })
  expect(answer).toMatchObject({ kind: 'reply', ephemeral: false })
  expect(bot.desk.heard.at(-1)).toMatchObject({ what: 'note #7', given: { text: 'two\nlines' } })
})

test('a form that comes too late to be shown is told in words, to who pressed', async () => {
  await using bot = await onlineBot()
  const message = await shown(bot)
  const { promise, resolve } = Promise.withResolvers<void>()
  bot.desk.answer = async () => {
    await promise
    return say('Type it', { form: FORM, audience: 'asker' })
  }
  const pressed = bot.fake.press(message, 'Acknowledge')
  await passBy(bot, 1500)
  resolve()
  const answer = await pressed
  expect(answer).toMatchObject({ kind: 'aside', ephemeral: true })
  expect(show(answer.message)).toBe('Type it')
})

test('closing waits for an answer that is under way', async () => {
  await using bot = await onlineBot()
  const { promise, resolve } = Promise.withResolvers<void>()
  bot.desk.answer = async () => {
    await promise
    return say('just in time')
  }
  const asked = bot.fake.command({ name: 'status' })
  await bot.fake.waitFor(() => bot.clock.isAsleepFor(1500))
  const closed = bot.part[Symbol.asyncDispose]()
  await bot.fake.waitFor(() => bot.clock.isAsleepFor(5000))
  resolve()
  expect(show((await asked).message)).toBe('just in time')
  await closed
  expect(bot.part.state()).toBe('stopped')
})

test('an answer that never comes does not keep it from closing, and that is said', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => new Promise(() => {})
  const asked = bot.fake.command({ name: 'status' })
  await bot.fake.waitFor(() => bot.clock.isAsleepFor(1500))
  const closed = bot.part[Symbol.asyncDispose]()
  await passBy(bot, 5000)
  expect(show((await asked).message)).toMatch(/^Uptalk is being stopped/)
  await closed
  expect(bot.part.state()).toBe('stopped')
})
