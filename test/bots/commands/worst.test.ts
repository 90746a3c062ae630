import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { firstOf, worstFirst } from '../../../bots/commands/worst.ts'

const standings = fc
  .array(
    fc.record({
      name: fc.constantFrom('Shop', 'shop', 'api', 'Äpfel', 'zoo 2', 'zoo 10'),
      sign: fc.constantFrom('up', 'down', 'degraded', 'paused', 'maintenance', 'pending'),
    }),
  )
  .map((all) => all.map((it, at) => ({ id: at + 1, ...it })))

test('the first of many are those that come first when all are sorted', () => {
  fc.assert(
    fc.property(standings, fc.integer({ min: 1, max: 20 }), (all, count) => {
      expect(firstOf(all, count)).toEqual(all.toSorted(worstFirst).slice(0, count))
    }),
  )
})
