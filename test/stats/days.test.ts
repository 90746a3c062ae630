import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { averageTimes, observedTime, packHistory, readSteps } from '../../src/stats/index.ts'
import { drawIncident, START, watch } from '../support/history.ts'
import { House } from '../support/house.ts'

const DAYS = 4

const stretch = fc.record({
  from: fc.integer({ min: 0, max: DAYS * 24 * 4 - 1 }),
  quarters: fc.integer({ min: 1, max: 60 }),
  ms: fc.integer({ min: 1, max: 900 }),
})

test('with its hours gone a whole day is what it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stretch, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 0, max: DAYS * 24 * 60 }),
      fc.integer({ min: 0, max: 2 * DAY }),
      fc.integer({ min: 0, max: DAYS - 1 }),
      fc.integer({ min: 0, max: DAYS * 24 }),
      async (stretches, downFrom, downMs, firstDay, goneHours) => {
        await using house = await House.open()
        const { monitor } = await house.add()
        const { id } = monitor
        let after = 0
        for (const { from, quarters, ms } of stretches.toSorted((a, b) => a.from - b.from)) {
          const begin = Math.max(after, from)
          after = Math.min(DAYS * 24 * 4, begin + quarters)
          if (begin < after)
            await watch(house, id, START + begin * 15 * MINUTE, START + after * 15 * MINUTE, { ms })
        }
        await drawIncident(house, id, downFrom, downFrom + downMs / MINUTE)
        const end = START + DAYS * DAY
        await packHistory(house.db, end + 3 * HOUR, async () => true)
        const from = START + firstDay * DAY
        const read = async () => ({
          times: await observedTime(house.account, [id], from, end),
          averages: await averageTimes(house.account, [id], from, end),
          days: (
            await readSteps(house.account, id, { from, stepMs: DAY, count: DAYS - firstDay })
          ).map((it) => [it.observedMs, it.downMs]),
        })
        const before = await read()
        for (const table of ['packed_samples', 'hour_stats'] as const) {
          await house.db
            .deleteFrom(table)
            .where('at', '<', START + goneHours * HOUR)
            .execute()
          expect(await read()).toEqual(before)
        }
      },
    ),
    { numRuns: 40 },
  )
}, 20_000)
