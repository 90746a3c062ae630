import type { PastIncident } from '../incidents/index.ts'
import type { Instant } from '../kernel/index.ts'
import type { PastHistory } from '../stats/index.ts'

/** What another program was told to watch, or why that cannot be watched here. */
export type Wanted =
  | {
      /** A configuration in our names. */
      readonly config: Readonly<Record<string, unknown>>
      /** What is not as it was, a sentence each. */
      readonly notes: readonly string[]
    }
  | { readonly refusal: string }

/** What another program saw of one monitor. */
export interface Past {
  readonly history: PastHistory
  /** Oldest first. */
  readonly incidents: readonly PastIncident[]
  readonly notes: readonly string[]
}

export interface SourceMonitor {
  /** `kuma:12`; by it a second run knows it again. */
  readonly reference: string
  readonly name: string
  /** In the other program's word. */
  readonly type: string
  readonly wanted: Wanted
  /** Reads all there is; takes as long as there is much. */
  readPast(bounds: PastBounds): Promise<Past>
}

/** How far back each kind of history is kept here. */
export interface PastBounds {
  readonly now: Instant
  readonly looksFrom: Instant
  readonly hoursFrom: Instant
  readonly daysFrom: Instant
}

/** Another program's monitors, open to be read. */
export interface Source {
  readonly monitors: readonly SourceMonitor[]
  /** What stays behind, by how many there are. */
  readonly left: { readonly notifications: number; readonly statusPages: number }
}

/** The other program's data cannot be had; `message` says what to do. */
export class SourceTrouble extends Error {
  override readonly name = 'SourceTrouble'
  /** 1: it is not what was said; 3: out of reach. */
  readonly exitCode: 1 | 3

  constructor(message: string, exitCode: 1 | 3, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}
