import type { Id, Instant, MonitorId } from '../kernel/index.ts'
import type { Outcome } from '../probes/index.ts'
import type { AccountDb } from '../storage/index.ts'

/** One look and why it was made. */
export interface Check {
  readonly id: Id<'check'>
  readonly monitorId: MonitorId
  readonly cause: 'schedule' | 'retry' | 'manual' | 'resume' | 'verification'
  readonly startedAt: Instant
  readonly finishedAt: Instant
  readonly outcome: Outcome
}

/** Looks when asked to. The engine does in its own process; elsewhere a row asks the one that runs. */
export interface Looker {
  /**
   * Looks now, or joins a look already running. A paused monitor is looked at and reported on, but
   * its state stays; so does every state where it is for a verification.
   * @throws Fault `monitor_unknown`
   */
  check(db: AccountDb, id: MonitorId, cause?: 'manual' | 'verification'): Promise<Check>
  /** Something was changed that the engine should notice now rather than in a moment. */
  nudge(): void
}
