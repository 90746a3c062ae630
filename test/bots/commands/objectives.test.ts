import { expect, test } from 'vitest'
import { wordNews } from '../../../bots/commands/index.ts'
import { renderTerminal } from '../../../bots/terminal/render.ts'
import { DAY, HOUR, MINUTE } from '../../../src/kernel/index.ts'
import type { IncidentNews } from '../../../src/notifications/index.ts'
import { recordSamples } from '../../../src/stats/index.ts'
import { BOB, CAT, type House, openHouse, words } from './house.ts'

/** Was down for so many minutes up to two hours ago. */
async function was(house: House, id: number, minutes: number): Promise<void> {
  const end = house.clock.now() - 2 * HOUR
  const at = (ago: number) => end - ago * MINUTE
  await recordSamples(
    house.db,
    Array.from({ length: minutes }, (_, ago) => ({
      monitorId: id,
      accountId: house.ours.accountId,
      at: at(ago),
      status: 'down',
      code: 'connect_refused',
      ms: 5,
      observedMs: MINUTE,
    })),
  )
  const incident = {
    monitor_id: id,
    monitor_name: 'x',
    url: 'x',
    code: 'x',
    message: 'x',
    failures: 2,
  }
  await house.ours
    .insertInto('incidents')
    .values({
      ...incident,
      severity: 'down',
      started_at: at(minutes),
      detected_at: at(minutes),
      resolved_at: end,
    })
    .execute()
}

const burns = (house: House, id: number, code: string) =>
  house.ours
    .insertInto('incidents')
    .values({
      monitor_id: id,
      monitor_name: 'x',
      url: 'x',
      severity: 'burning',
      started_at: 1,
      detected_at: 1,
      code,
      message: 'x',
      failures: 0,
    })
    .execute()

async function open(names: readonly string[]) {
  const house = await openHouse()
  const ids = new Map<string, number>()
  for (const name of names) {
    const id = await house.add(name)
    ids.set(name, id)
    await house.isUp(id)
    await house.says(BOB, `edit #${id} objective 99.9`)
  }
  return { house, id: (name: string) => ids.get(name)! }
}

const line = async (house: House, said: string, begins: string) =>
  words(await house.says(CAT, said))
    .split('\n')
    .filter((it) => it.startsWith(begins))

test('status says nothing of objectives where there is none', async () => {
  const { house } = await open([])
  await house.isUp(await house.add('Shop'))
  expect(await line(house, 'status', 'Objective')).toEqual([])
})

test('status says in a line that all are kept, and whose budget is least', async () => {
  const { house, id } = await open(['Shop', 'Blog', 'Wiki'])
  expect(await line(house, 'status', 'Objectives')).toEqual(['Objectives: all 3 kept'])
  await was(house, id('Shop'), 12)
  await was(house, id('Blog'), 2)
  expect(await line(house, 'status', 'Objectives')).toEqual([
    'Objectives: all 3 kept, least left Shop 31 min of 43 min',
  ])
})

test('status names those missed and burning, the worst first, at most five', async () => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H']
  const { house, id } = await open(names)
  await was(house, id('A'), 12)
  await burns(house, id('A'), 'burn_1h')
  for (const [index, name] of ['B', 'C', 'D', 'E', 'F', 'G'].entries())
    await was(house, id(name), 55 + index)
  expect(await line(house, 'status', 'Objectives')).toEqual([
    `Objectives: 2 of 8 kept · ${[16, 15, 14, 13, 12]
      .map((minutes, at) => `missed ${'GFEDC'[at]}, overspent by ${minutes} min`)
      .join(' · ')} · and 2 more`,
  ])
  expect((await house.says(CAT, 'status')).value).toMatchObject({
    objectives: {
      total: 8,
      inTrouble: [
        { monitorName: 'G', budgetSeconds: 2592, budgetLeftSeconds: -1008 },
        {},
        {},
        {},
        {},
        {},
        { monitorName: 'A', isBurning: true },
      ],
    },
  })
})

test('show says what is left, overspent or burning', async () => {
  const { house, id } = await open(['Shop'])
  expect(await line(house, 'show shop', 'Objective')).toEqual([
    'Objective: 99.9 % in 30 d · 43 min of 43 min left',
  ])
  await was(house, id('Shop'), 12)
  await burns(house, id('Shop'), 'burn_3d')
  expect(await line(house, 'show shop', 'Objective')).toEqual([
    'Objective: 99.9 % in 30 d · 31 min of 43 min left · burning',
  ])
  await house.says(BOB, 'edit shop objective 99.9 in 1 d')
  expect(await line(house, 'show shop', 'Objective')).toEqual([
    'Objective: 99.9 % in 1 d · overspent by 10 min',
  ])
  expect((await house.says(CAT, 'show shop')).value).toMatchObject({
    objective: { objective: 99.9, days: 1, budgetLeftSeconds: -634, isBurning: false },
  })
})

test('a burning budget is no incident, and hides none', async () => {
  const { house, id } = await open(['Shop'])
  await burns(house, id('Shop'), 'burn_1h')
  expect(words(await house.says(CAT, 'incidents'))).toMatch(/^Nothing|^No/)
  await house.falls(id('Shop'))
  expect(await line(house, 'status', 'down')).toEqual(['down Shop down 12 s · connection refused'])
  expect(words(await house.says(CAT, 'incidents'))).toMatch(/^1 /)
})

const BURNING = {
  incidentId: 9,
  monitorId: 7,
  monitorName: 'Shop',
  severity: 'burning',
  storm: null,
  startedAt: Date.parse('2027-03-01T14:02:00Z'),
  resolvedAt: null,
  endReason: null,
  code: 'burn_1h',
  message: 'used 28 % of its error budget in 1 h',
  budget: { objective: 99.9, days: 30, budgetMs: 0.03 * DAY, leftMs: 31 * MINUTE, burnRate: 16.67 },
  timezone: 'UTC',
} as IncidentNews
const told = (changes: Partial<IncidentNews> = {}) =>
  wordNews({ kind: 'alert', incident: { ...BURNING, ...changes } })

test('the warning says what is left and how fast it goes, then that it is over', () => {
  const reply = told()
  expect(words(reply)).toBe(
    [
      'Shop burns its error budget too fast',
      'Objective: 99.9 % in 30 d',
      'Budget: 31 min of 43 min left',
      'Pace: 16.67 times the pace that lasts, over the last hour',
      'Seen: used 28 % of its error budget in 1 h (burn_1h)',
      '[Show]',
    ].join('\n'),
  )
  expect(reply).toMatchObject({ sign: 'degraded', actions: [{ press: 'v1:show:7:.' }] })
  const budget = { ...BURNING.budget!, leftMs: -5 * MINUTE }
  expect(words(told({ code: 'budget_spent', budget }))).toMatch(
    /^Shop has used up its error budget\n.*\nBudget: overspent by 5 min\n/,
  )
  const over = { resolvedAt: BURNING.startedAt + HOUR, endReason: 'resolved' } as const
  const screen = { color: false, columns: 80, zone: 'UTC', now: over.resolvedAt, isShell: false }
  expect(renderTerminal(told(over), screen)).toContain('Warned from 14:02:00 UTC to 15:02:00 UTC.')
  expect(told(over)).toMatchObject({ sign: 'up', tone: 'ok' })
  expect(words(told({ ...over, endReason: 'changed' }))).toMatch(/^Shop has another objective now/)
  expect(words(told({ ...over, endReason: 'deleted', monitorId: null }))).toMatch(
    /^Shop was deleted/,
  )
})
