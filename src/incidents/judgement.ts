import type { Instant } from '../kernel/index.ts'
import type { Code, Expiry } from '../probes/index.ts'

/** How many looks change our mind; see monitors. */
export interface JudgePolicy {
  /** Consecutive failures before down, or slow looks before degraded. */
  readonly confirmations: number
  /** Consecutive successes before up. */
  readonly recovery: number
  /** Failures closer together than this are one: two glances at the same moment confirm nothing. */
  readonly apartMs: number
  /** So long without having seen anything is worth a word. */
  readonly unseenAfterMs: number
}

/** Looks in a row that disagree with the status. */
export interface Streak {
  readonly kind: 'failing' | 'recovering' | 'degrading' | 'improving'
  readonly count: number
  /** When the first of them looked. */
  readonly startedAt: Instant
  /** When the latest that counts looked, while failing. */
  readonly latestAt?: Instant
}

export interface Standing {
  readonly status: 'pending' | 'up' | 'degraded' | 'down'
  /** Failing while not down is *suspect*, succeeding while down *recovering*. */
  readonly streak: Streak | null
  /** Latest code while down. */
  readonly cause: string | null
}

/** What people were warned of. */
export interface Warned {
  readonly subject: string
  readonly endsAt: string
  /** The last threshold told, in days. */
  readonly threshold: number
  /** Renewed since: the same certificate, seen again on one of several servers, is no news. */
  readonly isOver: boolean
}

export interface Flapping {
  /** When the latest outages opened, at most as many as make it flap. */
  readonly openings: readonly Instant[]
  readonly isFlapping: boolean
  /** When it last went down or came back. */
  readonly changedAt: Instant
}

/** Nothing was seen since; whether that was said. */
export interface Unseen {
  readonly since: Instant
  readonly isSaid: boolean
}

/** Everything the judge has in mind about a monitor: one JSON value in its row. */
export interface JudgeState extends Standing {
  readonly flapping: Flapping | null
  readonly warned: Warned | null
  readonly unseen: Unseen | null
}

export const UNJUDGED: JudgeState = {
  status: 'pending',
  streak: null,
  cause: null,
  flapping: null,
  warned: null,
  unseen: null,
}

/** What one look found, as far as it matters here. */
export interface Look {
  /** When it began. */
  readonly at: Instant
  readonly finishedAt: Instant
  readonly status: 'up' | 'degraded' | 'down' | 'unknown'
  readonly code: Code
  /** Absent: it did not get to see what may expire. */
  readonly expiry?: Expiry | undefined
}

/** What a look changed. Of one look there may be several, in the order they are to be written. */
export type Verdict =
  | {
      readonly kind: 'opened'
      readonly startedAt: Instant
      readonly detectedAt: Instant
      readonly failures: number
    }
  | { readonly kind: 'recaused' }
  | { readonly kind: 'resolved'; readonly resolvedAt: Instant }
  | { readonly kind: 'degraded'; readonly startedAt: Instant; readonly looks: number }
  /** `isWorse`: it is down now. */
  | { readonly kind: 'improved'; readonly at: Instant; readonly isWorse: boolean }
  /** A failure that was not confirmed: nobody is told. */
  | { readonly kind: 'blip'; readonly failures: number }
  /** From this opening on its outages are told in one message. */
  | { readonly kind: 'flapping' }
  | { readonly kind: 'steady' }
  | { readonly kind: 'warned'; readonly expiry: Expiry }
  /** A further threshold. */
  | { readonly kind: 'nearer'; readonly expiry: Expiry }
  /** `isRenewed` false: what we warn of was changed, not the certificate or the domain. */
  | { readonly kind: 'unwarned'; readonly expiry: Expiry; readonly isRenewed: boolean }
  | { readonly kind: 'unseen'; readonly since: Instant }
