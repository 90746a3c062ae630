import type { Socket } from 'node:net'
import { cut } from '../kernel/index.ts'
import { conclude } from './conclude.ts'
import type { Probe, Tools } from './contract.ts'
import { startDeadline } from './deadline.ts'
import type { Details, Finding } from './outcome.ts'
import { splitHostPort } from './port-address.ts'
import { bytesOf, showBytes } from './port-bytes.ts'
import { type Ear, openEar } from './port-ear.ts'
import type { PortOptions } from './port-options.ts'
import { startStopwatch, type Stopwatch } from './stopwatch.ts'

const LONGEST_EXPECTED = 80
const LONGEST_HEARD = 40
const NOTHING = Buffer.alloc(0)

interface Look {
  /** The address as it was set. */
  readonly name: string
  readonly host: string
  readonly port: number
  readonly options: PortOptions
  readonly seconds: number
  readonly tools: Tools
  readonly signal: AbortSignal
  readonly watch: Stopwatch
  details: Details
}

const bytes = (text: string | null, { options }: Look): Buffer =>
  text === null ? NOTHING : (bytesOf(text, options.encoding) ?? NOTHING)

/** What was expected, as it was typed. */
const wanted = ({ options: { expect, encoding } }: Look): string =>
  encoding === 'hex'
    ? cut(expect ?? '', LONGEST_EXPECTED)
    : `"${cut(expect ?? '', LONGEST_EXPECTED)}"`

const open = (look: Look): Finding => ({
  code: 'ok',
  message: look.options.expect === null ? 'port open' : `port open, answered with ${wanted(look)}`,
})

function unexpected(look: Look, { head }: Ear): Finding {
  const { encoding } = look.options
  const heard = showBytes(head, encoding, LONGEST_HEARD)
  const shown = encoding === 'hex' ? heard : `"${heard}"`
  return { code: 'port_expect', message: `answered, but not with ${wanted(look)}: ${shown}` }
}

/** How listening ended: enough was heard, the far side ended or broke off, or our time did. */
type End = 'enough' | 'ended' | 'cut' | 'late'

function listen(socket: Socket, ear: Ear, signal: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    const end = (how: End) => {
      signal.removeEventListener('abort', late)
      socket.pause()
      resolve(how)
    }
    const late = () => end('late')
    if (signal.aborted) return late()
    signal.addEventListener('abort', late, { once: true })
    socket.on('data', (chunk: Buffer) => {
      if (ear.hear(chunk)) end('enough')
    })
    socket.once('end', () => end('ended'))
    socket.once('error', () => end('cut'))
    socket.once('close', () => end('cut'))
    if (socket.destroyed) end('cut')
  })
}

/** Gives what is to be sent to the kernel; that the port is open is known by then. */
function handOver(socket: Socket, payload: Buffer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done)
      resolve()
    }
    if (signal.aborted || socket.destroyed) return done()
    signal.addEventListener('abort', done, { once: true })
    socket.once('close', done)
    socket.end(payload, done)
  })
}

async function talk(look: Look, socket: Socket): Promise<Finding> {
  const { options, signal, watch, name, seconds } = look
  const payload = bytes(options.send, look)
  if (options.expect === null) {
    if (payload.length > 0) await handOver(socket, payload, signal)
    return open(look)
  }
  const ear = openEar(bytes(options.expect, look), true)
  if (payload.length > 0) socket.write(payload)
  const end = await watch.time('firstByte', listen(socket, ear, signal))
  if (ear.found) return open(look)
  const isSilent = ear.head.length === 0
  if (end === 'late' && isSilent)
    return { code: 'response_timeout', message: `connected, but no answer within ${seconds} s` }
  if (end === 'cut' || (end === 'ended' && isSilent)) {
    const when = isSilent ? 'before the answer' : 'while reading'
    return { code: 'connection_reset', message: `${name} cut the connection ${when}` }
  }
  return unexpected(look, ear)
}

type Addresses = Parameters<Tools['network']['connect']>[0]

async function lookByTcp(look: Look, addresses: Addresses): Promise<Finding> {
  const { signal, watch, tools, port } = look
  const met = await watch.time('connect', tools.network.connect(addresses, port, signal))
  if (!met.ok) return met.failure
  const { socket, address } = met.value
  look.details = address
  try {
    return await talk(look, socket)
  } finally {
    socket.destroy()
  }
}

async function lookByUdp(look: Look, addresses: Addresses): Promise<Finding> {
  const { options, signal, watch, tools, port } = look
  // Any reply holds the empty text.
  const ear = openEar(bytes(options.expect, look), false)
  const datagrams = {
    payload: bytes(options.send, look),
    hear: (reply: Buffer) => ear.hear(reply),
  }
  const asked = tools.network.ask(addresses, port, datagrams, signal)
  const replied = await watch.time('firstByte', asked)
  if (replied.ok) look.details = replied.value
  if (replied.ok && ear.found) return open(look)
  return replied.ok || ear.head.length > 0 ? unexpected(look, ear) : replied.failure
}

async function lookOver(look: Look): Promise<Finding> {
  const { options, signal, watch, tools } = look
  const families = { ip4: options.isAllowIp4, ip6: options.isAllowIp6 }
  const found = await watch.time('dns', tools.network.resolve(look.host, families, signal))
  if (!found.ok) return found.failure
  // Where there is one alone, it is the one that failed, too.
  if (found.value.length === 1) look.details = found.value[0]!
  return options.portProtocol === 'UDP'
    ? lookByUdp(look, found.value)
    : lookByTcp(look, found.value)
}

export const lookAtPort: Probe<PortOptions> = async (target, outer, tools) => {
  const watch = startStopwatch(tools.clock)
  using deadline = startDeadline(tools.clock, target.timeoutMs, outer)
  const where = splitHostPort(target.url)
  if (where === undefined) throw new TypeError('not a host and a port')
  const look: Look = {
    name: target.url,
    ...where,
    options: target.options,
    seconds: target.timeoutMs / 1000,
    tools,
    signal: deadline.signal,
    watch,
    details: {},
  }
  const found = await lookOver(look)
  return conclude(found, look.details, watch.read(), deadline, outer)
}
