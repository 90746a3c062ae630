import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import type { Delivery } from '../../src/notifications/index.ts'
import { words } from '../commands/index.ts'

const SAYS = {
  channelDeleted: 'the channel was deleted',
  serverGone: 'the server is gone, or Uptalk was removed from it',
  messageDeleted: 'the message was deleted',
  tooOld: 'the message is too old to be edited once more',
  notSeen: 'Uptalk may not see this channel; it needs View Channel',
  notOurs: 'the message was written by somebody else',
  empty: 'the message was empty',
  closedPerson: 'this person takes no messages from Uptalk',
  noMessages: 'this kind of channel holds no messages',
  mayNotWrite:
    'Uptalk may not write in this channel; it needs Send Messages, Embed Links and Attach Files',
  noJson: 'the message was no JSON',
  wait: 'Discord wants us to wait',
  said: 'Discord said {code}: {message}',
  answered: 'Discord answered {status}',
  noAnswer: 'Discord did not answer in time',
  tokenRefused: 'Discord refused the token',
  requestFailed: 'the request failed',
  connectionFailed: 'the connection failed',
  connectionFailedBy: 'the connection failed ({cause})',
  failed: 'it failed ({error})',
} as const

/** What the platform's own codes mean for a message; what is not here is tried again. */
const MEANINGS: Readonly<Record<number, Delivery>> = {
  10_003: { kind: 'gone', why: SAYS.channelDeleted },
  10_004: { kind: 'gone', why: SAYS.serverGone },
  10_008: { kind: 'missing', why: SAYS.messageDeleted },
  30_046: { kind: 'frozen', why: SAYS.tooOld },
  40_060: { kind: 'done', messageId: null },
  50_001: { kind: 'gone', why: SAYS.notSeen },
  50_005: { kind: 'missing', why: SAYS.notOurs },
  50_006: { kind: 'ours', why: SAYS.empty },
  50_007: { kind: 'gone', why: SAYS.closedPerson },
  50_008: { kind: 'gone', why: SAYS.noMessages },
  50_013: {
    kind: 'gone',
    why: SAYS.mayNotWrite,
  },
  50_024: { kind: 'gone', why: SAYS.noMessages },
  50_109: { kind: 'ours', why: SAYS.noJson },
}

/** Failures before a request can have reached anyone. */
const NEVER_ARRIVED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** The platform's code of an error, if it is one of the platform's. */
export const codeOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError ? Number(error.code) : undefined

export const statusOf = (error: unknown): number | undefined =>
  error instanceof DiscordAPIError || error instanceof HTTPError ? error.status : undefined

/** A sentence about an error that holds no address: addresses of interactions are secrets. */
export function reasonOf(error: unknown): string {
  if (error instanceof RateLimitError) return SAYS.wait
  if (error instanceof DiscordAPIError)
    return words(SAYS.said, { code: error.code, message: error.message })
  if (error instanceof HTTPError) return words(SAYS.answered, { status: error.status })
  if (!(error instanceof Error)) return SAYS.requestFailed
  if (error.name === 'AbortError') return SAYS.noAnswer
  const cause = (error.cause as { code?: unknown } | undefined)?.code
  if (typeof cause === 'string') return words(SAYS.connectionFailedBy, { cause })
  return error.message === 'fetch failed'
    ? SAYS.connectionFailed
    : words(SAYS.failed, { error: error.name })
}

/** One of the few things an answer can mean for a lane. */
export function toDelivery(error: unknown): Delivery {
  const why = reasonOf(error)
  if (error instanceof RateLimitError) {
    const { retryAfter, timeToReset, sublimitTimeout } = error
    return { kind: 'again', why, afterMs: Math.max(retryAfter, timeToReset, sublimitTimeout) }
  }
  if (error instanceof DiscordAPIError) {
    if (error.status === 401) return { kind: 'stop', why: SAYS.tokenRefused }
    if (Number(error.code) === 50_035) return { kind: 'ours', why }
    return MEANINGS[Number(error.code)] ?? { kind: 'again', why }
  }
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  const arrived = !NEVER_ARRIVED.has(String(cause?.code))
  return { kind: 'again', why, ...(arrived ? { uncertain: true } : {}) }
}
