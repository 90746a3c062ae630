import { isIP } from 'node:net'

export type Family = 4 | 6

/** An IP address. */
export interface Address {
  readonly address: string
  readonly family: Family
}

/** Which families may be used. */
export interface Families {
  readonly ip4: boolean
  readonly ip6: boolean
}

export const allows = (families: Families, family: Family): boolean =>
  family === 4 ? families.ip4 : families.ip6

/** The address that `host` is, brackets taken off; nothing for a name. */
export function literal(host: string): Address | undefined {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  const family = isIP(bare)
  return family === 4 || family === 6 ? { address: bare, family } : undefined
}

/** `host:port` as people write it. */
export const hostPort = (host: string, port: number): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]:${port}` : `${host}:${port}`

const numbers = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))

/** The eight groups of an IPv6 address; a zone is left out. */
export function groupsOf(address: string): readonly number[] {
  const bare = address.split('%', 1)[0]!
  // The URL parser turns a dotted tail into groups.
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const before = numbers(head)
  if (tail === undefined) return before
  const after = numbers(tail)
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0)
  return [...before, ...gap, ...after]
}

const dotted = (high: number, low: number): string =>
  [high >> 8, high & 255, low >> 8, low & 255].join('.')

/** IPv4 addresses that an IPv6 address leads to: mapped, compatible, translated, NAT64, 6to4. */
export function embedded(address: string): readonly string[] {
  const groups = groupsOf(address)
  const [g0, g1, g2, g3, g4, g5, g6, g7] = groups as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const tail = dotted(g6, g7)
  const zeros = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  if (zeros(0, 6)) return g6 === 0 && g7 <= 1 ? [] : [tail]
  if (zeros(0, 5) && g5 === 0xffff) return [tail]
  if (zeros(0, 4) && g4 === 0xffff && g5 === 0) return [tail]
  if (g0 === 0x64 && g1 === 0xff9b && zeros(2, 6)) return [tail]
  if (g0 === 0x64 && g1 === 0xff9b && g2 === 1) {
    // RFC 6052 splits the address around bits 64 to 71; a network may also cut its own /96 from it.
    const split = dotted(g3, ((g4 & 255) << 8) | (g5 >> 8))
    return g6 === 0 && g7 === 0 ? [split] : zeros(3, 6) ? [tail] : [split, tail]
  }
  if (g0 === 0x2002) return [dotted(g1, g2)]
  return []
}
