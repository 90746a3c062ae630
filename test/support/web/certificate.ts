import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { isIP } from 'node:net'

const DAY = 24 * 3600 * 1000

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body])
  const size = Buffer.from(body.length.toString(16).padStart(4, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x82]), size, body])
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const bits = (bytes: Uint8Array) => der(0x03, Buffer.from([0]), bytes)
const integer = (value: number) => der(0x02, Buffer.from([value]))
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const time = (at: number) =>
  der(0x18, Buffer.from(new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, '')))
const commonName = (name: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
const extension = (id: string, value: Uint8Array) => sequence(oid(id), der(0x04, value))
const algorithm = (hash: 'sha256' | 'sha1') =>
  sequence(oid(hash === 'sha256' ? '2a8648ce3d040302' : '2a8648ce3d0401'))

export interface Paper {
  readonly name: string
  readonly key: KeyObject
  /** PEM. */
  readonly cert: string
}

interface Wanted {
  readonly name: string
  /** Alternative names: DNS names and IPv4 addresses. */
  readonly names?: readonly string[]
  /** Days from now. */
  readonly from?: number
  readonly to?: number
  readonly issuer?: Paper
  readonly authority?: boolean
  readonly hash?: 'sha256' | 'sha1'
  /** Its own keys; made by P-256 unless given. */
  readonly pair?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
}

let serial = 0

/** Writes an X.509 certificate, signed by `issuer` or by itself. */
export function certificate(wanted: Wanted): Paper {
  const { name, names = [], from = -10, to = 100, issuer, authority = false } = wanted
  const pair = wanted.pair ?? generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const hash = wanted.hash ?? 'sha256'
  const now = Date.now()
  serial = (serial % 120) + 1
  const alternatives = names.map((it) =>
    isIP(it) === 4 ? der(0x87, Buffer.from(it.split('.').map(Number))) : der(0x82, Buffer.from(it)),
  )
  const extensions = [
    ...(authority ? [extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))] : []),
    ...(names.length > 0 ? [extension('551d11', sequence(...alternatives))] : []),
  ]
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    algorithm(hash),
    commonName(issuer?.name ?? name),
    sequence(time(now + from * DAY), time(now + to * DAY)),
    commonName(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, sequence(...extensions))] : []),
  )
  const signature = sign(hash, body, issuer?.key ?? pair.privateKey)
  const whole = sequence(body, algorithm(hash), bits(signature)).toString('base64')
  const lines = whole.match(/.{1,64}/g)!.join('\n')
  const cert = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
  return { name, key: pair.privateKey, cert }
}

export const pemOf = (key: KeyObject): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString()
