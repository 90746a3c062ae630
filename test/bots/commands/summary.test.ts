import { describe, expect, test } from 'vitest'
import { cronFor, scheduleWords } from '../../../bots/commands/summary-schedule.ts'
import type { Ask, Place } from '../../../bots/commands/desk.ts'
import { HOUR, InvalidInput, isCron, toIso } from '../../../src/kernel/index.ts'
import { addMonitor } from '../../../src/monitors/index.ts'
import { addSummary, deleteSummary, listSummaries } from '../../../src/summaries/index.ts'
import { ANN, BOB, CAT, type House, openHouse, SERVER, words } from './house.ts'

const OTHER: Place = { ...SERVER, channelId: '902' }
const TERMINAL: Ask = {
  actor: { ...ANN, standing: 'creator' },
  place: {
    platform: 'terminal',
    serverId: 'main',
    channelId: 'terminal',
    threadId: null,
    isPrivate: true,
    title: 'terminal',
  },
}

const add = ({ ours, clock }: House, input: Record<string, unknown>) =>
  ours.transaction().execute((tx) =>
    addSummary(
      tx,
      { now: clock.now(), by: { type: 'cli', name: 'test' } },
      {
        channel: 1,
        ...input,
      },
    ),
  )

const schedules = async ({ ours }: House) =>
  (await listSummaries(ours))
    .toReversed()
    .map(({ period, cron, timezone, isActive }) =>
      [period, cron, timezone, isActive ? 'on' : 'off'].join(' '),
    )

describe('a time and days become cron fields', () => {
  test.each([
    ['09:00', undefined, '0 9 * * *', '09:00 every day'],
    ['9:05', 'daily', '5 9 * * *', '09:05 every day'],
    ['23:59', 'mon-fri', '59 23 * * 1-5', '23:59 on mon-fri'],
    ['00:00', 'mon,thu', '0 0 * * 1,4', '00:00 on mon,thu'],
    ['08:30', 'Monday Thursday', '30 8 * * 1,4', '08:30 on mon,thu'],
    ['08:30', 'tue - thu, sun', '30 8 * * 2-4,0', '08:30 on tue-thu,sun'],
    ['08:30', 'fri-mon', '30 8 * * 5,6,0,1', '08:30 on fri,sat,sun,mon'],
    ['08:30', 'sat-sat', '30 8 * * 6', '08:30 on sat'],
  ])('%s %s', (time, days, cron, shown) => {
    expect(cronFor(time, days)).toBe(cron)
    expect(isCron(cron)).toBe(true)
    expect(scheduleWords(cron)).toBe(shown)
  })

  test('days that are left out stay as they were', () => {
    expect(cronFor('10:00', undefined, '0 9 * * 1')).toBe('0 10 * * 1')
    expect(cronFor('10:00', 'daily', '0 9 * * 1')).toBe('0 10 * * *')
    expect(cronFor('10:00', undefined, '0 9 1 * *')).toBe('0 10 * * *')
  })

  test('Sunday has two numbers, and some fields are more than a time and days', () => {
    expect(scheduleWords('0 9 * * 7')).toBe('09:00 on sun')
    expect(scheduleWords('*/5 9 * * 1')).toBeUndefined()
    expect(scheduleWords('0 9 1 * *')).toBeUndefined()
  })

  test.each([
    ['24:00', undefined],
    ['09:60', undefined],
    ['nine', undefined],
    ['09:00', 'noday'],
    ['09:00', 'sunny'],
    ['09:00', 'mon-'],
    ['09:00', 'mon-tue-wed'],
    ['09:00', '1-5'],
  ])('%s %s does not', (time, days) => {
    expect(() => cronFor(time, days)).toThrow(InvalidInput)
  })
})

