import { type Clock, MINUTE, SECOND } from '../../src/kernel/index.ts'

const PER_SECOND_OVERALL = 30
const PER_MINUTE_IN_GROUP = 20
/** Of these; a group busy with commands still hears its alerts at once. */
const KEPT_FOR_ALERTS = 4
const CHATS_REMEMBERED = 1000

/** What is written: alerts wait for one another only, answers to people for whatever was before. */
export type Kind = 'alert' | 'answer'

/** Telegram's limits, counted here so that they are not hit; edits count too. */
export interface Limits {
  /** 0 when the chat may be written to now, which counts as done; else the wait in milliseconds. */
  take(chatId: string, kind: Kind): number
  /** Telegram's own word: nothing to this chat for `ms`. */
  block(chatId: string, ms: number): void
}

export function countLimits(clock: Clock): Limits {
  const perChat = new Map<string, number[]>()
  const lastAlert = new Map<string, number>()
  const blocked = new Map<string, number>()
  let overall: number[] = []

  const forget = (now: number): void => {
    for (const [chatId, times] of perChat)
      if ((times.at(-1) ?? 0) <= now - MINUTE) perChat.delete(chatId)
    for (const [chatId, at] of lastAlert) if (at <= now - SECOND) lastAlert.delete(chatId)
    for (const [chatId, until] of blocked) if (until <= now) blocked.delete(chatId)
  }

  return {
    take(chatId, kind) {
      const now = clock.monotonic()
      if (perChat.size + blocked.size > CHATS_REMEMBERED) forget(now)
      overall = overall.filter((at) => at > now - SECOND)
      const times = (perChat.get(chatId) ?? []).filter((at) => at > now - MINUTE)
      const last = kind === 'alert' ? lastAlert.get(chatId) : times.at(-1)
      const perMinute = PER_MINUTE_IN_GROUP - (kind === 'alert' ? 0 : KEPT_FOR_ALERTS)
      // Groups and channels have negative ids.
      const full = chatId.startsWith('-') && times.length >= perMinute
      const wait = Math.max(
        0,
        (blocked.get(chatId) ?? 0) - now,
        overall.length >= PER_SECOND_OVERALL ? overall[0]! + SECOND - now : 0,
        last === undefined ? 0 : last + SECOND - now,
        full ? times.at(-perMinute)! + MINUTE - now : 0,
      )
      if (wait > 0) return Math.ceil(wait)
      overall.push(now)
      perChat.set(chatId, [...times, now])
      if (kind === 'alert') lastAlert.set(chatId, now)
      return 0
    },
    block(chatId, ms) {
      blocked.set(chatId, clock.monotonic() + ms)
    },
  }
}
