import type { IncomingMessage } from 'node:http'
import { plain } from '../kernel/index.ts'
import type { Code } from './outcome.ts'

/** One request of a chain, ours or a redirect's. */
export interface Hop {
  readonly url: URL
  readonly method: string
  /** The monitor's own headers; empty once the chain has left its origin. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type Turn =
  | { readonly next: Hop; readonly downgrade: boolean }
  | { readonly problem: { readonly code: Code; readonly message: string } }

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Where an answer sends us; nothing when it is the answer itself. */
export const locationOf = ({ statusCode, headers }: IncomingMessage): string | undefined =>
  REDIRECTS.has(statusCode ?? 0) && headers.location !== '' ? headers.location : undefined

function target(location: string, from: URL): URL | undefined {
  // Node reads headers as Latin-1; addresses beyond ASCII are UTF-8, as browsers have it.
  const url = URL.parse(Buffer.from(location, 'latin1').toString('utf8'), from.href)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined
  if (url.hostname === '' || url.port === '0') return undefined
  // Never sent: what a redirect says about passwords is not the monitor's word.
  url.username = ''
  url.password = ''
  url.hash = ''
  return url
}

function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET'
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method
}

const bare = (headers: Hop['headers']): Hop['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('content-')))

/** The request that follows a redirect, or why there is none. */
export function follow(hop: Hop, status: number, location: string): Turn {
  const url = target(location, hop.url)
  if (url === undefined) {
    const seen = plain(location, 120)
    const message = `HTTP ${status} redirects to ${seen}, not a web address`
    return { problem: { code: 'redirect_invalid', message } }
  }
  const method = methodAfter(status, hop.method)
  const body = method === hop.method ? hop.body : null
  const left = url.origin !== hop.url.origin
  if (left && body !== null) {
    const message = `HTTP ${status} would carry the body to ${url.origin}`
    return { problem: { code: 'redirect_unsafe', message } }
  }
  const headers = left ? {} : body === hop.body ? hop.headers : bare(hop.headers)
  const downgrade = hop.url.protocol === 'https:' && url.protocol === 'http:'
  return { next: { url, method, headers, body }, downgrade }
}
