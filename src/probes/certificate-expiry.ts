import { DAY, type Instant, toIso } from '../kernel/index.ts'
import type { Details, Expiry } from './outcome.ts'
import { thresholdOf } from './warn-days.ts'

type Certificate = NonNullable<Details['certificate']>

/**
 * Which thresholds make sense for a certificate that lives so long: one of 90 days is renewed with 30
 * left, so a warning at 30 would come every time.
 */
export const fittingDays = (days: readonly number[], lifetimeDays: number): readonly number[] =>
  days.filter((threshold) => threshold === 1 || threshold < lifetimeDays / 4)

const count = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

/** When a certificate, or what it stands on, ends; nothing where its dates are at fault already. */
export function certificateExpiry(
  certificate: Certificate,
  days: readonly number[],
  now: Instant,
): Expiry | undefined {
  const { problems, lifetimeDays, fingerprint256 } = certificate
  if (
    problems.some((code) =>
      ['tls_expired', 'tls_not_yet_valid', 'tls_chain_expired'].includes(code),
    )
  )
    return undefined
  const own = Date.parse(certificate.validTo)
  const chain = certificate.chainValidTo === null ? own : Date.parse(certificate.chainValidTo)
  const end = Math.min(own, chain)
  if (end <= now) return undefined
  const daysLeft = Math.floor((end - now) / DAY)
  const whose = chain < own ? 'a certificate it stands on' : 'certificate'
  return {
    code: 'cert_expiring',
    subject: fingerprint256,
    endsAt: toIso(end),
    daysLeft,
    threshold: thresholdOf(daysLeft, fittingDays(days, lifetimeDays)),
    message: `${whose} ends in ${count(daysLeft)} (${toIso(end).slice(0, 10)})`,
  }
}

/** Of two the one that ends first: a chain of redirects is as good as its worst. */
export const sooner = (a: Expiry | undefined, b: Expiry | undefined): Expiry | undefined =>
  a === undefined || (b !== undefined && b.endsAt < a.endsAt) ? b : a
