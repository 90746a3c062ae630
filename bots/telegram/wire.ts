import type { Api } from 'grammy'
import type { PartTools } from '../../src/kernel/index.ts'
import type { Address, Delivery } from '../../src/notifications/index.ts'
import { deliveryOf } from './answers.ts'
import { grammySignal } from './client.ts'
import type { Kind, Limits } from './limits.ts'
import { type AnyMarkup, defused, type Screen } from './render.ts'

interface Manner {
  readonly replyTo: string | null
  /** Not to ring the phone. */
  readonly silent: boolean
}

/** Sends and edits, once each, within the limits; every outcome is a Delivery, nothing throws. */
export interface Wire {
  send(
    address: Address,
    screen: Screen<AnyMarkup>,
    manner: Manner,
    signal: AbortSignal,
  ): Promise<Delivery>
  edit(address: Address, messageId: string, screen: Screen, signal: AbortSignal): Promise<Delivery>
}

const PREVIEW = { link_preview_options: { is_disabled: true } } as const

const chatId = (id: string): number | string => (/^-?\d+$/.test(id) ? Number(id) : id)

const markupOf = <Markup extends AnyMarkup>({ entities, reply_markup }: Screen<Markup>) => ({
  ...(entities.length === 0 ? {} : { entities }),
  ...(reply_markup === undefined ? {} : { reply_markup }),
})

type Call<Markup extends AnyMarkup> = (screen: Screen<Markup>) => Promise<string | null>

export function openWire(
  api: Api,
  limits: Limits,
  kind: Kind,
  tools: Pick<PartTools, 'log'>,
): Wire {
  async function once(address: Address, call: () => Promise<string | null>): Promise<Delivery> {
    const afterMs = limits.take(address.channelId, kind)
    if (afterMs > 0)
      return { kind: 'again', why: "Telegram's limit of messages", afterMs, isPaced: true }
    try {
      return { kind: 'done', messageId: await call() }
    } catch (error) {
      const delivery = deliveryOf(error, address)
      if (delivery.kind === 'again' && delivery.afterMs !== undefined)
        limits.block(address.channelId, delivery.afterMs)
      return delivery
    }
  }

  /** A screen that Telegram refuses is a bug of ours; its words go out all the same, without markup. */
  async function attempt<Markup extends AnyMarkup>(
    address: Address,
    screen: Screen<Markup>,
    call: Call<Markup>,
  ): Promise<Delivery> {
    const first = await once(address, () => call(screen))
    if (first.kind !== 'ours') return first
    tools.log.error({ why: first.why, characters: screen.text.length }, 'telegram refused a screen')
    const { reply_markup: _, ...bare } = defused(screen)
    try {
      return { kind: 'done', messageId: await call(bare) }
    } catch (error) {
      return deliveryOf(error, address)
    }
  }

  return {
    async send(address, screen, { replyTo, silent }, signal) {
      if (signal.aborted) return { kind: 'again', why: 'stopping' }
      return await attempt(address, screen, async ({ text, ...rest }) => {
        const sent = await api.sendMessage(
          chatId(address.channelId),
          text,
          {
            ...markupOf({ text, ...rest }),
            ...PREVIEW,
            ...(silent ? { disable_notification: true } : {}),
            ...(address.threadId === null ? {} : { message_thread_id: Number(address.threadId) }),
            ...(replyTo === null
              ? {}
              : {
                  reply_parameters: {
                    message_id: Number(replyTo),
                    allow_sending_without_reply: true,
                  },
                }),
          },
          grammySignal(signal),
        )
        return String(sent.message_id)
      })
    },
    async edit(address, messageId, screen, signal) {
      if (signal.aborted) return { kind: 'again', why: 'stopping' }
      const edited = await attempt(address, screen, async ({ text, ...rest }) => {
        const options = { ...markupOf({ text, ...rest }), ...PREVIEW }
        const to = chatId(address.channelId)
        await api.editMessageText(to, Number(messageId), text, options, grammySignal(signal))
        return messageId
      })
      return edited.kind === 'done' ? { kind: 'done', messageId } : edited
    },
  }
}
