import { describe, expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { renderDiscord } from '../../bots/discord/render.ts'
import { renderTelegram } from '../../bots/telegram/render.ts'
import { renderTerminal } from '../../bots/terminal/render.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { planMaintenance, settleMaintenances } from '../../src/maintenance/index.ts'
import {
  deleteMonitor,
  editMonitor,
  pauseMonitor,
  resumeMonitor,
} from '../../src/monitors/index.ts'
import type { SummaryNews } from '../../src/notifications/index.ts'
import { reportOn } from '../../src/summaries/index.ts'
import { lastWhole, upToNow } from '../../src/summaries/report.ts'
import { drawIncident, START, watch } from '../support/history.ts'
import { House } from '../support/house.ts'

const ALL = { targets: null, tags: [] } as const
const MORNING = START + DAY + 9 * HOUR

/** The day that began at START was looked at from three weeks before it on. */
const open = () => House.open({ startsAt: START - 21 * DAY })

const yesterday = (house: House, period: 'day' | 'week' = 'day', zone = 'UTC', now = MORNING) =>
  reportOn(house.account, period, lastWhole(period, zone, now), zone, ALL)

const screen = { color: false, columns: 100, now: MORNING, isShell: false }
const lines = (news: SummaryNews) =>
  renderTerminal(wordNews(news), { ...screen, zone: news.timezone })
    .split('\n')
    .filter((it) => !/[▂▅█]/.test(it))

async function watched(house: House, name: string, ms = 10, input: Record<string, unknown> = {}) {
  const { monitor } = await house.add({ name, ...input })
  await watch(house, monitor.id, START - 2 * DAY, START + DAY, { ms })
  return monitor.id
}

describe('the change', () => {
  test.each([
    ['none', [], '100 % over 1 monitor (as the day before) · no incident'],
    [
      'worse: 15 of 1440 minutes are 1.04 %',
      [[600, 615]],
      '98.95 % over 1 monitor (▼ 1.05, day before 100 %) · 1 incident, 15 min down',
    ],
    [
      'better: 15 minutes of the day before',
      [[-600, -585]],
      '100 % over 1 monitor (▲ 1.05, day before 98.95 %) · no incident',
    ],
  ] as const)('%s', async (_, outages, expected) => {
    await using house = await open()
    const id = await watched(house, 'Shop')
    for (const [from, to] of outages) await drawIncident(house, id, from, to)
    expect(lines(await yesterday(house))[0]).toBe(
      `${outages.some(([from]) => from > 0) ? '🟡' : '🟢'} Mon 1 Mar · ${expected}`,
    )
  })

  test('of a day of 23 hours it is the one against the local day before it', async () => {
    await using house = await House.open({ startsAt: START })
    const { monitor } = await house.add()
    const spring = Date.parse('2027-03-27T23:00:00Z')
    await watch(house, monitor.id, spring - 2 * DAY, spring + 2 * DAY)
    // Half an hour at the very beginning of the local Saturday: 23 hours before Sunday it is over.
    const minute = (spring - DAY - START) / MINUTE
    await drawIncident(house, monitor.id, minute, minute + 30)
    const news = await yesterday(house, 'day', 'Europe/Berlin', spring + 30 * HOUR)
    expect(news.to - news.from).toBe(23 * HOUR)
    expect(news).toMatchObject({ uptime: 100, uptimeBefore: 97.917, incidents: 0 })
  })
})

describe('what went down', () => {
  test('an outage that came over midnight says since when, and how much of it was this day', async () => {
    await using house = await open()
    const id = await watched(house, 'Shop')
    await drawIncident(house, id, -120, 180)
    const [headline, row] = lines(await yesterday(house))
    expect(headline).toContain('1 incident, 3 h down')
    expect(row).toMatch(/Shop {2}87\.5 % · since 28 Feb 22:00:00 UTC, 3 h of the day/)
  })

  test('one that goes on is down now, also where it began after the day', async () => {
    await using house = await open()
    await drawIncident(house, await watched(house, 'Shop'), 1380, null)
    await drawIncident(house, await watched(house, 'Blog'), 1500, null)
    const shown = lines(await yesterday(house))
    expect(shown[0]).toMatch(/^🔴 .* 1 incident, 1 h down$/)
    expect(shown).toContain('  Down now: Shop since 23:00:00 UTC · Blog since 01:00:00 UTC')
    expect(shown).toContain('  1 other without trouble.')
  })

  test('in maintenance it is nobody’s; what came before its window is', async () => {
    await using house = await open()
    const shop = await watched(house, 'Shop')
    const blog = await watched(house, 'Blog')
    await planMaintenance(house.account, house.change, {
      name: 'deploy',
      startsAt: START + 2 * HOUR,
      endsAt: START + 4 * HOUR,
    })
    await settleMaintenances(house.db, START + 2 * HOUR, false)
    await drawIncident(house, shop, 130, 150)
    await drawIncident(house, blog, 100, 200)
    const news = await yesterday(house)
    expect(news).toMatchObject({
      incidents: 1,
      troubled: [{ monitorName: 'Blog', durationMs: 20 * MINUTE }],
    })
  })

  test('in a week the day is said, too', async () => {
    await using house = await open()
    await drawIncident(house, await watched(house, 'Shop'), -600, -540)
    const [headline, row] = lines(await yesterday(house, 'week'))
    expect(headline).toMatch(/^🟡 Tue 23 Feb – Mon 1 Mar · /)
    expect(row).toContain('28 Feb 14:00:00 UTC, 1 h · ')
  })

  test('more than can be named are counted', async () => {
    await using house = await open()
    for (let at = 1; at <= 8; at += 1) {
      const id = await watched(house, `Shop ${at}`)
      if (at < 8) await drawIncident(house, id, 60, 60 + at * 10)
    }
    const shown = lines(await yesterday(house))
    expect(shown.filter((it) => it.includes('🔴'))).toHaveLength(5)
    expect(shown).toContain('  2 others were down. 1 other without trouble.')
  })

  test('of a monitor that is deleted nothing is said', async () => {
    await using house = await open()
    await watched(house, 'Shop')
    const blog = await watched(house, 'Blog')
    await drawIncident(house, blog, 60, 120)
    await deleteMonitor(house.account, house.change, blog)
    expect(lines(await yesterday(house))).toEqual([
      '🟢 Mon 1 Mar · 100 % over 1 monitor (as the day before) · no incident',
      '  Nothing happened.',
    ])
  })
})

describe('how fast', () => {
  test('nothing happened: two lines, the slowest in the second', async () => {
    await using house = await open()
    for (const [name, ms] of [
      ['Shop', 240],
      ['Api', 1234],
      ['Blog', 80],
      ['Wiki', 12],
    ] as const)
      await watched(house, name, ms)
    expect(lines(await yesterday(house))).toEqual([
      '🟢 Mon 1 Mar · 100 % over 4 monitors (as the day before) · no incident',
      '  Nothing happened. Slowest: Api 1.2 s · Shop 240 ms · Blog 80 ms.',
    ])
  })

  test('what is looked at too seldom is not compared', async () => {
    await using house = await open()
    await watched(house, 'Shop', 240)
    await watched(house, 'Blog', 80)
    const { monitor } = await house.add({ name: 'Domain' })
    await watch(house, monitor.id, START, START + DAY, { everyMs: 2 * HOUR, ms: 3000 })
    const { slowest } = await yesterday(house)
    expect(slowest!.map(({ monitorName }) => monitorName)).toEqual(['Shop', 'Blog'])
  })

  test('slower than in the week before is said with by how much; a little slower is not', async () => {
    await using house = await open()
    for (const [name, usual, now] of [
      ['Shop', 200, 500],
      ['Blog', 200, 290],
      ['Wiki', 20, 80],
    ] as const) {
      const { monitor } = await house.add({ name })
      await watch(house, monitor.id, START - 7 * DAY, START - 1, { ms: usual, everyMs: HOUR })
      await watch(house, monitor.id, START, START + DAY, { ms: now })
    }
    const shown = lines(await yesterday(house))
    expect(shown.slice(1)).toEqual([
      '  🟡 Shop  slower than the week before: 500 ms (+150 %)',
      '  2 others without trouble.',
      '  Slowest: Shop 500 ms · Blog 290 ms · Wiki 80 ms',
    ])
  })
})

describe('what stands still', () => {
  test('paused for a day and more is said since then, whatever was changed meanwhile', async () => {
    await using house = await open()
    const [old, late] = [await watched(house, 'Old'), await watched(house, 'Late')]
    house.clock.step(18 * DAY)
    await pauseMonitor(house.account, house.change, old, null)
    house.clock.step(3 * DAY + 22 * HOUR)
    await pauseMonitor(house.account, house.change, late, null)
    await editMonitor(house.account, house.change, old, (it) => ({ ...it, name: 'Older' }))
    const news = await yesterday(house)
    expect(news.paused).toEqual([{ monitorName: 'Older', since: START - 3 * DAY }])
    expect(lines(news).at(-1)).toBe('  Paused: Older 4 d')
    await resumeMonitor(house.account, house.change, old)
    expect((await yesterday(house)).paused).toEqual([])
  })

  test('nothing was seen of what was there and watched, and of nobody else', async () => {
    await using house = await open()
    await watched(house, 'Seen')
    await house.add({ name: 'Silent' })
    await house.add({ name: 'Paused', isActive: false })
    await house.add({ name: 'Kept', tags: ['kept'] })
    await planMaintenance(house.account, house.change, {
      name: 'moving',
      tags: ['kept'],
      startsAt: START - DAY,
      endsAt: START + 3 * DAY,
    })
    await settleMaintenances(house.db, START, false)
    house.clock.step(22 * DAY + HOUR)
    await house.add({ name: 'New' })
    const news = await yesterday(house)
    expect(news).toMatchObject({ monitors: 4, unseen: ['Silent'], well: 1 })
  })

  test('certificates that end soon are said once, however many have them, the soonest first', async () => {
    await using house = await open()
    for (const [name, subject, days] of [
      ['Shop', 'a', 9],
      ['Blog', 'a', 9],
      ['Wiki', 'b', 3],
      ['Mail', 'c', 5],
    ] as const) {
      const id = await watched(house, name)
      // Mail's was renewed; Wiki's warning came after the day had ended.
      const [from, to] = [name === 'Wiki' ? 1500 : -600, name === 'Mail' ? 60 : null]
      await drawIncident(house, id, from, to, 'warning')
      await house.db
        .updateTable('incidents')
        .set({ subject, ends_at: START + (days + 1) * DAY + HOUR })
        .where('monitor_id', '=', id)
        .execute()
    }
    expect(lines(await yesterday(house)).at(-1)).toBe('  Ends soon: Wiki 3 d · Shop 9 d')
  })
})

test('where nothing was seen it does not say that nothing happened', async () => {
  await using house = await open()
  await house.add({ name: 'Shop' })
  expect(lines(await yesterday(house))).toEqual([
    '🟢 Mon 1 Mar · no data over 1 monitor · no incident',
    '  No data: Shop',
  ])
})

test('all three platforms say the same, the change without colour', async () => {
  await using house = await open()
  await drawIncident(house, await watched(house, 'Shop'), -120, 180)
  await watched(house, 'Blog', 240)
  const news = await reportOn(
    house.account,
    'day',
    upToNow('day', START + DAY),
    'Asia/Kolkata',
    ALL,
  )
  const reply = wordNews(news)
  const said = [
    JSON.stringify(renderDiscord(reply)),
    renderTelegram(reply, MORNING).text,
    renderTerminal(reply, { ...screen, zone: 'UTC' }),
  ]
  for (const it of said) {
    expect(it).toContain('93.75 % over 2 monitors (▼ 2.08, day before 95.83 %)')
    expect(it).toMatch(/3 h of the day/)
    expect(it).toContain('1 other without trouble.')
    expect(it).toMatch(/Slowest: .*Blog.* 240 ms · .*Shop.* 10 ms/)
  }
})
