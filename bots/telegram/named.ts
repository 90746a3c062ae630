import type { Chat, Message, User } from 'grammy/types'
import type { Named } from '../commands/index.ts'
import { nameOf } from './people.ts'

/** Whose @name is whose, by who spoke in a chat: Telegram itself does not tell. In memory alone. */
export interface Acquaintances {
  note(chat: Chat, user: User): void
  /** Whom a message names: by a mention that holds a person, by @name, by answering a message. */
  namedIn(message: Message): Named[]
}

const KEPT = 1000

const lower = (username: string): string => username.toLowerCase()

export function openAcquaintances(): Acquaintances {
  // By person and not by @name, which may pass to somebody else; the one heard last comes last.
  const known = new Map<string, { readonly chatId: number; readonly user: User }>()

  const find = (chatId: number, username: string): User | undefined =>
    [...known.values()].findLast(
      (it) => it.chatId === chatId && lower(it.user.username ?? '') === lower(username),
    )?.user

  return {
    note(chat, user) {
      if (user.is_bot) return
      const key = `${chat.id} ${user.id}`
      known.delete(key)
      if (user.username === undefined) return
      known.set(key, { chatId: chat.id, user })
      if (known.size > KEPT) known.delete(known.keys().next().value!)
    },
    namedIn(message) {
      const { text = '', entities = [], chat } = message
      const mentioned = entities.flatMap((entity): Named[] => {
        const word = text.slice(entity.offset, entity.offset + entity.length)
        const user =
          entity.type === 'text_mention'
            ? entity.user
            : entity.type === 'mention'
              ? find(chat.id, word.slice(1))
              : undefined
        return user === undefined || user.is_bot ? [] : [personOf(user, word)]
      })
      const author = authorOf(message.reply_to_message)
      return author === undefined ? mentioned : [...mentioned, personOf(author, null)]
    },
  }
}

const personOf = (user: User, word: string | null): Named => ({
  kind: 'person',
  id: String(user.id),
  displayName: nameOf(user),
  word,
})

/** Who wrote the message that is answered, where that is a person under his own name. */
function authorOf(answered: Message['reply_to_message']): User | undefined {
  // Each message of a topic counts as an answer to the one that opened it.
  if (answered?.forum_topic_created !== undefined) return undefined
  const { from, sender_chat: mask } = answered ?? {}
  return from === undefined || from.is_bot || mask !== undefined ? undefined : from
}
