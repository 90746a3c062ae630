import type { Api } from 'grammy'
import { SECOND } from '../../src/kernel/index.ts'
import type { Address, Delivery, Pins } from '../../src/notifications/index.ts'
import { deliveryOf } from './answers.ts'
import { grammySignal } from './client.ts'
import type { Limits } from './limits.ts'
import { chatIdOf } from './wire.ts'

const NO_RIGHT = /not enough rights|CHAT_ADMIN_REQUIRED|need administrator rights/i
const NOT_THERE = /message to (?:un)?pin not found|message to delete not found/i
const MAY_NOT_PIN =
  'Uptalk may not pin messages in this chat; it needs to be an administrator who may'

/** Pins messages by REST alone. */
export function openPins(api: Api, limits: Limits): Pins {
  async function ask(
    address: Address,
    messageId: string,
    call: (chatId: number | string, id: number) => Promise<unknown>,
  ): Promise<Delivery> {
    const afterMs = limits.blockedFor(address.channelId)
    if (afterMs > 0)
      return { kind: 'again', why: "Telegram's limit of messages", afterMs, isPaced: true }
    try {
      await call(chatIdOf(address.channelId), Number(messageId))
      return { kind: 'done', messageId }
    } catch (error) {
      const delivery = deliveryOf(error, address)
      if (delivery.kind === 'again' && delivery.afterMs !== undefined)
        limits.block(address.channelId, delivery.afterMs)
      const why = 'why' in delivery ? delivery.why : ''
      if (NOT_THERE.test(why)) return { kind: 'missing', why }
      return NO_RIGHT.test(why) ? { kind: 'gone', why: MAY_NOT_PIN } : delivery
    }
  }

  return {
    pin: (address, messageId, signal) =>
      ask(address, messageId, (chatId, id) =>
        api.pinChatMessage(chatId, id, { disable_notification: true }, grammySignal(signal)),
      ),
    unpin: (address, messageId, signal) =>
      ask(address, messageId, (chatId, id) =>
        api.unpinChatMessage(chatId, id, {}, grammySignal(signal)),
      ),
    remove: (address, messageId, signal) =>
      ask(address, messageId, (chatId, id) => api.deleteMessage(chatId, id, grammySignal(signal))),
    spacingMs: () => 10 * SECOND,
    knowsRepeats: false,
  }
}
