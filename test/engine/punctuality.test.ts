import { expect, test } from 'vitest'
import { Punctuality } from '../../src/engine/punctuality.ts'
import { MINUTE } from '../../src/kernel/index.ts'

test('how late looks began is counted between bounds', () => {
  const punctuality = new Punctuality()
  for (const ms of [-3, 0, 5, 6, 900, 60_000]) punctuality.began(ms, 0)
  const { boundsMs, within, sumMs } = punctuality.lateness(0)
  const counted = Object.fromEntries(within.map((count, at) => [boundsMs[at] ?? 'later', count]))
  expect(counted).toMatchObject({ 5: 3, 10: 1, 1000: 1, later: 1 })
  expect(within.reduce((sum, count) => sum + count)).toBe(6)
  expect(sumMs).toBe(60_911)
})

test.each([
  ['nothing was due', 0, 0, 0, false],
  ['one of two hundred is late', 200, 1, 0, false],
  ['three of two hundred are late', 200, 3, 0, true],
  ['some were not made at all', 100, 0, 2, true],
])('%s: %i looks, %i late, %i missed', (_, looks, late, missed, isLate) => {
  const punctuality = new Punctuality()
  for (let at = 0; at < looks; at += 1) punctuality.began(at < late ? 1001 : 1000, 0)
  punctuality.missed(missed, 0)
  expect(punctuality.lateness(0).isLate).toBe(isLate)
  // Of the last minute and the one before.
  expect(punctuality.lateness(MINUTE).isLate).toBe(isLate)
  expect(punctuality.lateness(2 * MINUTE).isLate).toBe(false)
})
