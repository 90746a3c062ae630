import { createSocket, type Socket } from 'node:dgram'
import type { Address } from './address.ts'
import { hostPort } from './address.ts'
import { type ConnectCode, interleave, lost, toConnectCode } from './connect.ts'
import { codeOf, failed, type FailureCode, type Tried, worked } from './failure.ts'

/** The next address is asked this long after the one before, beside it. */
const STAGGER_MS = 250
/** One datagram may be lost; it is sent again this often. */
const REPEAT_MS = 1000

export interface Datagrams {
  readonly payload: Uint8Array
  /** Told every reply; true when it is enough. */
  readonly hear: (reply: Buffer) => boolean
}

type AskCode = Exclude<ConnectCode, 'connect_refused' | 'connect_timeout'> | NoReply
type NoReply = Extract<FailureCode, 'port_unreachable' | 'udp_no_reply'>

/** Which failure speaks for all: what the far side said itself, before what we guess or lack. */
const LOUDEST: readonly AskCode[] = [
  'port_unreachable',
  'connection_reset',
  'udp_no_reply',
  'host_unreachable',
  'probe_overloaded',
  'network_unreachable',
]

function toCode(code: string, address: Address): AskCode {
  const known = toConnectCode(code, address)
  if (known === 'connect_refused') return 'port_unreachable'
  return known === 'connect_timeout' ? 'udp_no_reply' : known
}

function toFailure(code: AskCode, address: Address, port: number) {
  const where = hostPort(address.address, port)
  if (code === 'port_unreachable')
    return failed('response', code, `UDP port closed (ICMP): ${where}`)
  if (code === 'udp_no_reply')
    return failed('response', code, `no reply: closed, filtered, or silent (${where})`)
  return lost(code, address, port)
}

type OpenSocket = (address: Address) => Socket

const openUdp: OpenSocket = ({ family }) => createSocket(family === 6 ? 'udp6' : 'udp4')

// A closed port of this machine can meet itself when the kernel picks it as the near end, too.
function metItself(socket: Socket): boolean {
  const [near, far] = [socket.address(), socket.remoteAddress()]
  return near.port === far.port && near.address === far.address
}

/**
 * Sends a datagram to every address, again and again, until one of them has replied enough, all have
 * refused, or `signal` aborts. Each socket is connected: it hears its address alone, and refusals.
 */
export function ask(
  addresses: readonly Address[],
  port: number,
  { payload, hear }: Datagrams,
  signal: AbortSignal,
  openSocket: OpenSocket = openUdp,
): Promise<Tried<Address>> {
  const waiting = [...interleave(addresses)]
  const open = new Map<Socket, Address>()
  const timers = new Set<NodeJS.Timeout>()
  const failures: { readonly code: AskCode; readonly address: Address }[] = []
  const after = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms)
    timers.add(timer)
  }
  return new Promise((resolve) => {
    const end = (result: Tried<Address>) => {
      for (const timer of timers) clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      waiting.length = 0
      for (const socket of open.keys()) socket.close()
      open.clear()
      resolve(result)
    }
    const tellLoudest = () => {
      const loudest = LOUDEST.flatMap((code) => failures.filter((it) => it.code === code))[0]
      end(
        loudest === undefined
          ? failed('response', 'udp_no_reply', 'no address to ask')
          : toFailure(loudest.code, loudest.address, port),
      )
    }
    const giveUp = () => {
      for (const address of [...open.values(), ...waiting])
        failures.push({ code: 'udp_no_reply', address })
      tellLoudest()
    }
    const next = () => {
      const address = waiting.shift()
      if (address !== undefined) start(address)
      else if (open.size === 0) tellLoudest()
    }
    const start = (address: Address) => {
      const socket = openSocket(address)
      open.set(socket, address)
      const lose = (code: string) => {
        if (!open.delete(socket)) return
        socket.close()
        failures.push({ code: toCode(code, address), address })
        next()
      }
      const send = () => {
        if (!open.has(socket)) return
        socket.send(payload, (error) => {
          if (error !== null) lose(codeOf(error))
        })
        after(REPEAT_MS, send)
      }
      socket.on('error', (error) => lose(codeOf(error)))
      socket.on('message', (reply) => {
        if (open.has(socket) && hear(reply)) end(worked(address))
      })
      socket.once('connect', () => {
        if (!open.has(socket)) return
        if (metItself(socket)) return lose('ECONNREFUSED')
        send()
      })
      socket.connect(port, address.address)
      if (waiting.length > 0) after(STAGGER_MS, next)
    }

    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    next()
  })
}
