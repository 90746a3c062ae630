import { Api, type ApiClientOptions, GrammyError, HttpError } from 'grammy'
import { plain } from '../../src/kernel/index.ts'
import { words } from '../commands/index.ts'

const SAYS = {
  notReached: 'Telegram could not be reached ({reason})',
  noAnswer: 'no answer',
} as const

export interface Connection {
  readonly token: string
  /** Without a slash at its end: grammY throws on one. */
  readonly apiRoot: string
}

export const connectionOf = ({
  token,
  apiUrl,
}: {
  readonly token: string
  readonly apiUrl: string
}): Connection => ({ token, apiRoot: apiUrl.replace(/\/+$/, '') })

/** Longer than the long poll, so that the poll ends before the client gives up on it. */
export const POLL_CLIENT_SECONDS = 45
export const POLL_SECONDS = 30
export const SEND_CLIENT_SECONDS = 10

export const clientOptions = (to: Connection, timeoutSeconds: number): ApiClientOptions => ({
  apiRoot: to.apiRoot,
  timeoutSeconds,
  sensitiveLogs: false,
})

export const openApi = (to: Connection, timeoutSeconds: number): Api =>
  new Api(to.token, clientOptions(to, timeoutSeconds))

type Signal = NonNullable<Parameters<Api['getMe']>[0]>

/** grammY types signals by a polyfill of its own; it only listens for `abort`, as all of them can. */
export const grammySignal = (signal: AbortSignal): Signal => signal as unknown as Signal

const WHY_MAX = 200

/** Errno or TLS code of a request that failed on the way; nothing else of it is safe to show. */
export function networkCode(error: HttpError): string | undefined {
  const { error: cause } = error
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  return typeof cause.code === 'string' ? cause.code : undefined
}

/** For the log: a bug's reason and stack, without the request that grammY's errors carry along. */
export const bugOf = (error: unknown): { why: string; stack?: string } => ({
  why: whyOf(error),
  ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
})

/** The reason in words fit for logs and people. The token is in every URL, so no URL is among them. */
export function whyOf(error: unknown): string {
  if (error instanceof GrammyError) return plain(error.description, WHY_MAX)
  if (error instanceof HttpError)
    return words(SAYS.notReached, { reason: networkCode(error) ?? SAYS.noAnswer })
  return plain(error instanceof Error ? error.message : String(error), WHY_MAX)
}
