import type { Address, Family } from './address.ts'
import { failed, type Tried, worked } from './failure.ts'
import type { PingWay } from './icmp.ts'
import { pingByCommand } from './icmp-command.ts'
import { openIcmpSockets } from './icmp-socket.ts'

/** What came back of the pings sent to one address. */
export interface Pings {
  readonly address: Address
  readonly sent: number
  /** Milliseconds, of each packet that came back. */
  readonly rttsMs: readonly number[]
}

export type Ping = (
  addresses: readonly Address[],
  packets: number,
  signal: AbortSignal,
) => Promise<Tried<Pings>>

/** Ways of pinging in the order they are tried; tests bring their own. Each may fail to open. */
export type OpenWays = readonly (() => Promise<PingWay>)[]

const WAYS: OpenWays = [openIcmpSockets, async () => pingByCommand()]
const LOOPBACK: Readonly<Record<Family, string>> = { 4: '127.0.0.1', 6: '::1' }
const TEST_MS = 1000
/** Somebody may have mended it. */
const RETRY_MS = 10 * 60 * 1000

const CURES =
  'cannot ping here: allow it by the system setting net.ipv4.ping_group_range="0 2147483647", or install iputils-ping'

type Found = PingWay | 'none' | 'overloaded'

/** The first way that hears this machine answer itself; one that loses such packets is never used. */
async function findWay(ways: OpenWays, family: Family): Promise<Found> {
  let isOverloaded = false
  for (const open of ways) {
    try {
      const way = await open()
      const came = await way({ address: LOOPBACK[family], family }, 1, AbortSignal.timeout(TEST_MS))
      if (came.kind === 'heard' && came.rttsMs.length === 1) return way
      // A machine without that family at all: what it is asked for will say so.
      if (came.kind === 'unreachable' && came.code === 'network_unreachable') return way
      isOverloaded ||= came.kind === 'overloaded'
    } catch {
      // The next one may be there.
    }
  }
  return isOverloaded ? 'overloaded' : 'none'
}

const OVERLOADED = failed('connect', 'probe_overloaded', 'this machine is out of sockets')
const UNSURE = failed(
  'connect',
  'probe_overloaded',
  'no time was left to find out how to ping here',
)

function whenAborted(signal: AbortSignal): Promise<'late'> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('late')
    signal.addEventListener('abort', () => resolve('late'), { once: true })
  })
}

/** Pings by the first way that works, found out when it is first needed. */
export function openPing(ways: OpenWays = WAYS): Ping {
  const found = new Map<Family, { readonly at: number; readonly way: Promise<Found> }>()

  async function wayFor(family: Family): Promise<Found> {
    for (;;) {
      const known = found.get(family)
      if (known !== undefined) {
        const way = await known.way
        const isOld = performance.now() - known.at >= RETRY_MS
        if (way !== 'overloaded' && (way !== 'none' || !isOld)) return way
        // Several may have waited: one of them tries again.
        if (found.get(family) !== known) continue
        found.delete(family)
        if (way === 'overloaded') return way
      }
      found.set(family, { at: performance.now(), way: findWay(ways, family) })
    }
  }

  return async (addresses, packets, signal) => {
    let last = failed('connect', 'probe_unavailable', CURES)
    // IPv4 first where there are both.
    for (const address of addresses.toSorted((a, b) => a.family - b.family)) {
      const way = await Promise.race([wayFor(address.family), whenAborted(signal)])
      if (way === 'late') return UNSURE
      if (way === 'overloaded') return OVERLOADED
      if (way === 'none') continue
      const came = await way(address, packets, signal)
      if (came.kind === 'heard') return worked({ address, ...came })
      if (came.kind === 'overloaded') return OVERLOADED
      if (came.kind === 'broken') {
        found.delete(address.family)
        continue
      }
      last =
        came.code === 'host_unreachable'
          ? failed('connect', came.code, `no route to ${address.address}`)
          : failed('connect', came.code, `this machine has no IPv${address.family} network`)
      // Another family may have a network.
      if (came.code === 'host_unreachable') return last
    }
    return last
  }
}
