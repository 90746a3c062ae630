import { type Instant, nextRun } from '../kernel/index.ts'

/** From when to when, both planned. */
export interface Window {
  readonly from: Instant
  readonly to: Instant
}

/** Once, or as often as five cron fields say, by the clock of a time zone. */
export type Plan =
  | { readonly startsAt: Instant; readonly endsAt: Instant }
  | { readonly cron: string; readonly timezone: string; readonly durationMs: number }

/**
 * The window that is on at `at` or comes next; null when none comes any more. Of local times that
 * summer time skips or repeats see `nextRun`.
 */
export function windowAfter(plan: Plan, at: Instant): Window | null {
  if ('startsAt' in plan) return plan.endsAt > at ? { from: plan.startsAt, to: plan.endsAt } : null
  const { cron, timezone, durationMs } = plan
  // One that began before and is still on counts; starts are found strictly after a moment.
  const next = nextRun(cron, timezone, at - durationMs)
  return next === null ? null : { from: next, to: next + durationMs }
}

/** The next start after `at`, of one that recurs; null when none comes any more. */
export function startAfter(plan: Plan, at: Instant): Instant | null {
  if ('startsAt' in plan) return plan.startsAt > at ? plan.startsAt : null
  return nextRun(plan.cron, plan.timezone, at)
}
