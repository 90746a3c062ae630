import { type RawFile, REST, type RESTOptions } from 'discord.js'
import { type Clock, SECOND } from '../../src/kernel/index.ts'
import type { Tally } from './tally.ts'

type Method = 'get' | 'post' | 'patch' | 'put' | 'delete'

interface Sent {
  readonly body?: unknown
  readonly files?: readonly RawFile[]
  /** False for interaction routes: their token is in the path. */
  readonly auth?: boolean
  readonly signal?: AbortSignal
}

/** REST, one request at a time, without repeats: who asks decides what to do about an answer. */
export interface Wire {
  /** The answer's body. Throws what @discordjs/rest throws. */
  send(method: Method, path: `/${string}`, sent?: Sent): Promise<unknown>
  /** Milliseconds for which nothing may be sent, because too much was turned down; 0: go on. */
  pausedFor(): number
  close(): void
}

const DEADLINE_MS = 10 * SECOND
/** Waits up to this are left to the library; longer ones come back as an error. */
const SHORT_WAIT_MS = 2000
const EDITED_TOO_OFTEN = 30_046

/**
 * 429 with 30046 means "never again for this message", not "later": given on as a 400, so that the
 * library neither waits nor stops the channel's other requests.
 */
async function readFirst(response: Response): Promise<Response> {
  // Some that speak as Discord does call an answer without a body JSON, which it cannot be read as.
  if (response.status === 204) {
    const headers = new Headers(response.headers)
    headers.delete('content-type')
    return new Response(null, { status: 204, headers })
  }
  if (response.status !== 429) return response
  const text = await response.clone().text()
  let code: unknown
  try {
    code = (JSON.parse(text) as { code?: unknown }).code
  } catch {
    return response
  }
  if (code !== EDITED_TOO_OFTEN) return response
  return new Response(text, { status: 400, headers: { 'content-type': 'application/json' } })
}

export function openWire(
  settings: { token: string; apiUrl: string },
  clock: Clock,
  turnedDown: Tally,
): Wire {
  const makeRequest = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init)
    const shared = response.headers.get('x-ratelimit-scope') === 'shared'
    if ([401, 403].includes(response.status) || (response.status === 429 && !shared))
      turnedDown.count()
    return readFirst(response)
  }
  const rest = new REST({
    api: settings.apiUrl,
    timeout: DEADLINE_MS,
    retries: 0,
    rejectOnRateLimit: (wait) =>
      wait.retryAfter > SHORT_WAIT_MS || wait.timeToReset > SHORT_WAIT_MS,
    // The library's types are of another copy of the same fetch.
    makeRequest: makeRequest as unknown as RESTOptions['makeRequest'],
  })
  return {
    send: async (method, path, { body, files = [], auth = true, signal } = {}) => {
      // A refused token makes the library forget it; each request is to hear the platform's own word.
      if (auth) rest.setToken(settings.token)
      const late = new AbortController()
      const done = new AbortController()
      void clock.sleep(DEADLINE_MS, done.signal).then(() => late.abort())
      try {
        return await rest[method](path, {
          auth,
          ...(body === undefined ? {} : { body }),
          ...(files.length === 0 ? {} : { files: [...files] }),
          signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
        })
      } finally {
        done.abort()
      }
    },
    pausedFor: () => turnedDown.pausedFor(),
    close: () => {
      rest.clearHashSweeper()
      rest.clearHandlerSweeper()
    },
  }
}
