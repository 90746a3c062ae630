import type { Instant } from '../kernel/index.ts'

/** How many looks change our mind; see monitors. */
export interface JudgePolicy {
  /** Consecutive failures before down. */
  readonly confirmations: number
  /** Consecutive successes before up. */
  readonly recovery: number
  /** Slower than this is degraded; null: never. */
  readonly degradedMs: number | null
}

/** Looks in a row that disagree with the status. */
export interface Streak {
  readonly kind: 'failing' | 'recovering' | 'degrading' | 'improving'
  readonly count: number
  /** When the first of them looked. */
  readonly startedAt: Instant
}

export interface JudgeState {
  readonly status: 'pending' | 'up' | 'degraded' | 'down'
  /** Failing while not down is *suspect*, succeeding while down *recovering*. */
  readonly streak: Streak | null
  /** Latest code while down. */
  readonly cause: string | null
}

/** What one look found, as far as it matters here. */
export interface Look {
  /** When it began. */
  readonly at: Instant
  readonly finishedAt: Instant
  readonly status: 'up' | 'degraded' | 'down' | 'unknown'
  readonly ms: number
  readonly code: string
}

export type Verdict =
  | {
      readonly kind: 'opened'
      readonly startedAt: Instant
      readonly detectedAt: Instant
      readonly failures: number
    }
  | { readonly kind: 'recaused'; readonly code: string }
  | { readonly kind: 'resolved'; readonly resolvedAt: Instant }
  /** A failure that was not confirmed: nobody is told. */
  | { readonly kind: 'blip'; readonly failures: number }

export interface Judgement {
  readonly state: JudgeState
  readonly verdict: Verdict | null
}

export const UNJUDGED: JudgeState = { status: 'pending', streak: null, cause: null }

const longer = (streak: Streak | null, kind: Streak['kind'], at: Instant): Streak =>
  streak?.kind === kind ? { ...streak, count: streak.count + 1 } : { kind, count: 1, startedAt: at }

/**
 * One look, judged. Pure and total: knows neither clock nor rows. A look that could not be made
 * (`unknown`) changes nothing, streaks stand still.
 */
export function judge(before: JudgeState, look: Look, policy: JudgePolicy): Judgement {
  if (look.status === 'unknown') return { state: before, verdict: null }
  if (look.status === 'down')
    return before.status === 'down' ? stillDown(before, look) : failed(before, look, policy)
  const isSlow =
    look.status === 'degraded' || (policy.degradedMs !== null && look.ms > policy.degradedMs)
  return before.status === 'down'
    ? recovering(before, look, policy, isSlow)
    : succeeded(before, look, policy, isSlow)
}

function stillDown(before: JudgeState, look: Look): Judgement {
  return {
    state: { status: 'down', streak: null, cause: look.code },
    verdict: before.cause === look.code ? null : { kind: 'recaused', code: look.code },
  }
}

function failed(before: JudgeState, look: Look, policy: JudgePolicy): Judgement {
  const streak = longer(before.streak, 'failing', look.at)
  if (streak.count < policy.confirmations) return { state: { ...before, streak }, verdict: null }
  return {
    state: { status: 'down', streak: null, cause: look.code },
    verdict: {
      kind: 'opened',
      startedAt: streak.startedAt,
      detectedAt: Math.max(look.finishedAt, streak.startedAt),
      failures: streak.count,
    },
  }
}

function recovering(
  before: JudgeState,
  look: Look,
  policy: JudgePolicy,
  isSlow: boolean,
): Judgement {
  const streak = longer(before.streak, 'recovering', look.at)
  if (streak.count < policy.recovery) return { state: { ...before, streak }, verdict: null }
  return {
    state: { status: isSlow ? 'degraded' : 'up', streak: null, cause: null },
    verdict: { kind: 'resolved', resolvedAt: streak.startedAt },
  }
}

function succeeded(
  before: JudgeState,
  look: Look,
  policy: JudgePolicy,
  isSlow: boolean,
): Judgement {
  const verdict: Verdict | null =
    before.streak?.kind === 'failing' ? { kind: 'blip', failures: before.streak.count } : null
  const status = before.status === 'degraded' ? 'degraded' : 'up'
  // The first success says up, slow or not.
  const settled = { state: { status, streak: null, cause: null }, verdict } as const
  if (before.status === 'pending' || isSlow === (before.status === 'degraded')) return settled
  const streak = longer(before.streak, isSlow ? 'degrading' : 'improving', look.at)
  const enough = streak.count >= (isSlow ? policy.confirmations : policy.recovery)
  if (!enough) return { state: { status, streak, cause: null }, verdict }
  return { state: { status: isSlow ? 'degraded' : 'up', streak: null, cause: null }, verdict }
}
