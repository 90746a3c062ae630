import { connect as connectTcp, type Socket } from 'node:net'
import { type Address, hostPort } from './address.ts'
import { codeOf, failed, type FailureCode, OUT_OF_SOCKETS, type Tried, worked } from './failure.ts'

/** The next address is tried this long after the one before, beside it (RFC 8305). */
const STAGGER_MS = 250
const MOST_ADDRESSES = 6

export interface Connected {
  readonly socket: Socket
  readonly address: Address
}

/** v6 and v4 in turn, each family in the order of its name server. */
export function interleave(addresses: readonly Address[]): readonly Address[] {
  if (addresses.length < 2) return addresses
  const six = addresses.filter(({ family }) => family === 6)
  const four = addresses.filter(({ family }) => family === 4)
  return Array.from({ length: Math.max(six.length, four.length) }, (_, at) => [six[at], four[at]])
    .flat()
    .filter((address) => address !== undefined)
    .slice(0, MOST_ADDRESSES)
}

export type ConnectCode = Extract<
  FailureCode,
  | 'connect_refused'
  | 'connect_timeout'
  | 'connection_reset'
  | 'host_unreachable'
  | 'network_unreachable'
  | 'probe_overloaded'
>

/** What a socket's error means for an address. */
export function toConnectCode(code: string, { family }: Address): ConnectCode {
  if (OUT_OF_SOCKETS.has(code)) return 'probe_overloaded'
  switch (code) {
    case 'ECONNREFUSED':
      return 'connect_refused'
    case 'ETIMEDOUT':
      return 'connect_timeout'
    case 'ENETUNREACH':
    case 'ENETDOWN':
    case 'EAFNOSUPPORT':
      return 'network_unreachable'
    // Without an IPv6 address of its own a machine says so; with IPv4 it is out of ports.
    case 'EADDRNOTAVAIL':
      return family === 6 ? 'network_unreachable' : 'probe_overloaded'
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
    case 'EACCES':
    case 'EPERM':
      return 'host_unreachable'
    default:
      return 'connection_reset'
  }
}

/** Which failure speaks for all: what the far side said itself, before what we guess or lack. */
const LOUDEST: readonly ConnectCode[] = [
  'connect_refused',
  'connection_reset',
  'connect_timeout',
  'host_unreachable',
  'probe_overloaded',
  'network_unreachable',
]

const SAYS: Readonly<Record<ConnectCode, (address: Address, port: number) => string>> = {
  connect_refused: ({ address }, port) => `${address} refuses connections on port ${port}`,
  connect_timeout: ({ address }, port) => `${hostPort(address, port)} did not answer`,
  connection_reset: ({ address }, port) =>
    `the connection to ${hostPort(address, port)} was cut at once`,
  host_unreachable: ({ address }) => `no route to ${address}`,
  network_unreachable: ({ family }) => `this machine has no IPv${family} network`,
  probe_overloaded: () => 'this machine had no free socket',
}

export const lost = (code: ConnectCode, address: Address, port: number) =>
  failed('connect', code, SAYS[code](address, port))

// A closed port of this machine can meet itself when the kernel picks it as the near end, too.
const metItself = (socket: Socket, port: number): boolean =>
  socket.localPort === port && socket.localAddress === socket.remoteAddress

type OpenSocket = (address: Address, port: number) => Socket

const openTcp: OpenSocket = ({ address }, port) =>
  connectTcp({ host: address, port, autoSelectFamily: false, noDelay: true })

/**
 * Connects to the first address that answers. Each is started a little after the one before and
 * beside it, none is given up for being slow.
 */
export function connect(
  addresses: readonly Address[],
  port: number,
  signal: AbortSignal,
  openSocket: OpenSocket = openTcp,
): Promise<Tried<Connected>> {
  const waiting = [...interleave(addresses)]
  const open = new Map<Socket, Address>()
  const failures: { readonly code: ConnectCode; readonly address: Address }[] = []
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined

    const end = (result: Tried<Connected>, winner?: Socket) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      waiting.length = 0
      for (const socket of open.keys()) if (socket !== winner) socket.destroy()
      open.clear()
      resolve(result)
    }
    const tellLoudest = () => {
      const loudest = LOUDEST.flatMap((code) => failures.filter((it) => it.code === code))[0]
      if (loudest === undefined)
        return end(failed('connect', 'connect_timeout', 'no address to try'))
      end(lost(loudest.code, loudest.address, port))
    }
    const giveUp = () => {
      for (const address of [...open.values(), ...waiting])
        failures.push({ code: 'connect_timeout', address })
      tellLoudest()
    }
    const next = () => {
      clearTimeout(timer)
      const address = waiting.shift()
      if (address === undefined) {
        if (open.size === 0) tellLoudest()
        return
      }
      const socket = openSocket(address, port)
      open.set(socket, address)
      const lose = (code: string) => {
        if (!open.delete(socket)) return
        socket.destroy()
        failures.push({ code: toConnectCode(code, address), address })
        next()
      }
      socket.on('error', (error) => lose(codeOf(error)))
      socket.once('connect', () => {
        if (!open.has(socket)) return
        if (metItself(socket, port)) return lose('ECONNREFUSED')
        end(worked({ socket, address }), socket)
      })
      if (waiting.length > 0) timer = setTimeout(next, STAGGER_MS)
    }

    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    next()
  })
}
