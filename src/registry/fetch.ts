import type { Duplex } from 'node:stream'
import { SECOND } from '../kernel/index.ts'
import { dial, exchange, type Network, type Trouble } from '../network/index.ts'

const MOST_REDIRECTS = 3
const LONGEST_WAIT_MS = 86_400 * SECOND

export interface Out {
  readonly network: Network
  readonly userAgent: string
}

export interface Fetched {
  readonly status: number
  readonly text: string
  /** `Retry-After` in seconds, as milliseconds. */
  readonly afterMs?: number
}

/** Reads a stream as text, up to `limit` bytes; undefined when it is longer, cut, or too late. */
export function readText(
  stream: Duplex | NodeJS.ReadableStream,
  limit: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    const end = (text: string | undefined) => {
      signal.removeEventListener('abort', late)
      stream.pause()
      resolve(text)
    }
    const late = () => end(undefined)
    if (signal.aborted) return late()
    signal.addEventListener('abort', late, { once: true })
    stream.on('data', (part: Buffer) => {
      size += part.length
      parts.push(part)
      if (size > limit) end(undefined)
    })
    stream.once('end', () => {
      const bytes = Buffer.concat(parts)
      const text = bytes.toString('utf8')
      // Some registries still write Latin-1.
      end(text.includes('\uFFFD') ? bytes.toString('latin1') : text)
    })
    stream.once('error', late)
    stream.once('close', late)
  })
}

function afterOf(header: string | undefined): Pick<Fetched, 'afterMs'> {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return {}
  return { afterMs: Math.min(Number(header) * SECOND, LONGEST_WAIT_MS) }
}

/** GET, with a few redirects. What goes wrong on the way is a reason, not an error. */
export async function fetchPage(
  out: Out,
  first: URL,
  accept: string,
  limit: number,
  signal: AbortSignal,
): Promise<Fetched | Trouble> {
  let url = first
  for (let turns = 0; turns <= MOST_REDIRECTS; turns += 1) {
    using open = new DisposableStack()
    const socket = await dial(out.network, url, open, signal)
    if ('why' in socket) return socket
    const headers = { host: url.host, 'user-agent': out.userAgent, accept }
    const question = { method: 'GET', path: url.pathname + url.search, headers, body: null }
    const answer = await exchange(socket, url.host, question, signal)
    if (!answer.ok) return { why: answer.failure.message }
    const { statusCode: status = 0, headers: said } = answer.value
    const next = said.location === undefined ? null : URL.parse(said.location, url.href)
    if (status >= 300 && status < 400 && next !== null && /^https?:$/.test(next.protocol)) {
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        return { why: `${url.host} redirects to plain http` }
      url = next
      continue
    }
    const text = await readText(answer.value, limit, signal)
    if (text === undefined && status === 200)
      return { why: `${url.host} did not send a whole answer of a sensible size in time` }
    return { status, text: text ?? '', ...afterOf(said['retry-after']) }
  }
  return { why: `${first.host} redirects too often` }
}
