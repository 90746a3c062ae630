import { MessageFlags, Routes } from 'discord.js'
import { cut, type Log } from '../../src/kernel/index.ts'
import type { Delivery, Messenger, News } from '../../src/notifications/index.ts'
import type { Reply } from '../commands/index.ts'
import { codeOf, toDelivery } from './answers.ts'
import { type Files, isOfPicture, withPicture } from './picture.ts'
import { openPins } from './pins.ts'
import { type DiscordPayload, plainForm } from './render.ts'
import type { Wire } from './wire.ts'

const SAYS = {
  tooMany: 'Discord turned down too many requests',
  notWorded: 'the message could not be worded',
} as const

/** "You cannot reply without permission to read message history." */
const NO_REPLIES_HERE = 160_002
const FORM_REFUSED = 50_035
const CONTENT_MAX = 2000

/** The one role or person a channel chose; the names in a message ring nobody. */
function ringing(payload: DiscordPayload, mention: string): DiscordPayload {
  const [kind = '', id = ''] = mention.split(':')
  const shown = kind === 'role' ? `<@&${id}>` : kind === 'user' ? `<@${id}>` : `@${kind}`
  const allowed =
    kind === 'role' ? { roles: [id] } : kind === 'user' ? { users: [id] } : { parse: ['everyone'] }
  const room = CONTENT_MAX - shown.length - 1
  return {
    ...payload,
    content: `${cut(payload.content, room)} ${shown}`,
    allowed_mentions: { parse: [], ...allowed } as DiscordPayload['allowed_mentions'],
  }
}

type Attempt = (payload: DiscordPayload, files: Files) => Promise<unknown>

/** Tells channels by REST alone: the gateway may be away. */
export function openMessenger(wire: Wire, word: (news: News) => Reply, log: Log): Messenger {
  async function tell(
    news: News,
    attempt: Attempt,
    mention: string | null = null,
  ): Promise<Delivery> {
    const pause = wire.pausedFor()
    if (pause > 0) return { kind: 'again', why: SAYS.tooMany, afterMs: pause }
    try {
      return await withPicture(word(news), log, async (worded, files) => {
        const payload = mention === null ? worded : ringing(worded, mention)
        try {
          return toDone(await attempt(payload, files), payload)
        } catch (error) {
          if (files.length > 0 && isOfPicture(error)) throw error
          if (codeOf(error) !== FORM_REFUSED) return toDelivery(error)
          const refused = toDelivery(error)
          log.error({ news: news.kind, refused }, 'message form was refused')
          return inPlainForm(attempt, payload)
        }
      })
    } catch (error) {
      log.error({ err: error, news: news.kind }, 'news was not worded')
      return { kind: 'ours', why: SAYS.notWorded }
    }
  }

  return {
    post: ({ address, news, nonce, replyTo, silent, mention }, signal) => {
      const path = Routes.channelMessages(address.channelId)
      const attempt: Attempt = async (payload, files) => {
        const body = {
          ...payload,
          nonce,
          enforce_nonce: true,
          ...(silent ? { flags: MessageFlags.SuppressNotifications } : {}),
        }
        if (replyTo === null) return wire.send('post', path, { body, files, signal })
        const reply = { message_id: replyTo, fail_if_not_exists: false }
        try {
          const answering = { ...body, message_reference: reply }
          return await wire.send('post', path, { body: answering, files, signal })
        } catch (error) {
          if (codeOf(error) !== NO_REPLIES_HERE) throw error
          return wire.send('post', path, { body, files, signal })
        }
      }
      return tell(news, attempt, mention)
    },
    edit: ({ channelId }, messageId, news, signal) =>
      tell(news, (body, files) =>
        wire.send('patch', Routes.channelMessage(channelId, messageId), { body, files, signal }),
      ),
    pins: openPins(wire),
    serverOf: async ({ channelId }, signal) => {
      try {
        const channel = (await wire.send('get', Routes.channel(channelId), { signal })) as {
          readonly guild_id?: unknown
        } | null
        return typeof channel?.guild_id === 'string' ? channel.guild_id : null
      } catch {
        // Not there, not ours to see, or not to be asked just now: not known.
        return null
      }
    },
  }
}

function toDone(answer: unknown, asked: DiscordPayload): Delivery {
  const { id, content } = (answer ?? {}) as { readonly id?: unknown; readonly content?: unknown }
  const done = { kind: 'done', messageId: typeof id === 'string' ? id : null } as const
  // For a nonce it knows Discord answers with the message of an earlier attempt, as that was worded.
  return typeof content === 'string' && content.trim() !== asked.content.trim()
    ? { ...done, isEarlier: true }
    : done
}

/** Once more with the headline alone: a plain alert beats none. */
async function inPlainForm(attempt: Attempt, payload: DiscordPayload): Promise<Delivery> {
  try {
    const plain = plainForm(payload)
    return toDone(await attempt(plain, []), plain)
  } catch (error) {
    return toDelivery(error)
  }
}
