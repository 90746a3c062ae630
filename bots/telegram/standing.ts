import type { Api } from 'grammy'
import type { Chat } from 'grammy/types'
import { type Clock, MINUTE, SECOND } from '../../src/kernel/index.ts'
import type { Actor } from '../commands/index.ts'

type Standing = Actor['standing']

/** What Telegram says of somebody in a chat. Members only, where it can't be asked. */
export interface Standings {
  of(chat: Chat, userId: number): Promise<Standing>
  /** The chat's administrators have changed. */
  drop(chatId: number): void
}

const KEPT_MS = MINUTE
/** A chat that can't be asked is not asked at every word said there. */
const FAILURE_KEPT_MS = 5 * SECOND
const CHATS_KEPT = 500

interface Known {
  /** Null: the platform did not say. */
  readonly asked: Promise<ReadonlyMap<number, Standing> | null>
  until: number
}

export function openStandings(api: Api, clock: Clock): Standings {
  const known = new Map<number, Known>()

  function ask(chatId: number): Known {
    const entry: Known = {
      until: clock.monotonic() + KEPT_MS,
      asked: api.getChatAdministrators(chatId).then(
        (members) =>
          new Map(
            members.map(({ status, user }): [number, Standing] => [
              user.id,
              status === 'creator' ? 'creator' : 'administrator',
            ]),
          ),
        () => {
          entry.until = clock.monotonic() + FAILURE_KEPT_MS
          return null
        },
      ),
    }
    if (known.size >= CHATS_KEPT) known.clear()
    known.set(chatId, entry)
    return entry
  }

  // Telegram answers this for others only where we are administrators; some servers know no other way.
  const askAlone = (chatId: number, userId: number): Promise<Standing> =>
    api.getChatMember(chatId, userId).then(
      ({ status }) => (status === 'creator' || status === 'administrator' ? status : 'member'),
      () => 'member' as const,
    )

  return {
    async of(chat, userId) {
      if (chat.type === 'private') return 'creator'
      const kept = known.get(chat.id)
      const fresh = kept !== undefined && kept.until > clock.monotonic() ? kept : ask(chat.id)
      const administrators = await fresh.asked
      return administrators === null
        ? askAlone(chat.id, userId)
        : (administrators.get(userId) ?? 'member')
    },
    drop(chatId) {
      known.delete(chatId)
    },
  }
}
