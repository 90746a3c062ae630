import { describe, expect, test } from 'vitest'
import type { Chart } from '../../../bots/charts/index.ts'
import type { Reply } from '../../../bots/commands/reply.ts'
import { DAY, HOUR, MINUTE } from '../../../src/kernel/index.ts'
import { recordSamples } from '../../../src/stats/index.ts'
import { CAT, EVE, ELSEWHERE, type House, openHouse, words } from './house.ts'

/** Looks back from now, one a minute: `minutes` of them. */
async function watched(
  house: House,
  id: number,
  minutes: number,
  lookAt: (minutesAgo: number) => { ms: number; status: string },
): Promise<void> {
  await recordSamples(
    house.db,
    Array.from({ length: minutes }, (_, minutesAgo) => ({
      monitorId: id,
      accountId: house.ours.accountId,
      at: house.clock.now() - minutesAgo * MINUTE,
      code: 'ok',
      observedMs: MINUTE,
      ...lookAt(minutesAgo),
    })),
  )
}

async function wasDown(house: House, id: number, fromAgo: number, toAgo: number): Promise<void> {
  const now = house.clock.now()
  await house.ours
    .insertInto('incidents')
    .values({
      monitor_id: id,
      monitor_name: 'Shop',
      url: 'https://shop.example.com/',
      severity: 'down',
      started_at: now - fromAgo,
      detected_at: now - fromAgo,
      resolved_at: now - toAgo,
      code: 'connect_refused',
      message: 'refused',
      failures: 2,
      told_at: now - fromAgo,
    })
    .execute()
}

/** Shop: 10 h watched, down for 20 min an hour ago, one slow look. */
async function openShop() {
  const house = await openHouse()
  const id = await house.add('Shop')
  await house.isUp(id)
  await watched(house, id, 600, (ago) => ({
    ms: ago === 200 ? 4000 : 180,
    status: ago >= 61 && ago <= 80 ? 'down' : ago === 200 ? 'degraded' : 'up',
  }))
  await wasDown(house, id, 80 * MINUTE, 60 * MINUTE)
  return house
}

const chartOf = ({ image }: Reply): Chart => image!.chart
const altOf = ({ image }: Reply): string =>
  image!.alt.map((run) => ('text' in run ? run.text : '')).join('')

test('stats of one monitor: its figures, its chart, the periods as buttons', async () => {
  await using house = await openShop()
  const reply = await house.says(CAT, 'stats shop')
  expect(words(reply)).toBe(
    [
      'Shop · 96.66 % in the last 24 h',
      'Uptime: 96.66 % · down 20 min',
      'Watched: 10 h of 24 h',
      'Incidents: 1, 20 min long',
      'Response: avg 187 ms · p95 180 ms',
      'Range: 180 ms to 4.0 s',
      'Checks: 600, 20 failed',
      '[24 h] [7 d] [30 d] [90 d] [365 d] [Show]',
    ].join('\n'),
  )
  expect(altOf(reply)).toBe(
    'Shop, last 24 h: uptime 96.66 %, down 20 min; response avg 187 ms · p95 180 ms.',
  )
  const { strips, times } = chartOf(reply)
  const marks = strips[0]!.marks
  expect(marks).toHaveLength(144)
  expect(marks.map((mark) => mark[0]).join('')).toBe(
    `${'n'.repeat(84)}${'u'.repeat(39)}d${'u'.repeat(12)}dd${'u'.repeat(6)}`,
  )
  expect(times!.slice(82, 86).map((it) => it !== null)).toEqual([false, false, true, true])
  expect(reply).toMatchObject({
    sign: 'up',
    value: { period: '24h', uptime: 96.667, incidents: 1, longestSeconds: 1200 },
  })
  expect((reply.value as { series: unknown[] }).series).toHaveLength(144)
})

