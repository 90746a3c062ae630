import { DAY, HOUR, type Instant, MINUTE } from '../../src/kernel/index.ts'
import type { Steps } from '../../src/stats/index.ts'
import type { Action } from './reply.ts'

const SAYS = {
  day: '24 h',
  week: '7 d',
  month: '30 d',
  quarter: '90 d',
  year: '365 d',
} as const

/** How far back statistics go, and how finely they are drawn. */
export const PERIODS = {
  '24h': { ms: DAY, stepMs: 10 * MINUTE, label: SAYS.day },
  '7d': { ms: 7 * DAY, stepMs: HOUR, label: SAYS.week },
  '30d': { ms: 30 * DAY, stepMs: 6 * HOUR, label: SAYS.month },
  '90d': { ms: 90 * DAY, stepMs: DAY, label: SAYS.quarter },
  '1y': { ms: 365 * DAY, stepMs: DAY, label: SAYS.year },
} as const

export type Period = keyof typeof PERIODS

export const periodOf = (extra: string): Period =>
  Object.hasOwn(PERIODS, extra) ? (extra as Period) : '24h'

/** The period's last steps up to now. */
export function stepsOf(period: Period, now: Instant): Steps {
  const { ms, stepMs } = PERIODS[period]
  return { from: now - ms, stepMs, count: ms / stepMs }
}

/** A button for each period, the one that is shown disabled. */
export const periodActions = (
  shown: Period,
  pressOf: (period: Period) => string,
  lineOf: (period: Period) => string,
): Action[] =>
  (Object.keys(PERIODS) as Period[]).map((period) => ({
    label: PERIODS[period].label,
    press: pressOf(period),
    line: lineOf(period),
    disabled: period === shown,
  }))
