import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, MINUTE } from '../../src/kernel/index.ts'
import { budgetsOf, inTrouble, readObjective } from '../../src/objectives/index.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { House } from '../support/house.ts'

type Outages = readonly (readonly [from: number, to: number | null])[]

/** Left of a day's budget at 90 % (144 min), in minutes, at the end of the picture. */
async function left(picture: string, outages: Outages, slo = { objective: 90, days: 1 }) {
  await using house = await House.open()
  const { monitor } = await house.add({ slo })
  await draw(house, monitor.id, picture)
  for (const [from, to] of outages) await drawIncident(house, monitor.id, from, to)
  const [budget] = await budgetsOf(house.account, 'all', START + picture.length * MINUTE)
  return budget!.leftMs / MINUTE
}

const well = (minutes: number) => '.'.repeat(minutes)

test.each<[string, string, Outages, number]>([
  ['nothing was down', well(60), [], 144],
  ['nothing is known at all', '', [], 144],
  ['ten minutes down', `${well(20)}${'x'.repeat(10)}${well(20)}`, [[21, 31]], 134],
  ['an outage that goes on', `${well(20)}${'x'.repeat(10)}`, [[21, null]], 135],
  [
    'two outages',
    `.xx${well(5)}xxx.`,
    [
      [2, 4],
      [9, 12],
    ],
    139,
  ],
  ['unseen, paused or maintained time within it', `${well(5)}x${'?'.repeat(9)}x.`, [[6, 17]], 142],
  ['a pause within it', `${well(5)}xx   xx.`, [[6, 13]], 140],
  ['more than all of it', `${well(5)}${'x'.repeat(200)}.`, [[6, 206]], -56],
  [
    'what lies before the window and what reaches into it',
    `${well(60)}${'x'.repeat(30)}${well(1400)}${'x'.repeat(5)}.`,
    [
      [10, 20],
      [61, 91],
      [1491, 1496],
    ],
    // 1496 minutes: the window begins in minute 56.
    109,
  ],
])('of a budget of 144 min is left, when %s', async (_, picture, outages, minutes) => {
  expect(await left(picture, outages)).toBe(minutes)
})

test('the budget is of the whole window, however little of it was watched', async () => {
  await using house = await House.open()
  await house.add({ slo: { objective: 99.9 } })
  expect(await budgetsOf(house.account, 'all', START)).toMatchObject([
    { slo: { objective: 99.9, days: 30 }, budgetMs: 43.2 * MINUTE, leftMs: 43.2 * MINUTE },
  ])
})

test('maintenance is not charged', async () => {
  await using house = await House.open({ startsAt: START })
  const { monitor } = await house.add({ slo: { objective: 90, days: 1 } })
  await draw(house, monitor.id, `${well(10)}${'x'.repeat(10)}${'?'.repeat(10)}${well(5)}`)
  await drawIncident(house, monitor.id, 11, 30)
  const objective = await readObjective(house.account, monitor.id, START + 35 * MINUTE)
  expect(objective).toMatchObject({
    budgetMs: 144 * MINUTE,
    leftMs: 135 * MINUTE,
    downMs: 9 * MINUTE,
    uptime: 64,
    isBurning: false,
  })
})

test('those without an objective, and warnings, have no part in it', async () => {
  await using house = await House.open()
  const { monitor: plain } = await house.add({ name: 'plain' })
  const { monitor } = await house.add({ slo: { objective: 90, days: 1 } })
  await draw(house, plain.id, 'xxxxxxxx')
  await drawIncident(house, plain.id, 1, null)
  await draw(house, monitor.id, 'xxxxxxxx')
  await drawIncident(house, monitor.id, 1, null, 'warning')
  const now = START + 8 * MINUTE
  expect(await budgetsOf(house.account, 'all', now)).toMatchObject([
    { monitorId: monitor.id, leftMs: 144 * MINUTE },
  ])
  expect(await budgetsOf(house.account, [plain.id], now)).toEqual([])
  expect(await readObjective(house.account, plain.id, now)).toBeUndefined()
})

test('the least left, by its own budget, comes first', async () => {
  await using house = await House.open()
  const { monitor: big } = await house.add({ name: 'big', slo: { objective: 90, days: 1 } })
  const { monitor: small } = await house.add({ name: 'small', slo: { objective: 99.9, days: 1 } })
  for (const { id } of [big, small]) {
    await draw(house, id, `.${'x'.repeat(160)}`)
    await drawIncident(house, id, 2, null)
  }
  const all = await budgetsOf(house.account, 'all', START + 161 * MINUTE)
  expect(inTrouble(all).map(({ monitorName }) => monitorName)).toEqual(['small', 'big'])
})

test('what is spent and what is left are the budget, and other monitors change neither', async () => {
  const picture = fc.string({
    unit: fc.constantFrom('.', 'x', '?', ' '),
    minLength: 1,
    maxLength: 90,
  })
  await fc.assert(
    fc.asyncProperty(picture, picture, fc.nat(80), fc.nat(60), async (one, other, from, length) => {
      await using house = await House.open()
      const slo = { objective: 99, days: 1 }
      const { monitor } = await house.add({ slo })
      const { monitor: another } = await house.add({ slo })
      await draw(house, monitor.id, one)
      await draw(house, another.id, other)
      await drawIncident(house, monitor.id, from, from + length)
      const now = START + 90 * MINUTE
      const it = (await readObjective(house.account, monitor.id, now))!
      expect(it.budgetMs).toBe(DAY / 100)
      expect(it.downMs + it.leftMs).toBe(it.budgetMs)
      expect(it.downMs).toBeGreaterThanOrEqual(0)
      expect(it.downMs).toBeLessThanOrEqual(length * MINUTE)
      const [, second] = await budgetsOf(house.account, 'all', now)
      expect(second!.leftMs).toBe(DAY / 100)
    }),
    { numRuns: 25 },
  )
})
