import type { IncomingMessage } from 'node:http'
import type { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream'
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { codeOf, isProtocolError } from '../network/index.ts'
import type { Code } from './outcome.ts'

/** Counted after decoding. */
const BODY_LIMIT = 1024 * 1024
/** Nobody needs more codings than these in a row. */
const MOST_CODINGS = 3

export interface Page {
  /** As counted: decoded if the body was asked of, else as it came. */
  readonly bytes: number
  /** We stopped at the limit. */
  readonly truncated: boolean
  readonly text: string
  /** Why there is no whole body; what came until then is told all the same. */
  readonly trouble?: { readonly code: Code; readonly message: string }
}

type Trouble = NonNullable<Page['trouble']>

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
}

const codingsOf = (response: IncomingMessage): string[] =>
  (response.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')

/** The first byte, left where it is; nothing when the stream ends (or breaks) without one. */
async function firstByte(source: Readable): Promise<number | undefined> {
  if (source.readableLength === 0 && !source.readableEnded && !source.destroyed)
    await new Promise<void>((resolve) => {
      const seen = () => {
        for (const event of ['readable', 'error', 'close']) source.off(event, seen)
        resolve()
      }
      for (const event of ['readable', 'error', 'close']) source.on(event, seen)
    })
  const head = source.read() as Buffer | null
  if (head === null) return undefined
  source.unshift(head)
  return head[0]
}

// "deflate" is zlib by the book and bare in the wild.
const inflater = (first: number | undefined): Transform =>
  first === undefined || (first & 0x0f) === 8 ? createInflate() : createInflateRaw()

async function decode(
  response: IncomingMessage,
  codings: readonly string[],
  onTrouble: (coding: string) => void,
): Promise<Readable> {
  // Nothing is nothing in every coding, though no coding says so.
  if (codings.length > 0 && (await firstByte(response)) === undefined) return response
  let source: Readable = response
  for (const coding of codings.toReversed()) {
    const decoder = coding === 'deflate' ? inflater(await firstByte(source)) : DECODERS[coding]!()
    decoder.once('error', () => onTrouble(coding))
    // Errors reach the last stream, which is read; the callback only keeps them from flying.
    source = pipeline(source, decoder, () => {})
  }
  return source
}

const encoding = (message: string): Trouble => ({ code: 'body_encoding', message })

const broken = (error: unknown): Trouble =>
  isProtocolError(codeOf(error))
    ? { code: 'http_protocol', message: 'the body breaks the rules of HTTP' }
    : { code: 'connection_reset', message: 'the connection was cut while reading the body' }

function textOf(chunks: readonly Buffer[], response: IncomingMessage): string {
  const [, charset] =
    /charset\s*=\s*"?([^\s";]+)/i.exec(response.headers['content-type'] ?? '') ?? []
  const bytes = Buffer.concat(chunks)
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes)
  } catch {
    return new TextDecoder().decode(bytes)
  }
}

/**
 * Hands on a body as it comes, which costs a fraction of iterating over it, to its end or the
 * limit: true, then. Rejects where it breaks off.
 */
function count(response: IncomingMessage, onBytes: (bytes: number) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // Comes after a good end, too: an error made for it would cost more than all of this.
    const cut = () => reject(response.errored)
    if (response.destroyed) return cut()
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      onBytes(Math.min(bytes, BODY_LIMIT))
      if (bytes > BODY_LIMIT) resolve(true)
      // Whether that was all is known once what came with this piece has been read.
      if (bytes === BODY_LIMIT) queueMicrotask(() => response.complete || resolve(true))
    })
    response.once('end', () => resolve(false))
    response.once('error', reject)
    response.once('close', cut)
  })
}

/**
 * Reads a body to its end or the limit. Unless `wanted` it is only counted, not decoded. The
 * response is destroyed afterwards; an aborted `signal` is a timeout.
 */
export async function readPage(
  response: IncomingMessage,
  wanted: boolean,
  signal: AbortSignal,
): Promise<Page> {
  const chunks: Buffer[] = []
  let bytes = 0
  let trouble: Trouble | undefined
  const codings = wanted ? codingsOf(response) : []
  const stop = () => response.destroy()
  const page = (truncated: boolean): Page => ({
    bytes,
    truncated,
    text: wanted && trouble === undefined ? textOf(chunks, response) : '',
    ...(trouble !== undefined && { trouble }),
  })
  const unread = codings.find((coding) => coding !== 'deflate' && DECODERS[coding] === undefined)
  if (unread !== undefined) trouble = encoding(`body comes as ${unread}, which we cannot read`)
  if (codings.length > MOST_CODINGS) trouble = encoding('body is encoded too many times')
  response.on('error', (error) => {
    trouble ??= broken(error)
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted || trouble !== undefined) stop()
  try {
    if (trouble !== undefined) return page(false)
    if (!wanted)
      return page(
        await count(response, (seen) => {
          bytes = seen
        }),
      )
    const source = await decode(response, codings, (coding) => {
      trouble ??= encoding(`body is not the ${coding} it claims to be`)
    })
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const kept = chunk.subarray(0, BODY_LIMIT - bytes)
      bytes += kept.length
      chunks.push(kept)
      if (bytes >= BODY_LIMIT && (kept.length < chunk.length || !response.complete))
        return page(true)
    }
  } catch (error) {
    // It may have broken before anybody listened.
    trouble ??= broken(response.errored ?? error)
    if (signal.aborted) trouble = { code: 'body_timeout', message: 'no complete body in time' }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
  return page(false)
}
