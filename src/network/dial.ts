import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Network } from './index.ts'

export type Trouble = { readonly why: string }

const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)

/**
 * A connection to a web address whose certificate is to be trusted, for whoever judges nothing of it;
 * `open` ends it. What goes wrong on the way is a reason, not an error.
 */
export async function dial(
  network: Network,
  url: URL,
  open: DisposableStack,
  signal: AbortSignal,
): Promise<Duplex | Trouble> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const found = await network.resolve(host, { ip4: true, ip6: true }, signal)
  if (!found.ok) return { why: found.failure.message }
  const met = await network.connect(found.value, portOf(url), signal)
  if (!met.ok) return { why: met.failure.message }
  const { socket } = met.value
  open.defer(() => void socket.destroy())
  if (url.protocol !== 'https:') return socket
  const shaken = await network.secure(socket, host, ['http/1.1'], signal)
  if (!shaken.ok) return { why: shaken.failure.message }
  const { certificate, distrust } = shaken.value
  open.defer(() => void shaken.value.socket.destroy())
  const name =
    isIP(host) === 0 ? certificate.checkHost(host, { subject: 'never' }) : certificate.checkIP(host)
  if (distrust !== undefined || name === undefined)
    return { why: `the certificate of ${host} is not to be trusted` }
  return shaken.value.socket
}
