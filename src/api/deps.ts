import type { Chance, Clock, Log } from '../kernel/index.ts'
import type { Looker } from '../monitors/index.ts'
import type { Messenger } from '../notifications/index.ts'
import type { Db, Sealer } from '../storage/index.ts'

/** How the process is, as `/healthz` shows it. */
export interface Health {
  /** False while starting and stopping. */
  readonly ready: boolean
  readonly status: 'ok' | 'degraded'
  readonly parts: Readonly<Record<string, string>>
}

/** How the checks of all accounts go; counted since start. */
export interface CheckCounts {
  readonly watched: number
  readonly running: number
  readonly skipped: number
  readonly missed: number
  readonly lateness: {
    /** Upper bounds of `within`, whose last is of all that is later. */
    readonly boundsMs: readonly number[]
    readonly within: readonly number[]
    readonly sumMs: number
  }
}

export interface ApiSettings {
  /** Where people reach us, its path included; null: as the request says. */
  readonly publicUrl: string | null
  readonly allowInsecureHttp: boolean
  /** CIDRs, addresses, or `loopback`: whose `X-Forwarded-*` are believed. */
  readonly trustedProxies: readonly string[]
  /** Whose pages may read answers, as browsers name them. */
  readonly corsOrigins: readonly string[]
  /** What becomes of parameters and fields nobody knows. */
  readonly unknown: 'reject' | 'ignore'
  /** Whether webhooks may be told in clear beyond this machine. */
  readonly allowInsecureWebhooks: boolean
  readonly version: string
}

export interface ApiDeps {
  readonly db: Db
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly sealer: Sealer
  readonly looker: Looker
  /** Whom channels are told by, by their kind. */
  readonly messengers: Readonly<Record<string, Messenger>>
  /** Why a literal host may not be watched. */
  readonly refusal: (host: string) => string | undefined
  readonly health: () => Health
  readonly counts: () => CheckCounts
  readonly settings: ApiSettings
}
