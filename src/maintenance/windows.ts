import { Cron } from 'croner'
import type { Instant } from '../kernel/index.ts'

/** From when to when, both planned. */
export interface Window {
  readonly from: Instant
  readonly to: Instant
}

/** Once, or as often as five cron fields say, by the clock of a time zone. */
export type Plan =
  | { readonly startsAt: Instant; readonly endsAt: Instant }
  | { readonly cron: string; readonly timezone: string; readonly durationMs: number }

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
 * The window that is on at `at` or comes next. A local time that summer time skips is the first one
 * after the gap, one that comes twice the first of the two. Null when
 * none comes any more.
 */
export function windowAfter(plan: Plan, at: Instant): Window | null {
  if ('startsAt' in plan) return plan.endsAt > at ? { from: plan.startsAt, to: plan.endsAt } : null
  const { cron, timezone, durationMs } = plan
  // One that began before and is still on counts; starts are found strictly after a moment.
  const next = cronOf(cron, timezone).nextRun(new Date(at - durationMs))
  return next === null ? null : { from: next.getTime(), to: next.getTime() + durationMs }
}

/** The next start after `at`, of one that recurs; null when none comes any more. */
export function startAfter(plan: Plan, at: Instant): Instant | null {
  if ('startsAt' in plan) return plan.startsAt > at ? plan.startsAt : null
  return cronOf(plan.cron, plan.timezone).nextRun(new Date(at))?.getTime() ?? null
}
