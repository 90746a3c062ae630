import type { Family } from './address.ts'

/** What one round of pings came to. */
export type Pinged =
  | {
      readonly kind: 'heard'
      readonly sent: number
      /** Milliseconds, one for each packet that came back, in the order they were sent. */
      readonly rttsMs: readonly number[]
    }
  | { readonly kind: 'unreachable'; readonly code: 'host_unreachable' | 'network_unreachable' }
  /** This process is out of sockets: nothing is said of the way or of who is pinged. */
  | { readonly kind: 'overloaded' }
  /** This way of pinging does not work on this machine. */
  | { readonly kind: 'broken'; readonly why: string }

/** Sends `packets` pings and gives what was heard, at `signal`'s abort what was heard until then. */
export type PingWay = (
  address: { readonly address: string; readonly family: Family },
  packets: number,
  signal: AbortSignal,
) => Promise<Pinged>

/** Between two packets. */
export const SPACING_MS = 200
/** The last packet is waited for so long. */
export const PATIENCE_MS = 5000

const HEADER = 8
const REQUEST: Readonly<Record<Family, number>> = { 4: 8, 6: 128 }
const REPLY: Readonly<Record<Family, number>> = { 4: 0, 6: 129 }

/** RFC 1071. */
function checksum(packet: Buffer): number {
  let sum = 0
  for (let at = 0; at < packet.length; at += 2) sum += packet.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** An echo request; its identifier is filled by the kernel, as is IPv6's checksum. `payload` is even. */
export function echoRequest(family: Family, sequence: number, payload: Buffer): Buffer {
  const packet = Buffer.concat([Buffer.alloc(HEADER), payload])
  packet[0] = REQUEST[family]
  packet.writeUInt16BE(sequence, 6)
  if (family === 4) packet.writeUInt16BE(checksum(packet), 2)
  return packet
}

/** The sequence number of an echo reply that carries `payload`; nothing for any other packet. */
export function echoSequence(family: Family, packet: Buffer, payload: Buffer): number | undefined {
  if (packet.length !== HEADER + payload.length || packet[0] !== REPLY[family]) return undefined
  return packet.subarray(HEADER).equals(payload) ? packet.readUInt16BE(6) : undefined
}
