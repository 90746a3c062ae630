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
  readonly asked: Promise<ReadonlyMap<number, Standing>>
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
          return new Map()
        },
      ),
    }
    if (known.size >= CHATS_KEPT) known.clear()
    known.set(chatId, entry)
    return entry
  }

  return {
    async of(chat, userId) {
      if (chat.type === 'private') return 'creator'
      const kept = known.get(chat.id)
      const fresh = kept !== undefined && kept.until > clock.monotonic() ? kept : ask(chat.id)
      return (await fresh.asked).get(userId) ?? 'member'
    },
    drop(chatId) {
      known.delete(chatId)
    },
  }
}
