/** How far a connection came. */
export type Phase = 'dns' | 'connect' | 'tls' | 'response'

/** A subset of the probes' codes: what can go wrong before there is an answer to judge. */
export type FailureCode =
  | 'dns_nxdomain'
  | 'dns_no_address'
  | 'dns_timeout'
  | 'dns_servfail'
  | 'dns_refused'
  | 'target_blocked'
  | 'connect_refused'
  | 'connect_timeout'
  | 'host_unreachable'
  | 'network_unreachable'
  | 'connection_reset'
  | 'port_unreachable'
  | 'udp_no_reply'
  | 'tls_timeout'
  | 'tls_handshake'
  | 'response_timeout'
  | 'response_headers_too_large'
  | 'http_protocol'
  | 'probe_overloaded'
  | 'probe_unavailable'

/** The far side's trouble (or ours), as a value. */
export interface Failure {
  readonly phase: Phase
  readonly code: FailureCode
  /** One sentence without capital and full stop. May quote strangers: pass it through `plain`. */
  readonly message: string
}

export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export const worked = <T>(value: T): Tried<T> => ({ ok: true, value })

export const failed = (
  phase: Phase,
  code: FailureCode,
  message: string,
): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: { phase, code, message },
})

/** Node's `code` of an error, '' where it has none. Texts are never looked at. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** Codes that say that this process or machine is out of sockets or ports. */
export const OUT_OF_SOCKETS: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EAGAIN',
])