test('a button shows another period; the one that is shown is not to be pressed', async () => {
  await using house = await openShop()
  const first = await house.says(CAT, 'stats shop')
  expect(first.actions.map(({ disabled }) => disabled === true)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ])
  for (const [at, steps, label] of [
    [1, 168, '7 d'],
    [2, 120, '30 d'],
    [3, 90, '90 d'],
  ] as const) {
    const { press, line } = first.actions[at]!
    const pressed = await house.presses(CAT, press)
    expect(words(pressed)).toContain(`in the last ${label}`)
    expect(chartOf(pressed).strips[0]!.marks).toHaveLength(steps)
    expect(words(await house.says(CAT, line!))).toBe(words(pressed))
  }
})

test('show leads to stats, and stats to show', async () => {
  await using house = await openShop()
  const show = await house.says(CAT, 'show shop')
  const stats = await house.presses(CAT, show.actions.find((it) => it.label === 'Stats')!.press)
  expect(words(stats)).toMatch(/^Shop · 96.66 % in the last 24 h/)
  const back = stats.actions.find(({ label }) => label === 'Show')!
  expect(words(await house.presses(CAT, back.press))).toMatch(/^Shop is up/)
})

test('what nobody saw is no data, never 100 %', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  const reply = await house.says(CAT, 'stats shop 30d')
  expect(words(reply)).toBe(
    [
      'Shop · no data in the last 30 d',
      'Uptime: no data',
      'Watched: 0 s of 30 d',
      'Incidents: none',
      'Response: no data',
      'Checks: 0, 0 failed',
      '[24 h] [7 d] [30 d] [90 d] [365 d] [Show]',
    ].join('\n'),
  )
  expect(altOf(reply)).toBe('Shop, last 30 d: no data.')
  expect(new Set(chartOf(reply).strips[0]!.marks)).toEqual(new Set(['none']))
})

test('a monitor that is looked at each hour is up between two looks', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await recordSamples(
    house.db,
    Array.from({ length: 24 }, (_, hour) => ({
      monitorId: id,
      accountId: house.ours.accountId,
      at: house.clock.now() - hour * HOUR,
      status: 'up',
      code: 'ok',
      ms: 180,
      observedMs: HOUR,
    })),
  )
  const { strips, times } = chartOf(await house.says(CAT, 'stats shop'))
  expect(new Set(strips[0]!.marks)).toEqual(new Set(['up']))
  expect(times!.filter((it) => it === 'between')).toHaveLength(120)
})

test('stats of all: in sum, the worst first, the slowest', async () => {
  await using house = await openShop()
  const api = await house.add('API')
  await house.isUp(api)
  await watched(house, api, 60, () => ({ ms: 2400, status: 'up' }))
  await house.add('New')
  const reply = await house.says(CAT, 'stats')
  expect(words(reply)).toBe(
    [
      '96.97 % over 3 monitors in the last 24 h',
      'up Shop 96.66 % · down 20 min',
      'up API 100 %',
      'pending New no data',
      'Slowest: API 2.4 s · Shop 187 ms',
      '[24 h] [7 d] [30 d] [90 d] [365 d]',
    ].join('\n'),
  )
  expect(altOf(reply)).toBe('Uptime in the last 24 h: Shop 96.66 % · API 100 % · New no data.')
  expect(chartOf(reply).strips.map(({ name, figure }) => [name, figure])).toEqual([
    ['Shop', '96.66 %'],
    ['API', '100 %'],
    ['New', 'no data'],
  ])
  const week = await house.presses(CAT, reply.actions[1]!.press)
  expect(words(week)).toMatch(/^96.97 % over 3 monitors in the last 7 d/)
  expect(words(await house.says(CAT, 'stats 7d'))).toBe(words(week))
})

test('five at most are drawn, however many there are', async () => {
  await using house = await openHouse()
  for (let at = 1; at <= 7; at += 1) await house.add(`API ${at}`)
  const reply = await house.says(CAT, 'stats')
  expect(chartOf(reply).strips.map(({ name }) => name)).toEqual([
    'API 1',
    'API 2',
    'API 3',
    'API 4',
    'API 5',
  ])
})

