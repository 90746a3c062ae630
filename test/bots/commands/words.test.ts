import { expect, test } from 'vitest'
import { formatDuration } from '../../../bots/commands/words.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/index.ts'

test.each([
  [-5 * SECOND, '0 s'],
  [0, '0 s'],
  [999, '0 s'],
  [12 * SECOND, '12 s'],
  [59_999, '59 s'],
  [MINUTE, '1 min'],
  [12 * MINUTE, '12 min'],
  [12 * MINUTE + 24 * SECOND, '12 min 24 s'],
  [HOUR - 1, '59 min 59 s'],
  [HOUR, '1 h'],
  [2 * HOUR + 5 * MINUTE, '2 h 05 min'],
  [DAY - 1, '23 h 59 min'],
  [DAY, '1 d'],
  [3 * DAY + 4 * HOUR + 59 * MINUTE, '3 d 4 h'],
  [41 * DAY, '41 d'],
])('%i ms is %s', (ms, words) => {
  expect(formatDuration(ms)).toBe(words)
})
