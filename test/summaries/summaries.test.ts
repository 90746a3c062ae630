import { expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { renderTerminal } from '../../bots/terminal/render.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import type { SummaryNews } from '../../src/notifications/index.ts'
import { addSummary, editSummary, listSummaries, reportOn } from '../../src/summaries/index.ts'
import { lastWhole } from '../../src/summaries/report.ts'
import { sendDue } from '../../src/summaries/send.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { by, House } from '../support/house.ts'

const ALL = { targets: null, tags: [] } as const
const span = { from: START, to: START + DAY, isWhole: true } as const

const written = (news: SummaryNews): string =>
  renderTerminal(wordNews(news), {
    color: false,
    columns: 100,
    zone: 'UTC',
    now: START + DAY,
    isShell: false,
  })

const add = (house: House, input: Record<string, unknown> = {}, now = house.clock.now()) =>
  house.account.transaction().execute((tx) => addSummary(tx, { now, by }, { channel: 1, ...input }))

const queued = async (house: House) =>
  (
    await house.db
      .selectFrom('notifications')
      .select(['occasion', 'created_at'])
      .where('summary_id', 'is not', null)
      .orderBy('id')
      .execute()
  ).map(({ occasion, created_at }) => [occasion, new Date(created_at).toISOString()])

test('a day in which something happened says what, when, how long and why', async () => {
  await using house = await House.open()
  const { monitor: shop } = await house.add({ name: 'Shop' })
  const { monitor: blog } = await house.add({ name: 'Blog' })
  const { monitor: wiki } = await house.add({ name: 'Wiki', tags: ['inner'] })
  await draw(house, shop.id, '.'.repeat(840) + 'xxxxxxx' + '.'.repeat(593))
  await draw(house, blog.id, '.'.repeat(1440))
  await drawIncident(house, shop.id, 840, 847)
  await drawIncident(house, shop.id, 0, null, 'warning')
  await house.db
    .updateTable('incidents')
    .set({ ends_at: START + 10 * DAY })
    .where('severity', '=', 'warning')
    .execute()
  const news = await reportOn(house.account, 'day', span, 'UTC', ALL)
  expect(news).toMatchObject({
    monitors: 3,
    uptime: 99.757,
    uptimeBefore: null,
    incidents: 1,
    downMs: 7 * MINUTE,
    troubled: [{ monitorName: 'Shop', uptime: 99.514, durationMs: 7 * MINUTE }],
    unseen: ['Wiki'],
    open: [],
  })
  expect(written(news)).toBe(
    [
      '🟡 Mon 1 Mar · 99.75 % over 3 monitors · 1 incident, 7 min down',
      '  🔴 Shop  99.51 % · 14:00:00 UTC, 7 min · connection refused',
      '  1 other without trouble.',
      '  Slowest: Shop 10 ms · Blog 10 ms',
      '  Ends soon: Shop 9 d',
      '  No data: Wiki',
      `  Shop  ${'▂'.repeat(54)}█${'▂'.repeat(37)}`,
      '  ▂ up · ▅ degraded · █ down',
    ].join('\n'),
  )
  const { image } = wordNews(news)
  expect(image!.chart).toMatchObject({ from: span.from, to: span.to, period: 'Mon 1 Mar' })
  expect(image!.chart.strips).toMatchObject([{ name: 'Shop', figure: '99.51 %' }])
  expect(image!.alt.map((run) => ('text' in run ? run.text : '')).join('')).toBe(
    'Uptime, Mon 1 Mar: Shop 99.51 %.',
  )
  const inner = await reportOn(house.account, 'day', span, 'UTC', {
    targets: null,
    tags: ['inner'],
  })
  expect(inner).toMatchObject({ monitors: 1, incidents: 0, uptime: null })
  expect(wiki.tags).toEqual(['inner'])
})

test('a quiet day is two lines', async () => {
  await using house = await House.open()
  const { monitor } = await house.add({ name: 'Blog' })
  await draw(house, monitor.id, '.'.repeat(1440))
  expect(written(await reportOn(house.account, 'day', span, 'UTC', ALL))).toBe(
    '🟢 Mon 1 Mar · 100 % over 1 monitor · no incident\n  Nothing happened.',
  )
})

test('objectives that are kept need no line; one missed, or burning, is named', async () => {
  await using house = await House.open()
  const slo = { objective: 99.9, days: 30 }
  const ids = []
  for (const name of ['Shop', 'Blog', 'Wiki', 'Mail'])
    ids.push((await house.add({ name, slo: name === 'Mail' ? null : slo })).monitor.id)
  for (const id of ids) await draw(house, id, '.'.repeat(1000) + 'x'.repeat(60) + '.'.repeat(380))
  const report = () => reportOn(house.account, 'day', span, 'UTC', ALL)
  expect(await report()).toMatchObject({ objectives: { total: 3, troubled: 0, worst: [] } })
  expect(written(await report()).split('\n')).toHaveLength(2)
  await drawIncident(house, ids[0]!, 1000, 1060)
  await drawIncident(house, ids[1]!, 1000, 1012)
  await drawIncident(house, ids[3]!, 1000, 1060)
  await drawIncident(house, ids[1]!, 1010, null, 'burning')
  expect(written(await report())).toContain(
    '  Objectives: 2 of 3 kept · missed Shop, overspent by 16 min · burning Blog, 31 min of 43 min left\n',
  )
  const others = { targets: [ids[2]!], tags: [] }
  expect(await reportOn(house.account, 'day', span, 'UTC', others)).toMatchObject({
    objectives: { total: 1, missed: 0, troubled: 0 },
  })
  const none = { targets: [ids[3]!], tags: [] }
  expect(await reportOn(house.account, 'day', span, 'UTC', none)).toMatchObject({
    objectives: null,
  })
})

test('a whole day is the local one, 23 or 25 hours long when the clocks change', () => {
  const spring = lastWhole('day', 'Europe/Berlin', Date.parse('2027-03-29T07:00:00Z'))
  expect(spring.to - spring.from).toBe(23 * HOUR)
  expect(new Date(spring.from).toISOString()).toBe('2027-03-27T23:00:00.000Z')
  const autumn = lastWhole('day', 'Europe/Berlin', Date.parse('2027-11-01T08:00:00Z'))
  expect(autumn.to - autumn.from).toBe(25 * HOUR)
  const week = lastWhole('week', 'UTC', Date.parse('2027-03-08T09:00:00Z'))
  expect([week.from, week.to]).toEqual([START, START + 7 * DAY])
})

test('it comes once for each local date, at its local time', async () => {
  await using house = await House.open()
  const at = (text: string) => Date.parse(text)
  await add(house, { timezone: 'Europe/Berlin', cron: '30 2 * * *' }, at('2027-03-26T00:00:00Z'))
  // The 28th has no half past two.
  for (let now = at('2027-03-26T00:00:00Z'); now < at('2027-03-30T00:00:00Z'); now += 10 * MINUTE)
    await sendDue(house.db, now)
  expect(await queued(house)).toEqual([
    ['day 2027-03-26', '2027-03-26T01:30:00.000Z'],
    ['day 2027-03-27', '2027-03-27T01:30:00.000Z'],
    ['day 2027-03-28', '2027-03-28T01:00:00.000Z'],
    ['day 2027-03-29', '2027-03-29T00:30:00.000Z'],
  ])
})

test('one missed by less than two hours is told still, one missed by more is not', async () => {
  await using house = await House.open()
  await add(house, {}, Date.parse('2027-03-02T00:00:00Z'))
  await sendDue(house.db, Date.parse('2027-03-02T10:59:00Z'))
  await sendDue(house.db, Date.parse('2027-03-03T11:01:00Z'))
  expect(await queued(house)).toEqual([['day 2027-03-02', '2027-03-02T10:59:00.000Z']])
  const [summary] = await listSummaries(house.account)
  expect(new Date(summary!.nextAt!).toISOString()).toBe('2027-03-04T09:00:00.000Z')
})

test('a channel has one summary of a period at a time: of two, one would never be told', async () => {
  await using house = await House.open()
  const now = Date.parse('2027-03-02T08:59:00Z')
  const { id } = await add(house, { tags: ['web'] }, now)
  const taken = {
    code: 'summary_taken',
    message:
      '"ops" hears of each day from summary #1 already; change that one, or pick another channel.',
  }
  await expect(add(house, { tags: ['db'] }, now)).rejects.toMatchObject(taken)
  const week = await add(house, { period: 'week' }, now)
  const off = await add(house, { isActive: false }, now)
  const tools = { now, by }
  const change = (of: number, to: object) =>
    editSummary(house.account, tools, of, (it) => ({ ...it, ...to }))
  await expect(change(week.id, { period: 'day' })).rejects.toMatchObject(taken)
  await expect(change(off.id, { isActive: true })).rejects.toMatchObject(taken)
  await change(off.id, { tags: ['db'] })
  await change(id, { isActive: false })
  await change(off.id, { isActive: true })
  await expect(change(id, { isActive: true })).rejects.toMatchObject({ code: 'summary_taken' })
})

test('a clock that jumps back or another zone make no second one', async () => {
  await using house = await House.open()
  const now = Date.parse('2027-03-02T08:59:00Z')
  const { id } = await add(house, {}, now)
  await sendDue(house.db, now + 2 * MINUTE)
  const tools = { now: now - HOUR, by }
  await editSummary(house.account, tools, id, (it) => ({
    ...it,
    timezone: 'Europe/Lisbon',
    cron: '5 9 * * *',
  }))
  await sendDue(house.db, now + HOUR)
  expect(await queued(house)).toHaveLength(1)
})
