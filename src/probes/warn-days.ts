import { z } from 'zod'

const DAYS_RULE = 'must be a whole number from 1 to 90'
const LIST_RULE = 'must be a list of at most 5 numbers of days, like [30, 14, 7, 3, 1]'

/** How many days before the end people are warned; an empty list never. Most days first. */
export const warnDays = z
  .array(z.int(DAYS_RULE).min(1, DAYS_RULE).max(90, DAYS_RULE), LIST_RULE)
  .max(5, LIST_RULE)
  .transform((days): readonly number[] => [...new Set(days)].toSorted((a, b) => b - a))
  .default([30, 14, 7, 3, 1])

/** The least of `days` that has been crossed, `daysLeft` counted in whole days; null for none. */
export const thresholdOf = (daysLeft: number, days: readonly number[]): number | null =>
  days.findLast((threshold) => daysLeft < threshold) ?? null
