import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const

/** What is known of a name. A list empty or absent: no address of that family. */
interface Entry {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  readonly rcode?: keyof typeof RCODES
  /** Types that are never answered. */
  readonly silent?: readonly ('a' | 'aaaa')[]
}

export interface NameServer extends AsyncDisposable {
  /** For `dnsServers`. */
  readonly address: string
  /** Questions as `a name`, in the order they came. */
  readonly asked: readonly string[]
  /** May be changed while it runs; a name that is not there does not exist. */
  readonly zone: Record<string, Entry>
}

function readName(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let at = 12
  for (let size = message[at]!; size > 0; size = message[at]!) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size))
    at += size + 1
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 }
}

// Groups written out in full, as the tests write them.
const sixBytes = (address: string): Buffer =>
  Buffer.from(
    address
      .split(':')
      .map((group) => group.padStart(4, '0'))
      .join(''),
    'hex',
  )

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length])
  return Buffer.concat([head, data])
}

function answer(query: Buffer, entry: Entry | undefined, type: number, end: number): Buffer {
  const rcode = RCODES[entry?.rcode ?? (entry === undefined ? 'NXDOMAIN' : 'NOERROR')]
  const records =
    type === 1
      ? (entry?.a ?? []).map((it) => record(1, Buffer.from(it.split('.').map(Number))))
      : (entry?.aaaa ?? []).map((it) => record(28, sixBytes(it)))
  const header = Buffer.from([0x81, 0x80 | rcode, 0, 1, 0, records.length, 0, 0, 0, 0])
  return Buffer.concat([query.subarray(0, 2), header, query.subarray(12, end + 4), ...records])
}

/** A name server on loopback. */
export async function nameServer(zone: Record<string, Entry>): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (query, from) => {
    const { name, end } = readName(query)
    const type = query.readUInt16BE(end)
    const letter = type === 1 ? 'a' : 'aaaa'
    asked.push(`${letter} ${name}`)
    if (zone[name]?.silent?.includes(letter)) return
    socket.send(answer(query, zone[name], type, end), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    zone,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
