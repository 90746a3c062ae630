import type { PastIncident } from '../incidents/index.ts'
import { plain } from '../kernel/index.ts'
import { type Code, isMonitorType, type MonitorType } from '../probes/index.ts'

/** What other programs say of a failure, and what we call it. The first that fits. */
const WORDS: readonly (readonly [RegExp, Code])[] = [
  // These begin with the status that was well.
  [/keyword is not/i, 'body_missing'],
  [/but keyword is/i, 'body_forbidden'],
  [/JSON|but value is/, 'json_assertion'],
  [/\b(?:status(?: code)?:?|HTTP) [1-5]\d\d\b/i, 'http_status'],
  [/ECONNREFUSED|connection refused/i, 'connect_refused'],
  [/ENOTFOUND|NXDOMAIN/i, 'dns_nxdomain'],
  [/EAI_AGAIN|queryA+ ETIMEOUT/i, 'dns_timeout'],
  [/EHOSTUNREACH|ENETUNREACH|unreachable/i, 'host_unreachable'],
  [/ECONNRESET|socket hang up/i, 'connection_reset'],
  [/certificate has expired|CERT_HAS_EXPIRED/i, 'tls_expired'],
  [/self.signed/i, 'tls_self_signed'],
  [/ALTNAME|altnames/i, 'tls_hostname_mismatch'],
  [/unable to (?:verify|get)/i, 'tls_untrusted'],
  [/redirects/i, 'too_many_redirects'],
]
const TIMEOUT = /ETIMEDOUT|ESOCKETTIMEDOUT|timeout|timed out/i
const STATUS = /\b([1-5]\d\d)\b/
const LONGEST = 300

const TIMEOUT_OF: Readonly<Record<MonitorType, Code>> = {
  HTTP: 'response_timeout',
  API: 'response_timeout',
  PING: 'ping_timeout',
  PORT: 'connect_timeout',
  SSL: 'connect_timeout',
  DOMAIN: 'domain_not_found',
}
/** Where nothing was said that we know. */
const UNSAID_OF: Readonly<Record<MonitorType, Code>> = {
  ...TIMEOUT_OF,
  HTTP: 'http_protocol',
  API: 'http_protocol',
}

type Cause = Pick<PastIncident, 'code' | 'message' | 'httpStatus'>

/** Why a monitor of a type was down, from another program's words for it. */
export function causeOf(type: unknown, said: string): Cause {
  const kind = isMonitorType(type) ? type : 'HTTP'
  const message = said.trim() === '' ? 'no reason was kept' : plain(said, LONGEST)
  const known = WORDS.find(([pattern]) => pattern.test(said))?.[1]
  const code = known ?? (TIMEOUT.test(said) ? TIMEOUT_OF : UNSAID_OF)[kind]
  const status = code === 'http_status' ? STATUS.exec(said)?.[1] : undefined
  return { code, message, httpStatus: status === undefined ? null : Number(status) }
}
