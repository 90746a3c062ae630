import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { DAY, type Instant, plain, toIso } from '../kernel/index.ts'
import type { Code, Details } from './outcome.ts'

type Certificate = NonNullable<Details['certificate']>

/** What is wrong with a certificate, the first to be told first. */
interface Problem {
  readonly code: Code
  readonly message: string
}

/** What a handshake showed. */
export interface Shown {
  readonly certificate: X509Certificate
  /** Those it stands on, as far as they were shown or are known here. */
  readonly chain: readonly X509Certificate[]
  readonly distrust: string | undefined
}

export interface Judgement {
  readonly certificate: Certificate
  readonly problem: Problem | undefined
}

/** What `Secured.distrust` means, by OpenSSL's names; what is not here is not trusted. */
const DISTRUST: Readonly<Record<string, Code | 'expiry'>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_self_signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_incomplete_chain',
  CERT_HAS_EXPIRED: 'expiry',
  CERT_NOT_YET_VALID: 'expiry',
  // Node has no name for weak hashes, short keys and issuers that may not sign.
  UNSPECIFIED: 'tls_weak',
  EE_KEY_TOO_SMALL: 'tls_weak',
  CA_KEY_TOO_SMALL: 'tls_weak',
  CA_MD_TOO_WEAK: 'tls_weak',
  INVALID_CA: 'tls_weak',
}

const fits = (x509: X509Certificate, host: string): boolean =>
  isIP(host) === 0
    ? x509.checkHost(host.replace(/\.$/, ''), { subject: 'never', partialWildcards: false }) !==
      undefined
    : x509.checkIP(host) !== undefined

function namesOf(x509: X509Certificate): string[] {
  // Node quotes a name that holds a comma, so that this cannot be tricked into two.
  const list = x509.subjectAltName?.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? []
  return list.flatMap((entry) => {
    const [, name] = /^\s*(?:DNS|IP Address):(.*)$/s.exec(entry) ?? []
    return name === undefined ? [] : [plain(name, 253)]
  })
}

/** `CN=…` (else `O=…`, else all) of a distinguished name. */
function nameOf(lines: string): string {
  for (const key of ['CN=', 'O=']) {
    const line = lines.split('\n').find((it) => it.startsWith(key))
    if (line !== undefined) return plain(line.slice(key.length), 120)
  }
  return plain(lines.replaceAll('\n', ', '), 120)
}

const day = (at: Instant): string => toIso(at).slice(0, 10)

function ago(ms: number): string {
  const count = Math.floor(ms / DAY)
  if (count === 0) return 'less than a day ago'
  return count === 1 ? '1 day ago' : `${count} days ago`
}

function some(names: readonly string[]): string {
  if (names.length === 0) return 'no name at all'
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}

/** `RSA 2048`, `EC prime256v1`, `ED25519`. */
function keyOf({ publicKey }: X509Certificate): string {
  const type = (publicKey.asymmetricKeyType ?? 'unknown').toUpperCase()
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {}
  return [type, modulusLength ?? namedCurve].filter((it) => it !== undefined).join(' ')
}

/** Says everything that is wrong with the certificate `host` showed. */
export function judgeCertificate(
  { certificate: x509, chain, distrust }: Shown,
  host: string,
  now: Instant,
): Judgement {
  const from = x509.validFromDate.getTime()
  const to = x509.validToDate.getTime()
  const names = namesOf(x509)
  const issuer = nameOf(x509.issuer)
  const problems: Problem[] = []
  const tell = (code: Code, message: string) => problems.push({ code, message })

  if (now > to) tell('tls_expired', `certificate expired ${day(to)}, ${ago(now - to)}`)
  if (now < from) tell('tls_not_yet_valid', `certificate is valid only from ${day(from)}`)
  const datesTold = problems.length > 0
  if (!fits(x509, host))
    tell('tls_hostname_mismatch', `certificate is for ${some(names)}, not ${host}`)
  const why = distrust === undefined ? undefined : (DISTRUST[distrust] ?? 'tls_untrusted')
  switch (why) {
    case undefined:
      break
    case 'expiry':
      if (!datesTold) tell('tls_chain_expired', 'an intermediate certificate has expired')
      break
    case 'tls_self_signed':
      tell(why, 'certificate is signed by itself')
      break
    case 'tls_incomplete_chain':
      tell(
        why,
        `the server does not send the intermediate certificate of ${issuer} (browsers may still work, many clients fail)`,
      )
      break
    case 'tls_weak':
      tell(why, 'certificate uses SHA-1, a key too short, or an issuer that may not sign')
      break
    default:
      tell(why, `certificate is signed by an authority we do not trust: ${issuer}`)
  }
  const chainEnds = chain.map(({ validToDate }) => validToDate.getTime())

  return {
    problem: problems[0],
    certificate: {
      subject: nameOf(x509.subject),
      issuer,
      names,
      validFrom: toIso(from),
      validTo: toIso(to),
      daysLeft: Math.floor((to - now) / DAY),
      lifetimeDays: Math.round((to - from) / DAY),
      fingerprint256: x509.fingerprint256,
      chainValidTo: chainEnds.length === 0 ? null : toIso(Math.min(...chainEnds)),
      key: keyOf(x509),
      signature: plain(x509.signatureAlgorithm ?? 'unknown', 60),
      problems: problems.map(({ code }) => code),
    },
  }
}
