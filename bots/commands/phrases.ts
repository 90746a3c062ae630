import { DAY, type Instant, MINUTE, SECOND } from '../../src/kernel/index.ts'
import type { Code } from '../../src/probes/index.ts'
import { name, type Run, time, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'
import { formatDuration, inMilliseconds, inSeconds } from './words.ts'

const SAYS = {
  cause: '{message} ({code})',
  since: '{clock} ({ago})',
  dayAndClock: '{day} {clock}',
  onIt: '{person} is on it',
  number: '#{number}',
  downOf: '{count} of {total} down',
  page: 'page {page}/{pages}',
  httpStatus: 'HTTP {status}',
  causes: {
    ok: 'all well',
    slow: 'slow',
    dns_nxdomain: 'no such host name',
    dns_no_address: 'host name without an address',
    dns_timeout: 'name look-up timed out',
    dns_servfail: 'name servers failed',
    dns_refused: 'name servers refused',
    connect_refused: 'connection refused',
    connect_timeout: 'connect timed out',
    host_unreachable: 'host unreachable',
    network_unreachable: 'no network here',
    connection_reset: 'connection cut',
    tls_timeout: 'TLS timed out',
    tls_handshake: 'TLS handshake broke',
    tls_expired: 'certificate expired',
    tls_not_yet_valid: 'certificate not valid yet',
    tls_hostname_mismatch: 'certificate for another name',
    tls_self_signed: 'self-signed certificate',
    tls_untrusted: 'certificate not trusted',
    tls_incomplete_chain: 'certificate chain incomplete',
    tls_chain_expired: 'certificate chain expired',
    tls_weak: 'weak TLS',
    response_timeout: 'no answer in time',
    body_timeout: 'answer too slow',
    http_protocol: 'not proper HTTP',
    response_headers_too_large: 'answer headers too large',
    http_status: 'unexpected status',
    too_many_redirects: 'too many redirects',
    redirect_invalid: 'broken redirect',
    redirect_unsafe: 'redirect to a forbidden place',
    redirect_downgrade: 'redirect to plain HTTP',
    body_missing: 'expected text missing',
    body_forbidden: 'forbidden text found',
    body_encoding: 'answer unreadable',
    response_too_large: 'answer too large',
    json_invalid: 'answer is not JSON',
    json_assertion: 'answer not as expected',
    target_blocked: 'address not allowed here',
    port_expect: 'unexpected answer',
    port_unreachable: 'UDP port closed',
    udp_no_reply: 'no UDP reply',
    ping_timeout: 'no reply to pings',
    packet_loss: 'pings lost',
    cert_expiring: 'certificate expiring',
    domain_expiring: 'domain expiring',
    domain_expired: 'domain expired',
    domain_not_found: 'domain not registered',
    domain_hold: 'domain on hold',
    domain_redemption: 'domain about to be deleted',
    domain_no_expiry: 'registry gives no date',
    registry_unavailable: 'registry not answering',
    probe_unavailable: 'cannot ping here',
    probe_overloaded: 'we were overloaded',
    internal: 'trouble on our side',
  },
} as const

/** A length of time where a glance is enough: `12 s`, `12 min`, `2 h 05 min`, `41 d`. */
export function formatAge(ms: number): string {
  const unit = ms >= 2 * DAY ? DAY : ms >= MINUTE ? MINUTE : 1
  return formatDuration(Math.floor(ms / unit) * unit)
}

/** `182 ms`, `2.4 s` */
export const formatMs = (ms: number): string =>
  ms < SECOND ? inMilliseconds(Math.round(ms)) : inSeconds((ms / SECOND).toFixed(1))

/** What a code means, in two or three words: `connection refused`, `HTTP 502`. */
export function causeWords(code: string, httpStatus?: number | null): string {
  if (code === 'http_status' && httpStatus != null)
    return words(SAYS.httpStatus, { status: httpStatus })
  return Object.hasOwn(SAYS.causes, code) ? SAYS.causes[code as Code] : code.replaceAll('_', ' ')
}

/** What a look saw, with the code that programs know it by. */
export const causeRuns = (message: string, code: string | null): Run[] =>
  fill(SAYS.cause, { message: verbatim(message), code: String(code) })

/** `14:02:07 UTC (12 min ago)` */
export const sinceRuns = (at: Instant): Run[] =>
  fill(SAYS.since, { clock: time(at, 'clock'), ago: time(at, 'relative') })

/** `17 Mar 14:02:07 UTC` */
export const dayAndClock = (at: Instant): Run[] =>
  fill(SAYS.dayAndClock, { day: time(at, 'date'), clock: time(at, 'clock') })

/** Who acknowledged it. */
export const onItRuns = (person: string): Run[] => fill(SAYS.onIt, { person: name(person) })

/** `#128`, by which it can be asked for. */
export const numberRuns = (number: number): Run[] => fill(SAYS.number, { number })

/** `1 of 12 down` */
export const downOf = (count: number, total: number): string => words(SAYS.downOf, { count, total })

/** Where one is in a list of several pages. */
export const pageWords = (page: number, pages: number): string => words(SAYS.page, { page, pages })
