/** `unknown`: we could not look, charged to nobody. */
export type LookStatus = 'up' | 'degraded' | 'down' | 'unknown'

/** Class, status and meaning of every code. Closed: adding one changes the API. */
export const CODES = {
  ok: 'none',
  slow: 'warning',
  dns_nxdomain: 'network',
  dns_no_address: 'network',
  dns_timeout: 'network',
  dns_servfail: 'network',
  dns_refused: 'network',
  connect_refused: 'network',
  connect_timeout: 'network',
  host_unreachable: 'network',
  network_unreachable: 'ours',
  connection_reset: 'network',
  tls_timeout: 'tls',
  tls_handshake: 'tls',
  tls_expired: 'tls',
  tls_not_yet_valid: 'tls',
  tls_hostname_mismatch: 'tls',
  tls_self_signed: 'tls',
  tls_untrusted: 'tls',
  tls_incomplete_chain: 'tls',
  tls_chain_expired: 'tls',
  tls_weak: 'tls',
  response_timeout: 'network',
  body_timeout: 'network',
  http_protocol: 'content',
  response_headers_too_large: 'content',
  http_status: 'content',
  too_many_redirects: 'content',
  redirect_invalid: 'content',
  redirect_unsafe: 'content',
  redirect_downgrade: 'warning',
  body_missing: 'content',
  body_forbidden: 'content',
  body_encoding: 'content',
  response_too_large: 'content',
  json_invalid: 'content',
  json_assertion: 'content',
  target_blocked: 'content',
  port_expect: 'content',
  port_unreachable: 'network',
  udp_no_reply: 'network',
  ping_timeout: 'network',
  packet_loss: 'warning',
  cert_expiring: 'expiry',
  domain_expiring: 'expiry',
  domain_expired: 'registry',
  domain_not_found: 'registry',
  domain_hold: 'registry',
  domain_redemption: 'registry',
  domain_no_expiry: 'ours',
  registry_unavailable: 'ours',
  probe_unavailable: 'ours',
  probe_overloaded: 'ours',
  internal: 'ours',
} as const satisfies Record<
  string,
  'none' | 'network' | 'tls' | 'content' | 'registry' | 'warning' | 'expiry' | 'ours'
>

export type Code = keyof typeof CODES

/** What a look that ended with `code` says of its monitor. */
export function statusOf(code: Code): LookStatus {
  switch (CODES[code]) {
    case 'none':
      return 'up'
    case 'warning':
    case 'expiry':
      return 'degraded'
    case 'ours':
      return 'unknown'
    default:
      return 'down'
  }
}

/** What a look came to. The message may quote strangers. */
export interface Finding {
  readonly code: Code
  readonly message: string
}

/** Milliseconds, each a phase's own length, summed over redirects; absent: the phase was not reached. */
export interface Timings {
  readonly dns?: number
  readonly connect?: number
  readonly tls?: number
  readonly firstByte?: number
  readonly body?: number
  readonly total: number
}

export interface Details {
  readonly address?: string
  readonly family?: 4 | 6
  readonly http?: {
    readonly status: number
    readonly finalUrl: string
    readonly redirects: number
    readonly bytes: number
    readonly truncated: boolean
  }
  readonly certificate?: {
    readonly subject: string
    readonly issuer: string
    readonly names: readonly string[]
    /** ISO 8601. */
    readonly validFrom: string
    readonly validTo: string
    readonly daysLeft: number
    readonly lifetimeDays: number
    readonly fingerprint256: string
    /** When the first of those it stands on ends, ISO 8601; null: none was shown. */
    readonly chainValidTo: string | null
    /** `RSA 2048`, `EC prime256v1`, `ED25519`. */
    readonly key: string
    /** `ecdsa-with-SHA256` */
    readonly signature: string
    readonly problems: readonly Code[]
  }
  readonly domain?: {
    /** As registered: `example.co.uk`. */
    readonly name: string
    /** ISO 8601; null: the registry publishes none. */
    readonly expiresAt: string | null
    readonly daysLeft: number | null
    readonly registrar: string | null
    readonly statuses: readonly string[]
    readonly source: 'rdap' | 'whois'
    /** ISO 8601: when the registry was asked. */
    readonly checkedAt: string
  }
  readonly ping?: {
    readonly sent: number
    readonly received: number
    readonly lossPercent: number
    /** Milliseconds, three decimals; null: no reply. */
    readonly rttMinMs: number | null
    readonly rttAvgMs: number | null
    readonly rttMaxMs: number | null
  }
}

/**
 * When what this look saw ends: a certificate or a registration. It is there whatever else was found,
 * also while it is far away; a look that did not get to see one leaves it out.
 */
export interface Expiry {
  readonly code: 'cert_expiring' | 'domain_expiring'
  /** What ends: the certificate's fingerprint, the domain's name. */
  readonly subject: string
  /** ISO 8601. */
  readonly endsAt: string
  readonly daysLeft: number
  /** The least of the monitor's `warnDays` that has been crossed; null: none yet. */
  readonly threshold: number | null
  /** `certificate ends in 13 days (2026-12-08)` */
  readonly message: string
}

/** What one look found, not yet stored. */
export interface Outcome {
  readonly status: LookStatus
  readonly code: Code
  /** One sentence for a person, without markup or control characters, at most 300 characters. */
  readonly message: string
  /** The whole probe, monotonic milliseconds, rounded; of pings the average round trip. */
  readonly durationMs: number
  readonly timings: Timings
  readonly details?: Details
  readonly expiry?: Expiry
}
