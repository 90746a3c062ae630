import type { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import {
  connect as startTls,
  type DetailedPeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls'
import { codeOf, failed, type Tried, worked } from './failure.ts'

export interface Secured {
  readonly socket: TLSSocket
  readonly certificate: X509Certificate
  /** Its issuers, the nearest first. */
  readonly chain: readonly X509Certificate[]
  /** OpenSSL's name for why the chain is not trusted, names not looked at; nothing: it is. */
  readonly distrust: string | undefined
}

/** Ends of `ERR_SSL_…` codes, and what they mean to the owner of the server. */
const ALERTS: readonly (readonly [end: RegExp, meaning: string])[] = [
  [
    /WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$|HTTP_REQUEST$/,
    'what answers does not speak TLS',
  ],
  [/NO_APPLICATION_PROTOCOL$/, 'it does not offer HTTP/1.1 (perhaps HTTP/2 alone)'],
  [/PROTOCOL_VERSION$|UNSUPPORTED_PROTOCOL$/, 'it has no TLS version from 1.2 on'],
  [/UNRECOGNIZED_NAME$/, 'it knows no site of that name'],
  [/CERTIFICATE_REQUIRED$/, 'it asks for a certificate of ours'],
  [/HANDSHAKE_FAILURE$|NO_SHARED_CIPHER$/, 'it has no cipher in common with us'],
]

const CUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])

/** What a TLS failure of `host` is called; `code` is Node's. */
export function toTlsFailure(host: string, code: string): ReturnType<typeof failed> {
  if (CUT.has(code))
    return failed('tls', 'connection_reset', `${host} cut the connection during the TLS handshake`)
  const known = ALERTS.find(([end]) => end.test(code))?.[1]
  const alert = code
    .replace(/^ERR_SSL_/, '')
    .replaceAll('_', ' ')
    .toLowerCase()
  const why = known ?? (alert === '' ? 'it broke off' : alert)
  return failed('tls', 'tls_handshake', `the TLS handshake with ${host} failed: ${why}`)
}

const LONGEST_CHAIN = 10

function issuersOf(certificate: X509Certificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  let next = certificate.issuerCertificate
  // A root is its own issuer.
  while (
    next !== undefined &&
    chain.length < LONGEST_CHAIN &&
    next.fingerprint256 !== chain.at(-1)?.fingerprint256
  ) {
    chain.push(next)
    next = next.issuerCertificate
  }
  return chain
}

const unread = () => ({}) as DetailedPeerCertificate

/** Starts TLS on a connected socket and judges nothing; an IP address is not sent as a name. */
export function secure(
  raw: Socket,
  host: string,
  context: SecureContext,
  alpn: readonly string[],
  signal: AbortSignal,
): Promise<Tried<Secured>> {
  return new Promise((resolve) => {
    const socket = startTls({
      socket: raw,
      servername: isIP(host) === 0 ? host.replace(/\.$/, '') : '',
      secureContext: context,
      rejectUnauthorized: false,
      // Left to Node, a wrong name would hide what it thinks of the chain.
      checkServerIdentity: () => undefined,
      ...(alpn.length > 0 && { ALPNProtocols: [...alpn] }),
    })
    // Node takes the whole chain apart before it asks for our judgement of names, which needs none of it.
    socket.getPeerCertificate = unread
    const end = (result: Tried<Secured>) => {
      signal.removeEventListener('abort', giveUp)
      // Takes the socket beneath with it.
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    const giveUp = () =>
      end(failed('tls', 'tls_timeout', `${host} did not finish the TLS handshake in time`))
    // Stays for the socket's whole life: an error nobody listens to would end the process.
    socket.on('error', (error) => end(toTlsFailure(host, codeOf(error))))
    socket.once('close', () => end(toTlsFailure(host, 'ECONNRESET')))
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate()
      if (certificate === undefined) return end(toTlsFailure(host, ''))
      // Typed as an Error, but Node puts its code there.
      const distrust = socket.authorizationError as unknown as string | null | undefined
      end(
        worked({
          socket,
          certificate,
          chain: issuersOf(certificate),
          distrust: distrust ?? undefined,
        }),
      )
    })
    if (raw.destroyed) return end(toTlsFailure(host, 'ECONNRESET'))
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
  })
}
