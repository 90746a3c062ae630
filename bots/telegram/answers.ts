import { GrammyError, HttpError } from 'grammy'
import { SECOND } from '../../src/kernel/index.ts'
import type { Address, Delivery } from '../../src/notifications/index.ts'
import { words } from '../commands/index.ts'
import { networkCode, whyOf } from './client.ts'

const SAYS = {
  tokenRefused: 'token refused ({reason})',
} as const

type Kind = 'done' | 'missing' | 'topic' | 'gone' | 'ours'

/** What Telegram says (any case) and what it means for a delivery; the first that fits. */
const MEANINGS: readonly (readonly [says: string, means: Kind])[] = [
  ['message is not modified', 'done'],
  ['message to edit not found', 'missing'],
  ["message can't be edited", 'missing'],
  ['message_id_invalid', 'missing'],
  // Words do not become a picture, nor a picture words.
  ['there is no text in the message', 'missing'],
  ['there is no media in the message', 'missing'],
  ['thread not found', 'topic'],
  ['topic_closed', 'topic'],
  ['topic_deleted', 'topic'],
  // Pictures may be forbidden where words are not.
  ['photo', 'ours'],
  ['image_process', 'ours'],
  ['not enough rights', 'gone'],
  ['have no rights', 'gone'],
  ['need administrator rights', 'gone'],
  ['chat_write_forbidden', 'gone'],
  ['chat_restricted', 'gone'],
  ['chat_send_plain_forbidden', 'gone'],
  ['chat not found', 'gone'],
  ['peer_id_invalid', 'gone'],
  ['deactivated', 'gone'],
  ['kicked', 'gone'],
  ['blocked by the user', 'gone'],
  ['not a member', 'gone'],
  ['entit', 'ours'],
  ["can't parse", 'ours'],
  ['message text is empty', 'ours'],
  ['message is too long', 'ours'],
  ['caption is too long', 'ours'],
  ['strings must be encoded', 'ours'],
  ['button', 'ours'],
  ['reply markup', 'ours'],
  ['keyboard', 'ours'],
  ['parameter', 'ours'],
]

const RIGHTS = /rights|chat_write_forbidden|chat_restricted|chat_send_plain_forbidden/i

/** Whether the bot is in the chat and may only not write there. */
export const lacksRights = (delivery: Delivery): delivery is Delivery & { kind: 'gone' } =>
  delivery.kind === 'gone' && RIGHTS.test(delivery.why)

// The request never left: what fails to connect has not been carried out.
const NEVER_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_|ERR_TLS|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/

// A gateway's word: what stands behind it may have done as asked.
const GATEWAYS = new Set([502, 504])

function ofRefusal(error: GrammyError, address: Address): Delivery {
  const { error_code: status, parameters } = error
  const why = whyOf(error)
  const says = error.description.toLowerCase()
  if (status === 429) return { kind: 'again', why, afterMs: (parameters.retry_after ?? 1) * SECOND }
  // 404 is what a token without the right form gets.
  if (status === 401 || status === 404)
    return { kind: 'stop', why: words(SAYS.tokenRefused, { reason: why }) }
  if (status >= 500)
    return { kind: 'again', why, ...(GATEWAYS.has(status) ? { uncertain: true } : {}) }
  if (parameters.migrate_to_chat_id !== undefined) {
    const channelId = String(parameters.migrate_to_chat_id)
    return { kind: 'elsewhere', address: { channelId, threadId: null }, why }
  }
  const [, means] = MEANINGS.find(([said]) => says.includes(said)) ?? []
  switch (means) {
    case 'done':
      return { kind: 'done', messageId: null }
    case 'topic':
      // Without a topic it already was the chat's General that is closed.
      if (address.threadId === null) return { kind: 'gone', why }
      return { kind: 'elsewhere', address: { ...address, threadId: null }, why }
    case 'missing':
    case 'gone':
    case 'ours':
      return { kind: means, why }
    default:
      return status === 403 ? { kind: 'gone', why } : { kind: 'again', why }
  }
}

/**
 * What a failed call means for a delivery. Unknown answers are `again`. An answer that got lost
 * after the request went out is `uncertain`: the message may be there.
 */
export function deliveryOf(error: unknown, address: Address): Delivery {
  if (error instanceof GrammyError) return ofRefusal(error, address)
  const why = whyOf(error)
  if (!(error instanceof HttpError)) return { kind: 'again', why }
  const neverSent = NEVER_SENT.test(networkCode(error) ?? '')
  return { kind: 'again', why, ...(neverSent ? {} : { uncertain: true }) }
}
