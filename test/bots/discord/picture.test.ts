import { expect, test } from 'vitest'
import { renderDiscord } from '../../../bots/discord/render.ts'
import { show } from '../../support/discord/index.ts'
import { judgeFiles } from '../../support/discord/files.ts'
import { HOSTILE } from '../commands/hostile.ts'
import { CAT, openHouse } from '../commands/house.ts'
import { withChart } from '../commands/pictured.ts'
import { type Bot, onlineBot, passBy } from './bot.ts'
import { say } from './desk.ts'

const WEEK = { label: '7 d', press: 'v1:stats:1:7d' }

/** The pictures that went out, by the request that carried them. */
const sentFiles = ({ fake }: Bot) => fake.requests.filter(({ files }) => files.size > 0)

test('a chart comes with the message, and says in words what it shows', async () => {
  await using bot = await onlineBot()
  await using house = await openHouse()
  await house.add('Shop')
  bot.desk.answer = () => house.says(CAT, 'stats shop')
  const { message, kind } = await bot.fake.command({ name: 'check' })
  expect(kind).toBe('reply')
  expect(show(message)).toBe(
    [
      '⚪ Shop · no data in the last 24 h',
      'Uptime: no data',
      'Watched: 0 s of 24 h',
      'Incidents: none',
      'Response: no data',
      'Checks: 0, 0 failed',
      '[image: Shop, last 24 h: no data.]',
      '[24 h] [7 d] [30 d] [90 d] [365 d] [Show]',
    ].join('\n'),
  )
  expect(message.body.embeds?.[0]?.image?.url).toBe('attachment://chart.png')
  expect(bot.fake.refused).toEqual([])
})

test('so it does when the answer took longer than the platform waits', async () => {
  await using bot = await onlineBot()
  const { promise, resolve } = Promise.withResolvers<void>()
  bot.desk.answer = async () => {
    await promise
    return withChart(say('here it is'))
  }
  const asked = bot.fake.command({ name: 'check' })
  await passBy(bot, 150)
  resolve()
  const { message, deferred } = await asked
  expect(deferred).toBe(true)
  expect(show(message)).toBe('here it is\n[image: Uptime of Shop]')
})

test('another period changes message and picture in place', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => withChart(say('the day', { actions: [WEEK] }))
  const { message } = await bot.fake.command({ name: 'check' })
  bot.desk.answer = () => withChart(say('the week'), 'A week of ')
  expect(await bot.fake.press(message, '7 d')).toMatchObject({ kind: 'update' })
  expect(show(message)).toBe('the week\n[image: A week of Shop]')
  expect(sentFiles(bot)).toHaveLength(2)
})

test('an answer without a picture takes the old one away, and leaves other messages alone', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => withChart(say('stats', { actions: [WEEK] }))
  const { message } = await bot.fake.command({ name: 'check' })
  bot.desk.answer = () => say('Shop is up', { actions: [WEEK] })
  await bot.fake.press(message, '7 d')
  expect(show(message)).toBe('Shop is up\n[7 d]')
  expect(message.body.attachments).toEqual([])
  bot.desk.answer = () => say('still', { actions: [WEEK] })
  await bot.fake.press(message, '7 d')
  expect(bot.fake.requests.at(-1)!.body).not.toHaveProperty('data.attachments')
})

test('a refusal told aside leaves the picture where it is', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => withChart(say('stats', { actions: [WEEK] }))
  const { message } = await bot.fake.command({ name: 'check' })
  bot.desk.answer = () => say('no', { audience: 'asker' })
  await bot.fake.press(message, '7 d')
  expect(show(message)).toBe('stats\n[image: Uptime of Shop]\n[7 d]')
})

test.each([
  [403, 50_013],
  [413, 40_005],
  [400, 50_035],
])('where a picture is refused (%i, %i), its words come alone', async (status, code) => {
  await using bot = await onlineBot()
  bot.fake.faults.plan(/callback/, { status, code })
  bot.desk.answer = () => withChart(say('stats'))
  const { message } = await bot.fake.command({ name: 'check' })
  expect(show(message)).toBe('stats')
  expect(bot.lines.map(({ event }) => event)).toContain('chart was refused')
})

test('a chart that cannot be drawn costs no answer', async () => {
  await using bot = await onlineBot()
  const { image, ...reply } = withChart(say('stats'))
  const chart = { ...image!.chart, zone: 'No/Where' }
  bot.desk.answer = () => ({ ...reply, image: { ...image!, chart } })
  const { message } = await bot.fake.command({ name: 'check' })
  expect(show(message)).toBe('stats')
  expect(bot.lines.map(({ event }) => event)).toContain('chart was not drawn')
})

const DAILY = {
  address: { channelId: '', threadId: null },
  news: { kind: 'notice', channelName: 'ops', why: 'told' },
  nonce: 'n1',
  replyTo: null,
  silent: true,
} as const

async function told(bot: Bot) {
  const address = { channelId: bot.fake.channel.id, threadId: null }
  return bot.messenger.post({ ...DAILY, address }, new AbortController().signal)
}

test('news come with their chart', async () => {
  await using bot = await onlineBot({ word: () => withChart(say('the day')) })
  const delivery = await told(bot)
  const [message] = bot.fake.messages()
  expect(delivery).toEqual({ kind: 'done', messageId: message!.id })
  expect(show(message!)).toBe('the day\n[image: Uptime of Shop]')
})

test('news whose chart is refused come without, once', async () => {
  await using bot = await onlineBot({ word: () => withChart(say('the day')) })
  bot.fake.faults.plan(/POST .*messages/, { status: 403, code: 50_013 })
  expect(await told(bot)).toMatchObject({ kind: 'done' })
  expect(bot.fake.messages().map(show)).toEqual(['the day'])
})

test('where nothing may be written a chart changes nothing', async () => {
  await using bot = await onlineBot({ word: () => withChart(say('the day')) })
  bot.fake.channel.state = 'readonly'
  expect(await told(bot)).toMatchObject({ kind: 'gone' })
})

test('news that wait, wait with their chart', async () => {
  await using bot = await onlineBot({ word: () => withChart(say('the day')) })
  bot.fake.faults.plan(/POST .*messages/, { status: 503 })
  expect(await told(bot)).toMatchObject({ kind: 'again' })
  expect(bot.fake.messages()).toEqual([])
  await told(bot)
  expect(bot.fake.messages().map(show)).toEqual(['the day\n[image: Uptime of Shop]'])
})

test.each(HOSTILE.map((words, at) => [at, words] as const))(
  'fixture %i stays within what a description may be',
  (_, hostile) => {
    const payload = renderDiscord(withChart(say('x'), 'y'.repeat(1000), hostile))
    const [about] = payload.attachments!
    const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47])
    expect(judgeFiles(payload, new Map([[0, { name: 'chart.png', bytes }]]))).toEqual([])
    expect(about!.description.length).toBeGreaterThan(1000)
    expect(about!.filename).toBe('chart.png')
  },
)
