import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { isGraver, judgePace } from '../../src/objectives/pace.ts'

/** An outage of so many seconds that ended so long ago. */
type Outage = readonly [seconds: number, endedAgoMs: number]

const downBy =
  (outages: readonly Outage[]) =>
  (ms: number): number =>
    outages.reduce((sum, [seconds, ago]) => {
      const begun = Math.min(ms, ago + seconds * SECOND)
      return sum + Math.max(0, begun - ago)
    }, 0)

// 99.9 % of 30 d leave 43 min 12 s: 2 % are 51.84 s, 5 % are 129.6 s, 10 % are 259.2 s.
test.each<[string, number, number, readonly Outage[], string | null]>([
  ['nothing was down', 99.9, 30, [], null],
  ['2 % in an hour', 99.9, 30, [[52, 0]], 'burn_1h'],
  ['a second less', 99.9, 30, [[51, 0]], null],
  ['2 % in an hour, but the last five minutes were calm', 99.9, 30, [[52, 5 * MINUTE]], null],
  [
    '5 % in six hours',
    99.9,
    30,
    [
      [125, 2 * HOUR],
      [11, 10 * MINUTE],
    ],
    'burn_6h',
  ],
  ['5 % in six hours, but the last half hour was calm', 99.9, 30, [[130, 30 * MINUTE]], null],
  [
    '10 % in three days',
    99.9,
    30,
    [
      [235, 50 * HOUR],
      [25, 2 * HOUR],
    ],
    'burn_3d',
  ],
  ['10 % in three days, but the last six hours were calm', 99.9, 30, [[260, 6 * HOUR]], null],
  ['the gravest of several', 99.9, 30, [[600, 0]], 'burn_1h'],
  ['all of it, however long ago', 99.9, 30, [[2592, 20 * DAY]], 'budget_spent'],
  ['almost all of it, long ago', 99.9, 30, [[2591, 20 * DAY]], null],
  ['what lies before the window', 99.9, 30, [[2592, 30 * DAY]], null],
  // 99.9 % of 90 d: 2 % are 155.52 s.
  ['2 % of a longer window', 99.9, 90, [[156, 0]], 'burn_1h'],
  ['2 % of a shorter one would not be 2 % of it', 99.9, 90, [[60, 0]], null],
  // 99.9 % of 7 d leave 604.8 s: 2 % in an hour are 12.1 s; 10 % in 3 d would last for all of it.
  ['2 % of a shorter window', 99.9, 7, [[13, 0]], 'burn_1h'],
  [
    'a pace that lasts, however short the window',
    99.9,
    7,
    [
      [61, 50 * HOUR],
      [20, 2 * HOUR],
    ],
    null,
  ],
  [
    'a pace that does not last',
    99.9,
    7,
    [
      [250, 50 * HOUR],
      [25, 2 * HOUR],
    ],
    'burn_3d',
  ],
  ['a low objective', 90, 30, [[3600, 0]], null],
])('%s', (_, objective, days, outages, code) => {
  expect(judgePace({ objective, days }, false, downBy(outages))?.code ?? null).toBe(code)
})

test('what goes on still burns, whenever it was looked at last', () => {
  const slo = { objective: 99.9, days: 30 }
  const down = downBy([[52, 6 * MINUTE]])
  expect(judgePace(slo, false, down)).toBeNull()
  expect(judgePace(slo, true, down)).toEqual({
    code: 'burn_1h',
    message: 'used 2 % of its error budget in 1 h',
  })
})

test('more downtime is never judged milder, and a graver word is graver than none of itself', () => {
  const outages = fc.array(fc.tuple(fc.nat(4000), fc.nat(20 * DAY)), { maxLength: 6 })
  const slos = fc.record({
    objective: fc.constantFrom(90, 95, 99, 99.9, 99.95),
    days: fc.integer({ min: 1, max: 90 }),
  })
  fc.assert(
    fc.property(slos, outages, outages, fc.boolean(), (slo, some, more, isDown) => {
      const [less, all] = [some, [...some, ...more]].map((it) => judgePace(slo, isDown, downBy(it)))
      if (less == null) return
      expect(all).not.toBeNull()
      expect(isGraver(less.code, all!.code)).toBe(false)
      expect(isGraver(all!.code, all!.code)).toBe(false)
    }),
  )
})
