import { Routes } from 'discord.js'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import type { Delivery, Pins } from '../../src/notifications/index.ts'
import { codeOf, toDelivery } from './answers.ts'
import type { Wire } from './wire.ts'

const NO_RIGHT = 50_013
const TOO_MANY = 30_003

const REFUSED: Readonly<Record<number, string>> = {
  [NO_RIGHT]: 'Uptalk may not pin messages in this channel; it needs Pin Messages',
  [TOO_MANY]: 'this channel has as many pinned messages as Discord allows; unpin one',
}

/** Pins messages by REST alone. */
export function openPins(wire: Wire): Pins {
  async function ask(
    method: 'put' | 'delete',
    path: `/${string}`,
    messageId: string,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const afterMs = wire.pausedFor()
    if (afterMs > 0) return { kind: 'again', why: 'Discord turned down too many requests', afterMs }
    try {
      await wire.send(method, path, { signal })
      return { kind: 'done', messageId }
    } catch (error) {
      const why = REFUSED[codeOf(error) ?? 0]
      return why === undefined ? toDelivery(error) : { kind: 'gone', why }
    }
  }

  return {
    pin: ({ channelId }, id, signal) =>
      ask('put', Routes.channelMessagesPin(channelId, id), id, signal),
    unpin: ({ channelId }, id, signal) =>
      ask('delete', Routes.channelMessagesPin(channelId, id), id, signal),
    remove: ({ channelId }, id, signal) =>
      ask('delete', Routes.channelMessage(channelId, id), id, signal),
    // Of messages older than an hour few may be edited, and each of them not for ever.
    spacingMs: (ageMs) => (ageMs >= DAY ? null : ageMs >= HOUR ? MINUTE : 10 * SECOND),
    knowsRepeats: true,
  }
}
