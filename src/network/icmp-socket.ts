import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { closeSync } from 'node:fs'
import type { Family } from './address.ts'
import { codeOf } from './failure.ts'
import {
  echoRequest,
  echoSequence,
  PATIENCE_MS,
  type Pinged,
  type PingWay,
  SPACING_MS,
} from './icmp.ts'

/** Linux's numbers. */
const FAMILY: Readonly<Record<Family, number>> = { 4: 2, 6: 10 }
const PROTOCOL: Readonly<Record<Family, number>> = { 4: 1, 6: 58 }
const DATAGRAM_NONBLOCK_CLOEXEC = 0o2 | 0o4000 | 0o2000000
/** The kernel wants one, and ignores it. */
const ANY_PORT = 1
const PAYLOAD_BYTES = 16

/** ENOMEM, ENFILE, EMFILE, ENOBUFS. */
const OUT_OF_SOCKETS: ReadonlySet<number> = new Set([12, 23, 24, 105])

type OpenSocket = (family: number, type: number, protocol: number) => number

const UNREACHABLE: Readonly<Record<string, 'host_unreachable' | 'network_unreachable'>> = {
  EHOSTUNREACH: 'host_unreachable',
  EHOSTDOWN: 'host_unreachable',
  ENETUNREACH: 'network_unreachable',
  EADDRNOTAVAIL: 'network_unreachable',
  EAFNOSUPPORT: 'network_unreachable',
}

/**
 * ICMP without being root: Linux's datagram sockets for pings, which Node cannot open and may use.
 * Throws where they cannot be had at all; what the kernel refuses is a `broken` look.
 */
export async function openIcmpSockets(): Promise<PingWay> {
  if (process.platform !== 'linux') throw new Error('only Linux has ping sockets as we use them')
  const { default: koffi } = await import('koffi')
  const openSocket = koffi.load(null).func('int socket(int, int, int)') as OpenSocket
  return async (address, packets, signal) => {
    const { family } = address
    const fd = openSocket(FAMILY[family], DATAGRAM_NONBLOCK_CLOEXEC, PROTOCOL[family])
    if (fd < 0)
      return OUT_OF_SOCKETS.has(koffi.errno())
        ? { kind: 'overloaded' }
        : { kind: 'broken', why: 'net.ipv4.ping_group_range leaves our group out' }
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.bind({ fd }, resolve)
      })
    } catch (error) {
      socket.close()
      closeSync(fd)
      return { kind: 'broken', why: codeOf(error) || String(error) }
    }
    try {
      return await exchangePings(socket, address, packets, signal)
    } finally {
      socket.close()
    }
  }
}

function exchangePings(
  socket: Socket,
  { address, family }: Parameters<PingWay>[0],
  packets: number,
  signal: AbortSignal,
): Promise<Pinged> {
  return new Promise((resolve) => {
    // Random, so that nobody can answer what he has not seen.
    const payload = randomBytes(PAYLOAD_BYTES)
    const sentAt: number[] = []
    const rtts = new Map<number, number>()
    let timer: NodeJS.Timeout | undefined
    const end = (came: Pinged) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', heard)
      socket.removeAllListeners('message')
      resolve(came)
    }
    const heard = () =>
      end({
        kind: 'heard',
        sent: sentAt.length,
        rttsMs: [...rtts].toSorted(([a], [b]) => a - b).map(([, ms]) => ms),
      })
    const trouble = (error: unknown) => {
      const code = UNREACHABLE[codeOf(error)]
      if (code !== undefined && rtts.size === 0) end({ kind: 'unreachable', code })
    }
    const send = () => {
      const sequence = sentAt.push(performance.now())
      socket.send(echoRequest(family, sequence, payload), (error) => {
        if (error !== null) trouble(error)
      })
      timer = setTimeout(
        sequence < packets ? send : heard,
        sequence < packets ? SPACING_MS : PATIENCE_MS,
      )
    }
    // Stays for the socket's whole life: an error nobody listens to would end the process.
    socket.on('error', trouble)
    socket.on('message', (packet) => {
      const sequence = echoSequence(family, packet, payload)
      const began = sentAt[(sequence ?? 0) - 1]
      if (sequence === undefined || began === undefined || rtts.has(sequence)) return
      rtts.set(sequence, performance.now() - began)
      if (rtts.size === packets) heard()
    })
    if (signal.aborted) return heard()
    signal.addEventListener('abort', heard, { once: true })
    socket.connect(ANY_PORT, address, (error?: Error) => {
      if (error !== undefined) return trouble(error)
      if (!signal.aborted) send()
    })
  })
}
