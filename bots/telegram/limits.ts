import { type Clock, MINUTE, SECOND } from '../../src/kernel/index.ts'

const PER_SECOND_OVERALL = 30
const PER_MINUTE_IN_GROUP = 20
/** Answers in a group within a minute before they slow down: the rest of the 20 is for alerts. */
const QUICK_ANSWERS = 16
/** A board changes no more where so much is going on: what is left is for alerts. */
const CALM_IN_GROUP = 15
/** Whoever asks more than that waits a little for each answer, and never for a minute. */
const SLOW_ANSWER_MS = 2 * SECOND
const CHATS_REMEMBERED = 1000

/** What is written: alerts and answers wait for their own alone, boards for alerts, too. */
export type Kind = 'alert' | 'answer' | 'board'

/**
 * Telegram's limits, counted here so that alerts do not hit them; edits count too. Answers are only
 * slowed down: people wait for them, and where Telegram minds it says for how long.
 */
export interface Limits {
  /** 0 when the chat may be written to now, which counts as done; else the wait in milliseconds. */
  take(chatId: string, kind: Kind): number
  /** Telegram's own word: nothing to this chat for `ms`. */
  block(chatId: string, ms: number): void
  /** How much of that is left. */
  blockedFor(chatId: string): number
}

export function countLimits(clock: Clock): Limits {
  const written: Record<Kind, Map<string, number[]>> = {
    alert: new Map(),
    answer: new Map(),
    board: new Map(),
  }
  const blocked = new Map<string, number>()
  let overall: number[] = []

  const forget = (now: number): void => {
    for (const perChat of Object.values(written))
      for (const [chatId, times] of perChat)
        if ((times.at(-1) ?? 0) <= now - MINUTE) perChat.delete(chatId)
    for (const [chatId, until] of blocked) if (until <= now) blocked.delete(chatId)
  }

  const lately = (kind: Kind, chatId: string, now: number): number[] =>
    (written[kind].get(chatId) ?? []).filter((at) => at > now - MINUTE)

  /** How long this kind has to wait for others in that chat. */
  const paced = (kind: Kind, chatId: string, now: number): number => {
    // Groups and channels have negative ids.
    const isGroup = chatId.startsWith('-')
    if (kind === 'answer') {
      const times = lately(kind, chatId, now)
      const isMuch = isGroup && times.length >= QUICK_ANSWERS
      return isMuch ? times.at(-1)! + SLOW_ANSWER_MS - now : 0
    }
    const alerts = lately('alert', chatId, now)
    const all = [...alerts, ...lately('board', chatId, now)].toSorted((a, b) => a - b)
    const last = (kind === 'alert' ? alerts : all).at(-1) ?? -Infinity
    const most = kind === 'alert' ? PER_MINUTE_IN_GROUP : CALM_IN_GROUP
    const isFull = isGroup && all.length >= most
    return Math.max(last + SECOND - now, isFull ? all.at(-most)! + MINUTE - now : 0)
  }

  return {
    take(chatId, kind) {
      const now = clock.monotonic()
      const perChat = written[kind]
      if (perChat.size + blocked.size > CHATS_REMEMBERED) forget(now)
      overall = overall.filter((at) => at > now - SECOND)
      const wait = Math.max(
        0,
        (blocked.get(chatId) ?? 0) - now,
        overall.length >= PER_SECOND_OVERALL ? overall[0]! + SECOND - now : 0,
        paced(kind, chatId, now),
      )
      if (wait > 0) return Math.ceil(wait)
      overall.push(now)
      perChat.set(chatId, [...lately(kind, chatId, now), now])
      return 0
    },
    block(chatId, ms) {
      blocked.set(chatId, clock.monotonic() + ms)
    },
    blockedFor: (chatId) => Math.max(0, (blocked.get(chatId) ?? 0) - clock.monotonic()),
  }
}
