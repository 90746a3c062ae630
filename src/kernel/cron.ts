import { Cron } from 'croner'
import { type Instant, SECOND } from './time.ts'

const cronOf = (cron: string, timezone: string): Cron =>
  new Cron(cron, { timezone, paused: true, mode: '5-part' })

/** Whether `text` is five cron fields that will ever come true. */
export function isCron(text: string): boolean {
  // Dates and nicknames such as @daily are patterns to the library, too.
  if (!/^\S+(?:\s+\S+){4}$/.test(text)) return false
  try {
    return cronOf(text, 'UTC').nextRun() !== null
  } catch {
    return false
  }
}

/**
 * The next time after `at` that five cron fields come true by the clock of a zone; null when none comes
 * any more. A local time that summer time skips is the first one after the gap, one that comes twice
 * the first of the two.
 */
export const nextRun = (cron: string, timezone: string, at: Instant): Instant | null =>
  cronOf(cron, timezone).nextRun(new Date(at))?.getTime() ?? null

/** When the local day of `at` began, or one so many days before it. */
export function dayStart(timezone: string, at: Instant, daysBefore = 0): Instant {
  // Runs are found strictly before a moment, and `at` may be midnight itself.
  const runs = cronOf('0 0 * * *', timezone).previousRuns(daysBefore + 1, new Date(at + SECOND))
  return runs.at(-1)!.getTime()
}

/** The local date of `at`, as `2027-03-01`. */
export const localDate = (timezone: string, at: Instant): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at)