describe('how it was', () => {
  test('up to now, and when this place is told', async () => {
    await using house = await openHouse()
    await house.falls(await house.add('Shop'))
    const [{ nextAt } = { nextAt: null }] = await listSummaries(house.ours)
    const report = [
      'Last 24 h · no data over 1 monitor · 1 incident, 0 s down',
      expect.stringMatching(/^down Shop no data · <clock .*>, 12 s · connection refused$/),
      expect.stringMatching(/^Down now: Shop since <clock/),
    ]
    expect(words(await house.says(CAT, 'summary now')).split('\n')).toEqual(
      expect.arrayContaining(report),
    )
    expect(words(await house.says(CAT, 'summary')).split('\n')).toEqual(
      expect.arrayContaining([
        ...report,
        `up Ops the day · 09:00 every day · UTC · next <relative ${toIso(nextAt!)}>`,
      ]),
    )
  })

  test('of those whom the summary of this place is about, by its own clocks', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    const web = { type: 'HTTP', url: 'https://web.example.com/', name: 'Blog', tags: ['web'] }
    await addMonitor(house.ours, house.tools, web)
    const [first] = await listSummaries(house.ours)
    await deleteSummary(house.ours, house.tools, first!.id)
    expect(words(await house.says(CAT, 'summary now'))).toContain('over 2 monitors')
    await add(house, { period: 'week', tags: ['web'], timezone: 'Asia/Tokyo' })
    const reply = await house.says(CAT, 'summary now')
    expect(words(reply)).toMatch(/^Last 7 days · no data over 1 monitor · /)
    expect(reply).toMatchObject({ zone: 'Asia/Tokyo', value: { period: 'week', monitors: 1 } })
    expect(words(await house.says(CAT, 'summary now DAY'))).toMatch(/^Last 24 h/)
  })

  test('where none comes it says how to have one', async () => {
    await using house = await openHouse()
    const ask: Ask = { actor: CAT, place: OTHER }
    expect(words(await house.desk.runLine(ask, 'summary'))).toContain(
      'None comes to this channel by itself; let one: /uptime summary schedule 09:00',
    )
  })
})