test('a year is of its days, also where their hours are not kept any more', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await house.isUp(id)
  const today = Math.floor(house.clock.now() / DAY) * DAY
  // 200 days, each with a minute down.
  await house.ours
    .insertInto('day_stats')
    .values(
      Array.from({ length: 200 }, (_, ago) => ({
        monitor_id: id,
        at: today - (ago + 100) * DAY,
        checks: 1440,
        failures: 1,
        good: 1439,
        sum_ms: 143_900,
        min_ms: 50,
        max_ms: 900,
        p95_ms: 200,
        observed_ms: DAY,
        down_ms: MINUTE,
      })),
    )
    .execute()
  const reply = await house.says(CAT, 'stats shop 1y')
  expect(words(reply)).toBe(
    [
      'Shop · 99.93 % in the last 365 d',
      'Uptime: 99.93 % · down 3 h 20 min',
      'Watched: 200 d of 365 d',
      'Incidents: none',
      'Response: avg 100 ms · p95 200 ms (median of days)',
      'Range: 50 ms to 900 ms',
      'Checks: 288000, 200 failed',
      '[24 h] [7 d] [30 d] [90 d] [365 d] [Show]',
    ].join('\n'),
  )
  const [strip] = chartOf(reply).strips
  expect(strip!.marks.filter((mark) => mark === 'down')).toHaveLength(200)
  expect(words(await house.says(CAT, 'stats 1y'))).toContain(
    '99.93 % over 1 monitor in the last 365 d',
  )
})

test('nothing is watched yet: no chart', async () => {
  await using house = await openHouse()
  const reply = await house.says(CAT, 'stats 30d')
  expect(words(reply)).toBe('Nothing is watched yet. /uptime add https://example.com')
  expect(reply.image).toBeUndefined()
})

describe('a period', () => {
  test.each(['2y', '48h', '12min', '0d'])('is not %s', async (period) => {
    await using house = await openShop()
    const reply = await house.says(CAT, `stats shop ${period}`)
    expect(words(reply)).toBe(
      `"period" must be 24h, 7d, 30d, 90d or 1y, not "${period}".\nTry: /uptime stats shop 7d`,
    )
    expect(reply.exitCode).toBe(2)
  })

  test.each(['7d', '7D', 'period=7d', 'period="7d"'])('may be written %s', async (period) => {
    await using house = await openShop()
    expect(words(await house.says(CAT, `stats shop ${period}`))).toContain('in the last 7 d')
  })

  test('that no button of ours names is a day', async () => {
    await using house = await openShop()
    expect(words(await house.presses(CAT, 'v1:stats:1:400d'))).toContain('in the last 24 h')
  })
})

test('of several names the one that is meant is asked for, with its period', async () => {
  await using house = await openShop()
  await house.add('Shop two')
  await house.add('Shopping')
  const asked = await house.says(CAT, 'stats sho 30d')
  const chosen = asked.actions.find(({ label }) => label.startsWith('Shop two'))!
  expect(words(await house.presses(CAT, chosen.press))).toMatch(
    /^Shop two · no data in the last 30 d/,
  )
})

test("another account's monitor is no longer there", async () => {
  await using house = await openShop()
  const eve = { actor: EVE, place: ELSEWHERE }
  expect(words(await house.desk.press(eve, 'v1:stats:1:7d'))).toBe('That is no longer there.')
  expect(words(await house.desk.press(eve, 'v1:stats:0:7d'))).toMatch(/^Nothing is watched yet/)
})

test('an incident that began before the period counts with its part of it', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await watched(house, id, 24 * 60, (ago) => ({ ms: 180, status: ago > 23 * 60 ? 'down' : 'up' }))
  await wasDown(house, id, 2 * DAY, 23 * HOUR)
  expect(words(await house.says(CAT, 'stats shop'))).toContain('Incidents: 1, 1 h long')
})
