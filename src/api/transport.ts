import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

const KEY_LIKE = /upty_[0-9A-Za-z]{8,}/g

const decodeOnce = (text: string): string =>
  text.replaceAll(/%[0-9a-f]{2}/gi, (code) =>
    String.fromCharCode(Number.parseInt(code.slice(1), 16)),
  )

/** What looks like a key in a URL, however it is encoded. */
export function keysInUrl(url: string): readonly string[] {
  const once = decodeOnce(url)
  const found = [url, once, decodeOnce(once)].flatMap((it) => it.match(KEY_LIKE) ?? [])
  return [...new Set(found)]
}

/** Every value a header was sent with, in order; what is merged or dropped elsewhere is here. */
export const sentValues = ({ rawHeaders }: IncomingMessage, name: string): readonly string[] =>
  rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]!.toLowerCase() === name)

const LOOPBACK = ['127.0.0.0/8', '::1/128']

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 4 ? 'ipv4' : 'ipv6')

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    if (isIP(address) === 0) continue
    const widest = isIP(address) === 4 ? 32 : 128
    list.addSubnet(address, bits === undefined ? widest : Number(bits), family(address))
  }
  return list
}

const within = (ranges: BlockList, address: string): boolean =>
  isIP(address) !== 0 && ranges.check(address, family(address))

const unmapped = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** One value of a header that proxies append to. */
const list = (header: string | string[] | undefined): readonly string[] =>
  header === undefined
    ? []
    : [header]
        .flat()
        .join(',')
        .split(',')
        .map((it) => it.trim())
        .filter((it) => it !== '')

const forwardedProtos = (headers: IncomingHttpHeaders): readonly string[] =>
  list(headers['forwarded'])
    .flatMap((hop) => hop.split(';'))
    .flatMap((pair) => /^\s*proto\s*=\s*"?([a-z]+)"?\s*$/i.exec(pair)?.[1] ?? [])
    .map((it) => it.toLowerCase())

/** How a request came to us. */
export interface Passage {
  /** Not encrypted on its way, as far as we can tell. */
  readonly isInsecure: boolean
  readonly isTls: boolean
  /** The client's address: the peer's, or what a trusted proxy says. */
  readonly ip: string
  /** Host and port people used, `localhost` when nobody said. */
  readonly host: string
}

const HOST = /^[A-Za-z0-9._~-]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/

/** Judges passages; `trusted` are the proxies whose word counts. */
export function buildPassages(
  trusted: readonly string[],
  allowInsecure: boolean,
): (request: IncomingMessage) => Passage {
  const loopback = blockList(LOOPBACK)
  const proxies = blockList(trusted.flatMap((it) => (it === 'loopback' ? LOOPBACK : [it])))
  return ({ headers, socket }) => {
    const peer = unmapped(socket.remoteAddress ?? '')
    const isProxy = within(proxies, peer)
    const isEncrypted = 'encrypted' in socket && socket.encrypted === true
    const protos = [
      ...list(headers['x-forwarded-proto']).map((it) => it.toLowerCase()),
      ...forwardedProtos(headers),
    ]
    const saysHttps = isProxy && protos.length > 0 && protos.every((it) => it === 'https')
    const cameClear = !isEncrypted && !within(loopback, peer) && !saysHttps
    const hops = list(headers['x-forwarded-for']).map(unmapped)
    const client = hops.findLast((hop) => !within(proxies, hop))
    const host = (isProxy ? list(headers['x-forwarded-host'])[0] : undefined) ?? headers.host ?? ''
    return {
      isInsecure: protos.includes('http') || (cameClear && !allowInsecure),
      isTls: isEncrypted || saysHttps,
      ip: isProxy && client !== undefined && isIP(client) !== 0 ? client : peer,
      host: HOST.test(host) ? host : 'localhost',
    }
  }
}
