import { expect, test } from 'vitest'
import type { Action } from '../../../bots/commands/reply.ts'
import { name } from '../../../bots/commands/reply.ts'
import { renderTelegram } from '../../../bots/telegram/render.ts'
import { clickable, refuse, type Sent, tooMany } from '../../support/telegram/index.ts'
import { CAT, openHouse } from '../commands/house.ts'
import { HOSTILE } from '../commands/hostile.ts'
import { withChart } from '../commands/pictured.ts'
import { openRunningStage, reply } from './stage.ts'

const WEEK: Action = { label: '7 d', press: 'v1:stats:1:7d' }
const SHOW: Action = { label: 'Show', press: 'v1:show:1' }

/** A group with a message that shows a chart, as `check`, the slow command, does here. */
async function openStats() {
  const stage = await openRunningStage()
  const { fake, desk, clock } = stage
  const ann = fake.person('Ann')
  const chat = fake.group('Ops', { creator: ann })
  desk.teach('check', () => withChart(reply('the day', { actions: [WEEK, SHOW] })))
  const ask = () => fake.tell({ chat, from: ann, text: '/uptime check' })
  const seen = () => fake.messages(chat.id).filter(({ byBot }) => byBot)
  const isThere = (words: string) =>
    fake.waitFor((): Sent | undefined =>
      seen().length === 1 || seen().every(({ text }) => text !== 'Looking…')
        ? seen().find(({ text }) => text === words)
        : undefined,
    )
  return {
    stage,
    fake,
    desk,
    clock,
    ann,
    chat,
    ask,
    seen,
    isThere,
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

const isPng = ({ photo }: Sent) => photo?.readUInt32BE() === 0x89504e47

test('a chart takes the place of Looking…, its words below it, its buttons with it', async () => {
  await using stats = await openStats()
  await using house = await openHouse()
  await house.add('Shop')
  stats.desk.teach('check', () => house.says(CAT, 'stats shop'))
  const asked = stats.ask()
  const [said] = await stats.fake.waitFor(() => {
    const now = stats.seen()
    return now.length === 1 && now[0]!.photo !== null && now
  })
  expect(said!.text).toBe(
    [
      '⚪ Shop · no data in the last 24 h',
      'Uptime: no data',
      'Watched: 0 s of 24 h',
      'Incidents: none',
      'Response: no data',
      'Checks: 0, 0 failed',
    ].join('\n'),
  )
  expect(isPng(said!)).toBe(true)
  expect(said!.replyTo).toBe(asked.id)
  expect(said!.keyboard!.inline_keyboard.flat().map(({ text }) => text)).toEqual([
    '7 d',
    '30 d',
    '90 d',
    '365 d',
    'Show',
  ])
  expect(said!.entities).toContainEqual({ type: 'bold', offset: 2, length: 4 })
})

test('another period changes words and picture in place', async () => {
  await using stats = await openStats()
  const { fake, desk, ann } = stats
  stats.ask()
  const message = await stats.isThere('the day')
  desk.teach('v1:stats:1:7d', () => withChart(reply('the week', { actions: [SHOW] }), 'A week of '))
  await fake.press(message, '7 d', ann)
  const now = await stats.isThere('the week')
  expect(now.id).toBe(message.id)
  expect(isPng(now)).toBe(true)
  expect(now.before).toHaveLength(1)
})

test('words do not take the place of a picture, nor a picture that of words', async () => {
  await using stats = await openStats()
  const { fake, desk, ann } = stats
  stats.ask()
  const picture = await stats.isThere('the day')
  desk.teach('v1:show:1', () => reply('Shop is up', { actions: [WEEK] }))
  await fake.press(picture, 'Show', ann)
  const screen = await stats.isThere('Shop is up')
  expect(screen.replyTo).toBe(picture.id)
  desk.teach('v1:stats:1:7d', () => withChart(reply('the week')))
  await fake.press(screen, '7 d', ann)
  const week = await stats.isThere('the week')
  expect(week).toMatchObject({ replyTo: screen.id })
  expect(isPng(week)).toBe(true)
  expect(stats.seen().map(({ text }) => text)).toEqual(['the day', 'Shop is up', 'the week'])
  expect(fake.callsOf('editMessageText')).toEqual([])
  expect(fake.callsOf('editMessageMedia')).toEqual([])
})

test('where pictures are not taken the words come alone, and their buttons go on', async () => {
  await using stats = await openStats()
  const { fake, desk, ann, chat } = stats
  chat.takesNoPhotos = true
  stats.ask()
  const message = await stats.isThere('the day')
  expect(message.photo).toBeNull()
  expect(stats.seen()).toHaveLength(1)
  expect(stats.stage.log.says('telegram refused a picture')).toMatchObject({ level: 'warn' })
  desk.teach('v1:stats:1:7d', () => withChart(reply('the week')))
  await fake.press(message, '7 d', ann)
  expect((await stats.isThere('the week')).photo).toBeNull()
})

test('a picture that may not be exchanged any more is said anew, as words', async () => {
  await using stats = await openStats()
  const { fake, desk, ann, chat } = stats
  stats.ask()
  const message = await stats.isThere('the day')
  chat.takesNoPhotos = true
  fake.next('editMessageMedia', refuse(400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN'))
  desk.teach('v1:stats:1:7d', () => withChart(reply('the week')))
  await fake.press(message, '7 d', ann)
  expect((await stats.isThere('the week')).photo).toBeNull()
})

test('a picture waits as long as it is told to', async () => {
  await using stats = await openStats()
  const { fake, stage, clock } = stats
  fake.next('sendPhoto', tooMany(3))
  stats.ask()
  await stage.sleeps(3000)
  await clock.turn(3000)
  expect(isPng(await stats.isThere('the day'))).toBe(true)
})

test('a chart that cannot be drawn costs no answer', async () => {
  await using stats = await openStats()
  const { image, ...words } = withChart(reply('the day'))
  const chart = { ...image!.chart, zone: 'No/Where' }
  stats.desk.teach('check', () => ({ ...words, image: { ...image!, chart } }))
  stats.ask()
  expect((await stats.isThere('the day')).photo).toBeNull()
})

const DAILY = {
  news: { kind: 'notice', channelName: 'ops', why: 'told' },
  nonce: 'n1',
  replyTo: null,
  silent: true,
} as const

async function openDaily(words: string) {
  const stage = await openRunningStage(() => withChart(reply(words)))
  const group = stage.fake.group('Ops')
  const address = { channelId: String(group.id), threadId: null }
  return {
    stage,
    group,
    tell: () => stage.messenger.post({ ...DAILY, address }, new AbortController().signal),
    told: () => stage.fake.messages(group.id),
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  }
}

test('news come with their chart, and silently where wished', async () => {
  await using daily = await openDaily('the day')
  const delivery = await daily.tell()
  const [message] = daily.told()
  expect(delivery).toEqual({ kind: 'done', messageId: String(message!.id) })
  expect(message).toMatchObject({ text: 'the day', silent: true })
  expect(isPng(message!)).toBe(true)
})

test('news whose chart is refused come without, at once and once', async () => {
  await using daily = await openDaily('the day')
  daily.group.takesNoPhotos = true
  expect(await daily.tell()).toMatchObject({ kind: 'done' })
  expect(daily.told().map(({ text, photo }) => [text, photo])).toEqual([['the day', null]])
})

test('where nothing may be written a chart changes nothing', async () => {
  await using daily = await openDaily('the day')
  daily.stage.fake.mute(daily.group)
  expect(await daily.tell()).toMatchObject({ kind: 'gone' })
})

test('news too long to stand below a picture are not cut for it', async () => {
  const long = { kind: 'line', runs: [{ kind: 'text', text: 'y'.repeat(1020) }] } as const
  await using stage = await openRunningStage(() => withChart(reply('the day', { body: [long] })))
  const group = stage.fake.group('Ops')
  const address = { channelId: String(group.id), threadId: null }
  await stage.messenger.post({ ...DAILY, address }, new AbortController().signal)
  const [message] = stage.fake.messages(group.id)
  expect(message!.text).toHaveLength('the day\n'.length + 1020)
  expect(message!.photo).toBeNull()
})

test('what is said below a picture is cut at a row to what fits there', () => {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    state: 'up' as const,
    name: `Monitor number ${at} with a long name`,
    tail: [],
  }))
  const { text } = renderTelegram(withChart(reply('many', { body: [{ kind: 'rows', rows }] })), 0)
  expect(text.length).toBeLessThanOrEqual(1024)
  expect(text).toMatch(/… and \d+ more$/)
})

test.each(HOSTILE.map((words, at) => [at, words] as const))(
  'fixture %i is not clickable below a picture',
  async (_, hostile) => {
    await using stats = await openStats()
    const { fake, chat } = stats
    const said = { ...reply('x'), headline: [name(hostile)] }
    stats.desk.teach('check', () => withChart(said, 'Uptime of ', hostile))
    stats.ask()
    const sent = await fake.waitFor(() =>
      fake.messages(chat.id).find(({ byBot, photo }) => byBot && photo !== null),
    )
    expect(clickable(sent.text, sent.entities)).toEqual([])
  },
)
