import { type Api, InputFile } from 'grammy'
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
  /** Words stay words and a picture a picture: `missing` where the message is of the other kind. */
  edit(address: Address, messageId: string, screen: Screen, signal: AbortSignal): Promise<Delivery>
  remove(address: Address, messageId: string, signal: AbortSignal): Promise<Delivery>
}

const PREVIEW = { link_preview_options: { is_disabled: true } } as const

export const chatIdOf = (id: string): number | string => (/^-?\d+$/.test(id) ? Number(id) : id)

const CHART_FILE = 'chart.png'

const captionOf = ({ text, entities }: Screen<AnyMarkup>) => ({
  caption: text,
  ...(entities.length === 0 ? {} : { caption_entities: entities }),
})

const keyboardOf = <Markup extends AnyMarkup>({ reply_markup }: Screen<Markup>) =>
  reply_markup === undefined ? {} : { reply_markup }

const mannerOf = ({ threadId }: Address, { replyTo, silent }: Manner) => ({
  ...(silent ? { disable_notification: true } : {}),
  ...(threadId === null ? {} : { message_thread_id: Number(threadId) }),
  ...(replyTo === null
    ? {}
    : {
        reply_parameters: {
          message_id: Number(replyTo),
          allow_sending_without_reply: true,
        },
      }),
})

const markupOf = <Markup extends AnyMarkup>(screen: Screen<Markup>) => ({
  ...(screen.entities.length === 0 ? {} : { entities: screen.entities }),
  ...keyboardOf(screen),
})

type Call<Markup extends AnyMarkup> = (screen: Screen<Markup>) => Promise<string | null>

export function openWire(
  api: Api,
  limits: Limits,
  kind: Kind,
  tools: Pick<PartTools, 'log'>,
): Wire {
  /** `isCounted`: a second form of what was counted already. */
  async function once(
    address: Address,
    call: () => Promise<string | null>,
    isCounted = false,
  ): Promise<Delivery> {
    const afterMs = isCounted ? 0 : limits.take(address.channelId, kind)
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
    isCounted = false,
  ): Promise<Delivery> {
    const first = await once(address, () => call(screen), isCounted)
    if (first.kind !== 'ours') return first
    tools.log.error({ why: first.why, characters: screen.text.length }, 'telegram refused a screen')
    const { reply_markup: _, ...bare } = defused(screen)
    try {
      return { kind: 'done', messageId: await call(bare) }
    } catch (error) {
      return deliveryOf(error, address)
    }
  }

  /** Nothing where the picture is not taken here: then its words go alone. */
  async function sendPhoto(
    address: Address,
    { photo, ...screen }: Screen<AnyMarkup>,
    manner: Manner,
    signal: AbortSignal,
  ): Promise<Delivery | undefined> {
    if (photo === undefined) return undefined
    const sent = await once(address, async () => {
      const { message_id } = await api.sendPhoto(
        chatIdOf(address.channelId),
        new InputFile(photo, CHART_FILE),
        { ...captionOf(screen), ...keyboardOf(screen), ...mannerOf(address, manner) },
        grammySignal(signal),
      )
      return String(message_id)
    })
    if (sent.kind !== 'ours' && sent.kind !== 'gone') return sent
    tools.log.warn({ why: sent.why }, 'telegram refused a picture')
    return undefined
  }

  async function editPhoto(
    address: Address,
    messageId: string,
    screen: Screen & { readonly photo: Uint8Array },
    signal: AbortSignal,
  ): Promise<Delivery> {
    const media = {
      type: 'photo',
      media: new InputFile(screen.photo, CHART_FILE),
      ...captionOf(screen),
    } as const
    const edited = await once(address, async () => {
      const to = chatIdOf(address.channelId)
      const options = keyboardOf(screen)
      await api.editMessageMedia(to, Number(messageId), media, options, grammySignal(signal))
      return messageId
    })
    // Said anew it may go without its picture.
    return edited.kind === 'ours' ? { kind: 'missing', why: edited.why } : edited
  }

  return {
    async send(address, screen, manner, signal) {
      if (signal.aborted) return { kind: 'again', why: 'stopping' }
      const sent = await sendPhoto(address, screen, manner, signal)
      if (sent !== undefined) return sent
      const call: Call<AnyMarkup> = async ({ text, ...rest }) => {
        const { message_id } = await api.sendMessage(
          chatIdOf(address.channelId),
          text,
          { ...markupOf({ text, ...rest }), ...PREVIEW, ...mannerOf(address, manner) },
          grammySignal(signal),
        )
        return String(message_id)
      }
      return await attempt(address, screen, call, screen.photo !== undefined)
    },
    async edit(address, messageId, screen, signal) {
      if (signal.aborted) return { kind: 'again', why: 'stopping' }
      const { photo } = screen
      if (photo !== undefined)
        return await editPhoto(address, messageId, { ...screen, photo }, signal)
      const edited = await attempt(address, screen, async ({ text, ...rest }) => {
        const options = { ...markupOf({ text, ...rest }), ...PREVIEW }
        const to = chatIdOf(address.channelId)
        await api.editMessageText(to, Number(messageId), text, options, grammySignal(signal))
        return messageId
      })
      return edited.kind === 'done' ? { kind: 'done', messageId } : edited
    },
    remove: (address, messageId, signal) =>
      once(address, async () => {
        const to = chatIdOf(address.channelId)
        await api.deleteMessage(to, Number(messageId), grammySignal(signal))
        return null
      }),
  }
}
