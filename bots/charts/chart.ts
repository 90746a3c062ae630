import type { Instant } from '../../src/kernel/index.ts'

/** What was seen in one step of a strip. */
export type Mark = 'up' | 'degraded' | 'down' | 'none'

/** How one monitor was, step by step. */
export interface Strip {
  /** A stranger's words. */
  readonly name: string
  /** Such as `99.95 %`. */
  readonly figure: string
  readonly marks: readonly Mark[]
}

/** Milliseconds of good looks in one step. */
export interface Times {
  readonly minMs: number
  readonly avgMs: number
  readonly maxMs: number
}

/** Figures as a picture shows them: the same steps in all of it, the oldest first. */
export interface Chart {
  readonly from: Instant
  readonly to: Instant
  /** By whose clocks its times are. */
  readonly zone: string
  /** Such as `last 24 h`. */
  readonly period: string
  /** At most five. */
  readonly strips: readonly Strip[]
  /**
   * Response times of the one strip; null where nothing good was seen, `between` where no look fell
   * in the step of a monitor that is looked at more rarely.
   */
  readonly times?: readonly (Times | 'between' | null)[]
}
