import { BlockList } from 'node:net'
import { type Address, embedded, literal } from './address.ts'

/** Nobody watches these: unset, link-local with the clouds' metadata, multicast, broadcast. */
const NEVER = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '168.63.129.16/32',
  '100.100.100.200/32',
  '192.0.0.192/32',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
  'fd20:ce::254/128',
]

/** What an installation with strangers on it keeps to itself. */
const PRIVATE = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '198.18.0.0/15',
  '240.0.0.0/4',
  '::1/128',
  'fc00::/7',
  'fec0::/10',
]

function listOf(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [network = '', bits] = range.split('/')
    list.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

const listed = (list: BlockList, { address, family }: Address): boolean =>
  family === 4
    ? list.check(address, 'ipv4')
    : list.check(address.split('%', 1)[0]!, 'ipv6') ||
      embedded(address).some((inner) => list.check(inner, 'ipv4'))

/** Why an address may not be watched; nothing when it may. */
export type Guard = (address: Address) => 'reserved' | 'private' | undefined

export function openGuard(privateTargets: 'allow' | 'deny'): Guard {
  const never = listOf(NEVER)
  const kept = privateTargets === 'deny' ? listOf(PRIVATE) : undefined
  return (address) => {
    if (listed(never, address)) return 'reserved'
    return kept !== undefined && listed(kept, address) ? 'private' : undefined
  }
}

const isListed = openGuard('deny')

/** Whether an address is one of this machine or of a private network; names but `localhost` are not. */
export function isPrivate(host: string): boolean {
  if (/^(?:.+\.)?localhost$/i.test(host)) return true
  const address = literal(host)
  return address !== undefined && isListed(address) !== undefined
}