describe('a change', () => {
  test.each([
    [
      'schedule 08:30',
      'day 30 8 * * * UTC on',
      /^The summary comes to this channel\n.*08:30 every/,
    ],
    ['schedule 8:30 mon-fri', 'day 30 8 * * 1-5 UTC on', /08:30 on mon-fri/],
    ['schedule time=18:00 days="mon, thu"', 'day 0 18 * * 1,4 UTC on', /18:00 on mon,thu/],
    [
      'timezone Europe/Berlin',
      'day 0 9 * * * Europe/Berlin on',
      /^The summary goes by Europe\/Berlin\nup Ops the day · 09:00 every day · Europe\/Berlin/,
    ],
    [
      'off',
      'day 0 9 * * * UTC off',
      /^No summary comes to this channel any more\npaused Ops off · the day · 09:00/,
    ],
  ])('summary %s', async (line, expected, shown) => {
    await using house = await openHouse()
    expect(words(await house.says(BOB, `summary ${line}`))).toMatch(shown)
    expect(await schedules(house)).toEqual([expected])
  })

  test('what was switched off comes again when it is scheduled', async () => {
    await using house = await openHouse()
    await house.says(BOB, 'summary off')
    await house.says(BOB, 'summary schedule 07:00')
    const [next] = await listSummaries(house.ours)
    expect(next).toMatchObject({ isActive: true, cron: '0 7 * * *' })
    expect(next!.nextAt! - house.clock.now()).toBeLessThanOrEqual(24 * HOUR)
  })

  test('where there is none one is made; a place that is not told becomes a channel first', async () => {
    await using house = await openHouse()
    const tell = async (line: string) =>
      words(await house.desk.runLine({ actor: BOB, place: OTHER }, line))
    expect(await tell('summary schedule 09:00')).toBe(
      'No alerts come to this channel yet. First: /uptime alerts on',
    )
    await tell('alerts on')
    expect(await tell('summary off')).toBe(
      'No summary comes to this channel yet. First: /uptime summary schedule 09:00',
    )
    expect(await tell('summary schedule 09:00 sat-sun')).toContain('09:00 on sat,sun')
    await tell('alerts off')
    expect(await tell('summary')).toContain('alerts are off there')
    expect(await schedules(house)).toEqual(['day 0 9 * * * UTC on', 'day 0 9 * * 6,0 UTC on'])
  })

  test('a daily one is meant before a weekly one; zone and off are for both', async () => {
    await using house = await openHouse()
    await add(house, { period: 'week' })
    await house.says(BOB, 'summary schedule 10:00')
    await house.says(BOB, 'summary timezone Asia/Tokyo')
    expect(await schedules(house)).toEqual([
      'day 0 10 * * * Asia/Tokyo on',
      'week 0 9 * * 1 Asia/Tokyo on',
    ])
    await house.says(BOB, 'summary off')
    expect((await schedules(house)).every((it) => it.endsWith(' off'))).toBe(true)
  })

  test('weekly is a summary of its own: on Mondays unless said', async () => {
    await using house = await openHouse()
    const tell = async (line: string) => words(await house.says(ANN, line))
    await tell('summary schedule 08:00')
    const both = await tell('summary schedule 09:30 weekly')
    expect(both).toMatch(/the day · 08:00 every day/)
    expect(both).toMatch(/the week · 09:30 on mon/)
    expect(await tell('summary schedule 10:00 weekly fri')).toMatch(/the week · 10:00 on fri/)
    expect(await tell('summary schedule 07:00')).toMatch(
      /the day · 07:00 every day[^]*the week · 10:00 on fri/,
    )
    const periods = await house.ours.selectFrom('summaries').select('period').execute()
    expect(periods.map(({ period }) => period).toSorted()).toEqual(['day', 'week'])
  })

  test('a viewer may look, and no more', async () => {
    await using house = await openHouse()
    for (const line of ['schedule 08:00', 'timezone Asia/Tokyo', 'off'])
      expect(words(await house.says(CAT, `summary ${line}`))).toBe(
        'Changing the summary needs the manager role. Ann and the administrators here have it.',
      )
    expect(await schedules(house)).toEqual(['day 0 9 * * * UTC on'])
  })

  test.each([
    [
      'schedule soon',
      '"time" must be a time of day such as 09:00, not "soon".\nTry: /uptime summary schedule 09:00 mon-fri',
    ],
    ['schedule', '"time" is required.'],
    [
      'schedule 09:00 someday',
      '"days" must be daily, weekly, or days such as mon-fri or mon,thu, not "someday".',
    ],
    ['timezone Berlin', '"zone" must be a time zone such as Europe/Berlin, not "Berlin".'],
    ['now month', '"period" must be day or week, not "month".'],
    ['never', 'There is no command summary never.'],
  ])('summary %s is refused in a sentence', async (line, sentence) => {
    await using house = await openHouse()
    const reply = await house.says(ANN, `summary ${line}`)
    expect(words(reply)).toContain(sentence)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 2 })
    expect(await schedules(house)).toEqual(['day 0 9 * * * UTC on'])
  })
})

describe('in a terminal', () => {
  test('all schedules are listed, and none is changed', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    const shown = words(await house.desk.runLine(TERMINAL, 'summary'))
    expect(shown).toMatch(/^Last 24 h · no data over 1 monitor · [^]*\nup Ops the day · 09:00/)
    for (const line of ['schedule 08:00', 'timezone Asia/Tokyo', 'off'])
      expect(words(await house.desk.runLine(TERMINAL, `summary ${line}`))).toMatch(
        /^A terminal is told nothing/,
      )
    await house.ours.deleteFrom('summaries').execute()
    expect(words(await house.desk.runLine(TERMINAL, 'summary'))).toContain(
      'No summary is scheduled.',
    )
  })
})
