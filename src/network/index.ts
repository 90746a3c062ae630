import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import type { Socket } from 'node:net'
import { type Address, type Families, literal } from './address.ts'
import { connect, type Connected } from './connect.ts'
import { ask, type Datagrams } from './datagram.ts'
import { failed, type Tried } from './failure.ts'
import { openGuard } from './guard.ts'
import { openResolve } from './resolve.ts'
import { openPing, type OpenWays, type Pings } from './ping.ts'
import { secure, type Secured } from './secure.ts'

export type { Address, Families } from './address.ts'
export { dial, type Trouble } from './dial.ts'
export { exchange, isProtocolError } from './exchange.ts'
export { codeOf, type Tried } from './failure.ts'
export { isPrivate } from './guard.ts'
export type { Pings } from './ping.ts'

/**
 * The one way out. What the far side does wrong is a value; an aborted `signal` is the timeout of
 * the step it fell into, and leaves no socket behind.
 */
export interface Network {
  /** The addresses of a name or a literal host, those the guard refuses left out. */
  resolve(host: string, families: Families, signal: AbortSignal): Promise<Tried<readonly Address[]>>
  /** A connected socket to the first address that answers; the caller's to destroy. */
  connect(
    addresses: readonly Address[],
    port: number,
    signal: AbortSignal,
  ): Promise<Tried<Connected>>
  /** Asks by UDP, again every second, and gives the address that replied enough; no socket is left. */
  ask(
    addresses: readonly Address[],
    port: number,
    datagrams: Datagrams,
    signal: AbortSignal,
  ): Promise<Tried<Address>>
  /**
   * Pings the first of the addresses this machine has a network for, IPv4 before IPv6; that nothing
   * came back is no failure here.
   */
  ping(addresses: readonly Address[], packets: number, signal: AbortSignal): Promise<Tried<Pings>>
  /** TLS on a connected socket, every certificate accepted; the caller judges what it is handed. */
  secure(
    socket: Socket,
    host: string,
    alpn: readonly string[],
    signal: AbortSignal,
  ): Promise<Tried<Secured>>
  /**
   * Why a literal host (as `URL.hostname` has it) may not be watched, for refusing it early; nothing
   * for names, which are judged when they are looked up.
   */
  refusal(host: string): string | undefined
}

export interface NetworkPolicy {
  readonly privateTargets: 'allow' | 'deny'
  /** `ip` or `ip:port`, instead of resolv.conf's. */
  readonly dnsServers?: readonly string[] | undefined
}

/** The ground a network stands on; tests bring their own. Null: no such file. */
export interface Ground {
  readonly hostsFile: string | null
  readonly resolvConf: string | null
  /** Certificates (PEM) trusted besides Node's own. */
  readonly trust: readonly string[]
  /** Ways of pinging, the best first. */
  readonly pingWays: OpenWays
}

const HOSTS_FILE =
  process.platform === 'win32' ? 'C:\\Windows\\System32\\drivers\\etc\\hosts' : '/etc/hosts'

export function openNetwork(policy: NetworkPolicy, ground: Partial<Ground> = {}): Network {
  const named = policy.dnsServers !== undefined && policy.dnsServers.length > 0
  const guard = openGuard(policy.privateTargets)
  const ping = openPing(ground.pingWays)
  const lookUp = openResolve({
    dnsServers: policy.dnsServers,
    hostsFile: HOSTS_FILE,
    resolvConf: named ? null : '/etc/resolv.conf',
    ...ground,
  })
  // One for all handshakes: it holds the trusted roots, which are large.
  let context: SecureContext | undefined
  const openContext = () =>
    createSecureContext(
      ground.trust === undefined ? {} : { ca: [...rootCertificates, ...ground.trust] },
    )

  const refused = (address: Address): string | undefined => {
    const why = guard(address)
    return why === undefined ? undefined : `${address.address} may not be watched (${why} address)`
  }
  function allowed(addresses: readonly Address[], phase: 'dns' | 'connect') {
    const kept = addresses.filter((address) => guard(address) === undefined)
    const why = kept.length === 0 && addresses[0] !== undefined ? refused(addresses[0]) : undefined
    return why === undefined
      ? { ok: true as const, value: kept }
      : failed(phase, 'target_blocked', why)
  }

  return {
    async resolve(host, families, signal) {
      const found = await lookUp(host, families, signal)
      return found.ok ? allowed(found.value, 'dns') : found
    },
    async connect(addresses, port, signal) {
      const kept = allowed(addresses, 'connect')
      return kept.ok ? connect(kept.value, port, signal) : kept
    },
    async ask(addresses, port, datagrams, signal) {
      const kept = allowed(addresses, 'connect')
      return kept.ok ? ask(kept.value, port, datagrams, signal) : kept
    },
    async ping(addresses, packets, signal) {
      const kept = allowed(addresses, 'connect')
      return kept.ok ? ping(kept.value, packets, signal) : kept
    },
    secure(socket, host, alpn, signal) {
      context ??= openContext()
      return secure(socket, host, context, alpn, signal)
    },
    refusal(host) {
      const address = literal(host)
      return address === undefined ? undefined : refused(address)
    },
  }
}
