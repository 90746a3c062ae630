import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { packHistory, PastTally, recordHistory, recordSamples } from '../../src/stats/index.ts'
import { START } from '../support/history.ts'
import { House } from '../support/house.ts'

const NOW = START + 4 * DAY
const bounds = { now: NOW, looksFrom: START, hoursFrom: START, daysFrom: START }
const nothingKept = { hours: new Map(), days: new Map() }

/** Steps from look to look, some of them over hours, with what was seen. */
const steps = fc.array(
  fc.record({
    gap: fc.oneof(
      fc.integer({ min: 1, max: 10 * MINUTE }),
      fc.integer({ min: HOUR, max: 20 * HOUR }),
      fc.constant(HOUR),
    ),
    status: fc.constantFrom('up', 'up', 'down', 'unknown'),
    ms: fc.integer({ min: 0, max: 5 * SECOND }),
    isSeen: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
)

async function rowsOf(house: House, id: number) {
  const read = async (table: 'hour_stats' | 'day_stats' | 'packed_samples') => {
    const rows = await house.account
      .selectFrom(table)
      .selectAll()
      .where('monitor_id', '=', id)
      .orderBy('at')
      .execute()
    return rows.map((row) => Object.assign(row, { monitor_id: null }))
  }
  return {
    hours: await read('hour_stats'),
    days: await read('day_stats'),
    packed: await read('packed_samples'),
  }
}

test('a tally of looks is what packing makes of them', async () => {
  await using house = await House.open()
  await fc.assert(
    fc.asyncProperty(steps, async (drawn) => {
      const told = (await house.add()).monitor.id
      const packed = (await house.add()).monitor.id
      const tally = new PastTally(bounds)
      const outages: { startedAt: number; endedAt: number | null }[] = []
      let at = START
      const samples = drawn.flatMap(({ gap, status, ms, isSeen }) => {
        at += gap
        if (at >= NOW - HOUR) return []
        const observedMs = status !== 'unknown' && isSeen ? Math.min(gap, 36 * HOUR) : 0
        const open = outages.at(-1)?.endedAt === null ? outages.at(-1) : undefined
        if (status === 'down' && open === undefined) {
          tally.fell(at)
          outages.push({ startedAt: at, endedAt: null })
        }
        if (status === 'up' && open !== undefined) {
          tally.rose(at)
          open.endedAt = at
        }
        const look = { at, status, code: 'ok', ms, observedMs }
        tally.add(look)
        return [{ ...look, monitorId: packed, accountId: house.account.accountId }]
      })
      if (outages.at(-1)?.endedAt === null) {
        tally.rose(samples.at(-1)!.at)
        outages.at(-1)!.endedAt = samples.at(-1)!.at
      }
      await recordHistory(house.account, told, tally.done(nothingKept))
      for (const { startedAt, endedAt } of outages)
        await house.account
          .insertInto('incidents')
          .values({
            monitor_id: packed,
            monitor_name: 'shop',
            url: 'http://shop.example/',
            severity: 'down',
            started_at: startedAt,
            detected_at: startedAt,
            resolved_at: endedAt,
            code: 'connect_refused',
            message: 'refused',
            failures: 1,
          })
          .execute()
      await recordSamples(house.db, samples)
      await packHistory(house.db, NOW + HOUR, async () => true)
      expect(await rowsOf(house, told)).toEqual(await rowsOf(house, packed))
      await house.account.deleteFrom('monitors').where('id', 'in', [told, packed]).execute()
    }),
    { numRuns: 60 },
  )
})

test('where another program counted more than its looks show, its figures stand', () => {
  const tally = new PastTally(bounds)
  for (const minute of [0, 1, 2])
    tally.add({ at: START + minute * MINUTE, status: 'up', code: 'ok', ms: 10, observedMs: 1 })
  const figures = (checks: number) => ({
    checks,
    failures: 0,
    good: checks,
    degraded: 0,
    sum_ms: 20 * checks,
    min_ms: 20,
    max_ms: 20,
    p95_ms: null,
    observed_ms: MINUTE,
    down_ms: 0,
  })
  const made = tally.done({
    hours: new Map([
      [START, figures(3)],
      [START + HOUR, figures(4)],
    ]),
    days: new Map([[START, figures(6)]]),
  })
  expect(made.looks.get(START)).toHaveLength(3)
  expect(made.hours.get(START)).toMatchObject({ checks: 3, min_ms: 10 })
  expect(made.hours.get(START + HOUR)).toMatchObject({ checks: 4, min_ms: 20 })
  expect(made.days.get(START)).toMatchObject({ checks: 7, sum_ms: 110, min_ms: 10, p95_ms: null })
  expect(made.checks).toBe(7)
})
