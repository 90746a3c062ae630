import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { codeOf, failed, type Tried, worked } from './failure.ts'
import { toTlsFailure } from './secure.ts'

// An import of it would load undici for the WebSocket it offers: 13 MiB that nobody uses.
const { request: startRequest } = process.getBuiltinModule('node:http')

const HEADER_LIMIT = 16 * 1024

export interface Question {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** All that is sent, `host` included. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array | null
}

function toFailure(host: string, code: string) {
  if (code === 'HPE_HEADER_OVERFLOW')
    return failed('response', 'response_headers_too_large', `${host} sent headers over 16 KiB`)
  if (code.startsWith('HPE_'))
    return failed('response', 'http_protocol', `what answered at ${host} is not HTTP`)
  if (code.startsWith('ERR_SSL_')) return toTlsFailure(host, code)
  return failed('response', 'connection_reset', `${host} cut the connection before the answer`)
}

/** What is wrong with an error that came while the body was read. */
export const isProtocolError = (code: string): boolean => code.startsWith('HPE_')

const sizeOf = ({ rawHeaders }: { readonly rawHeaders: readonly string[] }): number =>
  rawHeaders.reduce((size, text) => size + text.length + 2, 20)

/**
 * One request over `socket`, up to the answer's headers; the body is the caller's to read. The
 * socket is destroyed when it fails. `host` is for the sentence only.
 */
export function exchange(
  socket: Duplex,
  host: string,
  question: Question,
  signal: AbortSignal,
): Promise<Tried<IncomingMessage>> {
  return new Promise((resolve) => {
    const request = startRequest({
      createConnection: () => socket,
      setHost: false,
      maxHeaderSize: HEADER_LIMIT,
      insecureHTTPParser: false,
      method: question.method,
      path: question.path,
      headers: { ...question.headers, connection: 'close' },
    })
    let answer: IncomingMessage | undefined
    let skipped = 0
    const end = (result: Tried<IncomingMessage>) => {
      signal.removeEventListener('abort', giveUp)
      socket.off('close', closed)
      if (!result.ok) {
        request.destroy()
        socket.destroy()
      }
      resolve(result)
    }
    const giveUp = () =>
      end(failed('response', 'response_timeout', `${host} did not send complete headers in time`))
    const fail = (code: string) => end(toFailure(host, code))
    request.on('error', (error) => {
      if (answer === undefined) return fail(codeOf(error))
      // A body that is no HTTP is told here, and only then as a cut connection to who reads it.
      if (isProtocolError(codeOf(error)) && !answer.complete) answer.destroy(error)
    })
    const closed = () => {
      if (answer === undefined) fail('ECONNRESET')
    }
    request.once('close', closed)
    // Node would wait for ever on a socket that was gone before it got it.
    socket.once('close', closed)
    if (socket.destroyed) return closed()
    // The parser begins to count anew with each interim answer, so a flood of them is counted here.
    request.on('information', (interim) => {
      skipped += sizeOf(interim)
      if (skipped > HEADER_LIMIT) fail('HPE_HEADER_OVERFLOW')
    })
    request.once('upgrade', () => fail('HPE_INVALID_STATUS'))
    request.once('response', (response) => {
      if (response.statusCode === 101) return fail('HPE_INVALID_STATUS')
      answer = response
      // Nobody may be reading it when it breaks.
      response.on('error', () => {})
      end(worked(response))
    })
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    if (question.body === null) request.end()
    else request.end(question.body)
  })
}
