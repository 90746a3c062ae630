import type { z } from 'zod'
import type { Clock, Instant } from '../kernel/index.ts'
import type { Network } from '../network/index.ts'
import type { Outcome } from './outcome.ts'

/** What a probe needs of a monitor. `options` has passed the kind's own schema. */
export interface Target<Options = unknown> {
  readonly url: string
  readonly timeoutMs: number
  /** Somebody asks for it now. */
  readonly isAsked?: boolean
  readonly options: Options
}

/** What is known of a domain's registration. */
export type Registration =
  | {
      readonly kind: 'known'
      /** Null: its registry publishes none. */
      readonly expiresAt: Instant | null
      readonly registrar: string | null
      /** As EPP names them, `clientHold`. */
      readonly statuses: readonly string[]
      readonly source: 'rdap' | 'whois'
      readonly checkedAt: Instant
    }
  | { readonly kind: 'absent'; readonly checkedAt: Instant }
  /** Nothing was ever heard of it, or nothing for weeks. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly nextAt: Instant | null }

/** Whoever knows of registrations; polite to those who know it first. */
export interface Registry {
  /** `domain` as registered, in ASCII. `maxAgeMs`: older answers are asked for anew. Never throws. */
  ask(domain: string, maxAgeMs: number, signal: AbortSignal): Promise<Registration>
}

export interface Tools {
  readonly clock: Clock
  readonly network: Network
  readonly registry: Registry
  /** Sent by HTTP probes: `Uptalk/<version> (+<where>)`. */
  readonly userAgent: string
}

/**
 * Looks at `target` once and says what it saw. A probe keeps no state, writes no rows, never
 * retries, answers by `timeoutMs` at the latest and gives up when `signal` aborts. It may throw only
 * for a bug of ours.
 */
export type Probe<Options> = (
  target: Target<Options>,
  signal: AbortSignal,
  tools: Tools,
) => Promise<Outcome>

/** One type of monitor: everything the other rooms need to know of it. */
export interface ProbeKind<Options = unknown> {
  /** Wire name of the options object, `httpInfo` for HTTP. */
  readonly optionsName: string
  readonly defaultIntervalSeconds: number
  /** An address as people type it, for documentation. */
  readonly example: string
  /** Takes the address as typed and gives it as kept; messages complete "url …". */
  readonly address: z.ZodType<string, string>
  /** The host of a kept address as `URL.hostname` has it, without brackets; null: it names none. */
  hostOf(address: string): string | null
  /** Every option has a default, so that `{}` is valid. Strict: unknown keys are refused. */
  readonly options: z.ZodType<Options>
  /** Names of options that are secret: sealed at rest, never logged, never shown. */
  readonly secrets: readonly string[]
  /** What a healthy answer is, for "Expected HTTP 200–299". */
  expected(options: Options): string
  /** A `Probe`; written as a method so that kinds with different options fit one register. */
  look(...asked: Parameters<Probe<Options>>): ReturnType<Probe<Options>>
}
