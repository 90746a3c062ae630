import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js'
import type { Delivery } from '../../src/notifications/index.ts'

/** What the platform's own codes mean for a message; what is not here is tried again. */
const MEANINGS: Readonly<Record<number, Delivery>> = {
  10_003: { kind: 'gone', why: 'the channel was deleted' },
  10_004: { kind: 'gone', why: 'the server is gone, or Uptalk was removed from it' },
  10_008: { kind: 'missing', why: 'the message was deleted' },
  30_046: { kind: 'frozen', why: 'the message is too old to be edited once more' },
  40_060: { kind: 'done', messageId: null },
  50_001: { kind: 'gone', why: 'Uptalk may not see this channel; it needs View Channel' },
  50_005: { kind: 'missing', why: 'the message was written by somebody else' },
  50_006: { kind: 'ours', why: 'the message was empty' },
  50_007: { kind: 'gone', why: 'this person takes no messages from Uptalk' },
  50_008: { kind: 'gone', why: 'this kind of channel holds no messages' },
  50_013: {
    kind: 'gone',
    why: 'Uptalk may not write in this channel; it needs Send Messages, Embed Links and Attach Files',
  },
  50_024: { kind: 'gone', why: 'this kind of channel holds no messages' },
  50_109: { kind: 'ours', why: 'the message was no JSON' },
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
  if (error instanceof RateLimitError) return 'Discord wants us to wait'
  if (error instanceof DiscordAPIError) return `Discord said ${error.code}: ${error.message}`
  if (error instanceof HTTPError) return `Discord answered ${error.status}`
  if (!(error instanceof Error)) return 'the request failed'
  if (error.name === 'AbortError') return 'Discord did not answer in time'
  const cause = (error.cause as { code?: unknown } | undefined)?.code
  if (typeof cause === 'string') return `the connection failed (${cause})`
  return error.message === 'fetch failed' ? 'the connection failed' : `it failed (${error.name})`
}

/** One of the few things an answer can mean for a lane. */
export function toDelivery(error: unknown): Delivery {
  const why = reasonOf(error)
  if (error instanceof RateLimitError) {
    const { retryAfter, timeToReset, sublimitTimeout } = error
    return { kind: 'again', why, afterMs: Math.max(retryAfter, timeToReset, sublimitTimeout) }
  }
  if (error instanceof DiscordAPIError) {
    if (error.status === 401) return { kind: 'stop', why: 'Discord refused the token' }
    if (Number(error.code) === 50_035) return { kind: 'ours', why }
    return MEANINGS[Number(error.code)] ?? { kind: 'again', why }
  }
  const cause = error instanceof Error ? (error.cause as { code?: unknown } | undefined) : undefined
  const arrived = !NEVER_ARRIVED.has(String(cause?.code))
  return { kind: 'again', why, ...(arrived ? { uncertain: true } : {}) }
}
