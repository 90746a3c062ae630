import { DAY, HOUR, MINUTE } from '../kernel/index.ts'
import type { Slo } from '../monitors/index.ts'

/** How long a monitor may be down in the `days` of its objective. */
export const budgetMsOf = ({ objective, days }: Slo): number =>
  Math.round((days * DAY * (100 - objective)) / 100)

/**
 * The gravest first: spent faster than this share of the budget in the long window, and still so fast
 * in the short one, so that what is over ends soon (Google's SRE workbook, chapter 5).
 */
const RULES = [
  { code: 'burn_1h', longMs: HOUR, shortMs: 5 * MINUTE, share: 0.02, said: '1 h' },
  { code: 'burn_6h', longMs: 6 * HOUR, shortMs: 30 * MINUTE, share: 0.05, said: '6 h' },
  { code: 'burn_3d', longMs: 3 * DAY, shortMs: 6 * HOUR, share: 0.1, said: '3 d' },
] as const

export const SPENT = 'budget_spent'

/** The windows that are asked for, but for the whole one. */
export const PACE_WINDOWS_MS = RULES.flatMap(({ longMs, shortMs }) => [longMs, shortMs])

export interface Pace {
  readonly code: (typeof RULES)[number]['code'] | typeof SPENT
  /** Goes on from the monitor's name. */
  readonly message: string
}

/** Whether `code` is graver than what is known already. */
export const isGraver = (code: Pace['code'], known: string): boolean => {
  const gravest: readonly string[] = [SPENT, ...RULES.map((rule) => rule.code)]
  return gravest.indexOf(code) < gravest.indexOf(known)
}

/**
 * How a budget is spent too fast, or that it is used up; null: neither. `downIn` says how long the
 * monitor was down in the last so many milliseconds.
 */
export function judgePace(slo: Slo, isDown: boolean, downIn: (ms: number) => number): Pace | null {
  const [windowMs, budgetMs] = [slo.days * DAY, budgetMsOf(slo)]
  const usedIn = (ms: number, said: string): string =>
    `used ${Math.floor((downIn(ms) / budgetMs) * 100)} % of its error budget in ${said}`
  if (downIn(windowMs) >= budgetMs)
    return { code: SPENT, message: usedIn(windowMs, `${slo.days} d`) }
  const held = RULES.find(({ longMs, shortMs, share }) => {
    // In a short window such a share may be less than what would last for all of it.
    const least = Math.max(share, longMs / windowMs) * budgetMs
    // Between looks nothing is seen of an outage that goes on.
    return downIn(longMs) >= least && (isDown || downIn(shortMs) >= (least * shortMs) / longMs)
  })
  return held === undefined ? null : { code: held.code, message: usedIn(held.longMs, held.said) }
}
