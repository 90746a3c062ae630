import type { Socket } from 'node:net'
import { MINUTE, SECOND } from '../kernel/index.ts'
import { Problem, problemBody } from './problem.ts'
import { PROBLEMS, type Slug } from './problems.ts'
import { alwaysHeaders } from './visit.ts'

/** How long a client may take, and how much it may send before we look at it. */
export const TRANSPORT_OPTIONS = {
  requestTimeout: 30 * SECOND,
  // Silence on a socket; longer than any answer takes to come.
  connectionTimeout: 6 * MINUTE,
  keepAliveTimeout: 72 * SECOND,
  http: {
    headersTimeout: 10 * SECOND,
    connectionsCheckingInterval: SECOND,
    maxHeaderSize: 16 * 1024,
    // Refused by us, with our headers.
    requireHostHeader: false,
  },
  routerOptions: { ignoreTrailingSlash: true, maxParamLength: 8192 },
} as const

const SLUGS: Readonly<Record<string, Slug>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
}

/** Answers what never became a request: too slow, too large, not HTTP. */
export function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  requestId: string,
  base: string,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const slug = SLUGS[error.code ?? ''] ?? 'malformed-request'
  const { status, title, means } = PROBLEMS[slug]
  const body = problemBody(new Problem(slug, means), requestId, base, false)
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(alwaysHeaders(requestId)).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
