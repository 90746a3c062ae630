import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import {
  addObserved,
  observedTime,
  recordSamples,
  responseTimes,
  uptimePercent,
} from '../../src/stats/index.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const minutes = (count: number) => count * MINUTE

/** Observed and down minutes of one monitor's picture between two minutes. */
async function read(
  picture: string,
  outages: readonly (readonly [from: number, to: number | null])[],
  [from, to]: readonly [number, number] = [0, picture.length],
) {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, picture)
  for (const [begin, end] of outages) await drawIncident(house, monitor.id, begin, end)
  const span = [START + minutes(from), START + minutes(to)] as const
  const times = (await observedTime(house.account, [monitor.id], ...span)).get(monitor.id)!
  return {
    observed: times.observedMs / MINUTE,
    down: times.downMs / MINUTE,
    percent: uptimePercent(times),
  }
}

// Minute 3 fails first: its look is made at 03:00, so the outage is charged from 3 to the look at 6.
test.each<
  [
    what: string,
    picture: string,
    outages: [number, number | null][],
    span: [number, number],
    answer: [observed: number, down: number, percent: number | null],
  ]
>([
  ['a quiet hour', '..........', [], [0, 10], [10, 0, 100]],
  ['an outage of three minutes', '..xxx.....', [[3, 6]], [0, 10], [10, 3, 70]],
  ['a failure that was not confirmed is no outage', '..x.......', [], [0, 10], [10, 0, 100]],
  ['a pause is left out', '..    ....', [], [0, 10], [6, 0, 100]],
  ['so is what we could not see', '..????....', [], [0, 10], [6, 0, 100]],
  ['unseen time within an outage is not charged', '..x???x...', [[3, 8]], [0, 10], [7, 2, 71.429]],
  ['nor is time the process was off', '..x   x...', [[3, 8]], [0, 10], [7, 2, 71.429]],
  ['an outage over the beginning', 'xxxxx.....', [[1, 6]], [3, 10], [7, 3, 57.143]],
  ['an outage over the end', '.....xxxxx', [[6, null]], [0, 8], [8, 2, 75]],
  ['an outage that is still open', '.....xxxxx', [[6, null]], [0, 10], [10, 4, 60]],
  ['an outage over all of it', 'xxxxxxxxxx', [[1, null]], [3, 8], [5, 5, 0]],
  [
    'two outages',
    '.xx..xx...',
    [
      [2, 4],
      [6, 8],
    ],
    [0, 10],
    [10, 4, 60],
  ],
  ['an outage before it', 'xx........', [[1, 3]], [5, 10], [5, 0, 100]],
  ['nothing seen is no data, never 100 %', '??????????', [], [0, 10], [0, 0, null]],
  ['nothing there is no data either', '          ', [], [0, 10], [0, 0, null]],
])('%s', async (_, picture, outages, span, [observed, down, percent]) => {
  expect(await read(picture, outages, span)).toEqual({ observed, down, percent })
})

test('a look that began before the span speaks for its part of the span only', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '..........')
  const span = [START + minutes(2) + 20_000, START + minutes(5)] as const
  const times = await observedTime(house.account, [monitor.id], ...span)
  expect(times.get(monitor.id)).toEqual({ observedMs: minutes(3) - 20_000, downMs: 0 })
})

test('warnings are not downtime, and another account reads nothing', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '..........')
  await drawIncident(house, monitor.id, 2, 8, 'warning')
  const times = await observedTime(house.account, [monitor.id], START, START + minutes(10))
  expect(times.get(monitor.id)).toEqual({ observedMs: minutes(10), downMs: 0 })
  expect(await observedTime(house.account, [], START, START + 1)).toEqual(new Map())
})

test('percentages are never rounded up to 100 while there was downtime, nor beyond 0 and 100', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), fc.nat(1e12), (observedMs, downMs) => {
      const percent = uptimePercent({ observedMs, downMs })!
      expect(percent >= 0 && percent <= 100).toBe(true)
      expect(percent === 100).toBe(downMs === 0)
      expect(percent).toBe(Number(percent.toFixed(3)))
    }),
  )
})

test('of several monitors the times are added, not the percentages averaged', () => {
  const sum = addObserved([
    { observedMs: 1000, downMs: 1000 },
    { observedMs: 9000, downMs: 0 },
  ])
  expect(uptimePercent(sum)).toBe(90)
  expect(uptimePercent(addObserved([]))).toBeNull()
})

test('response times are those of good looks, and the 95th percentile is one that was measured', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  expect(await responseTimes(house.account, monitor.id, 0)).toEqual({
    count: 0,
    avgMs: null,
    p95Ms: null,
  })
  for (let ms = 1; ms <= 100; ms += 1)
    await recordSamples(house.db, [
      {
        monitorId: monitor.id,
        accountId: house.account.accountId,
        at: ms,
        status: ms > 90 ? 'down' : 'up',
        code: 'ok',
        ms,
        observedMs: 1,
      },
    ])
  expect(await responseTimes(house.account, monitor.id, 0)).toEqual({
    count: 100,
    avgMs: 46,
    p95Ms: 86,
  })
})
