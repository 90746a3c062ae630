import type { Chat, Message, User } from 'grammy/types'
import { plain } from '../../src/kernel/index.ts'
import type { Actor, Ask, Place } from '../commands/index.ts'
import type { Standings } from './standing.ts'

/** Who speaks when an administrator does so anonymously. */
const ANONYMOUS_ADMINISTRATOR = 1_087_968_824

const NAME_MAX = 64
const TITLE_MAX = 128

const fullName = (first: string | undefined, last: string | undefined): string =>
  [first, last].filter((part) => part !== undefined).join(' ')

export const nameOf = (user: User): string =>
  plain(fullName(user.first_name, user.last_name), NAME_MAX)

function titleOf(chat: Chat): string {
  const words = chat.type === 'private' ? fullName(chat.first_name, chat.last_name) : chat.title
  return plain(words ?? '', TITLE_MAX)
}

export function placeOf(chat: Chat, threadId: number | undefined): Place {
  return {
    platform: 'telegram',
    serverId: String(chat.id),
    channelId: String(chat.id),
    threadId: threadId === undefined ? null : String(threadId),
    isPrivate: chat.type === 'private',
    title: titleOf(chat),
  }
}

/** The topic of a message; replies outside forums carry a thread that can't be written to. */
export const threadOf = (message: Message): number | undefined =>
  message.is_topic_message === true ? message.message_thread_id : undefined

export const askBy = async (user: User, place: Place, chat: Chat, of: Standings): Promise<Ask> => ({
  actor: {
    userId: String(user.id),
    displayName: nameOf(user),
    standing: await of.of(chat, user.id),
  },
  place,
})

/** Who wrote the message, as far as he can be taken at his word. Nobody: a bot, or a copy. */
export async function actorOf(message: Message, standings: Standings): Promise<Actor | undefined> {
  const { chat, from, sender_chat: sender, author_signature: signature } = message
  // Forwarded words are not the forwarder's own, and a channel's posts arrive in its group by themselves.
  if (message.forward_origin !== undefined || message.is_automatic_forward === true)
    return undefined
  if (sender !== undefined) {
    const isThisChat = sender.id === chat.id
    const isAdministrator = isThisChat && (chat.type === 'channel' || isAnonymous(from))
    return {
      // Anonymous administrators share one id: nobody's.
      userId: isThisChat ? '' : String(sender.id),
      displayName: plain(signature ?? titleOf(sender), NAME_MAX),
      standing: isAdministrator ? 'administrator' : 'member',
    }
  }
  if (chat.type === 'channel')
    return {
      userId: '',
      displayName: plain(signature ?? titleOf(chat), NAME_MAX),
      standing: 'administrator',
    }
  if (from === undefined || from.is_bot) return undefined
  return {
    userId: String(from.id),
    displayName: nameOf(from),
    standing: await standings.of(chat, from.id),
  }
}

const isAnonymous = (from: User | undefined): boolean => from?.id === ANONYMOUS_ADMINISTRATOR
