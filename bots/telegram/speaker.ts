import type { Api } from 'grammy'
import type { PartTools } from '../../src/kernel/index.ts'
import { MINUTE } from '../../src/kernel/index.ts'
import type { Address, Delivery } from '../../src/notifications/index.ts'
import { deliveryOf, lacksRights } from './answers.ts'
import { closedReply } from '../commands/index.ts'
import { grammySignal } from './client.ts'
import { type AnyMarkup, renderTelegram, type Screen } from './render.ts'
import type { Wire } from './wire.ts'

/** A message that may be changed. */
export interface Shown {
  readonly messageId: string
  readonly isPhoto: boolean
}

export interface Where {
  readonly address: Address
  readonly replyTo: string | null
  /** Who is told by himself where the chat takes no answer; nobody, where nobody is known. */
  readonly asker: { readonly userId: string; readonly title: string }
}

/** Answers people. Waits for limits; repeats nothing but what Telegram asked to repeat. */
export interface Speaker {
  /** The message's id, or nothing where it could not be said. */
  say(where: Where, screen: Screen<AnyMarkup>): Promise<string | undefined>
  /** Edits in place; says it anew where the message is not there any more, or of another kind. */
  show(where: Where, shown: Shown | undefined, screen: Screen): Promise<void>
  /** Puts it in the place of words that only said to wait. */
  replace(where: Where, messageId: string | undefined, screen: Screen): Promise<void>
  /** Ends the spinner of a pressed button: with nothing, in passing, or with words to be read. */
  answerPress(queryId: string, how?: 'silent' | 'passing' | 'alert', text?: string): Promise<void>
}

/** Not nobody, and no channel that somebody speaks as. */
const PERSON = /^\d+$/
const TRIES = 20
const PATIENCE_MS = MINUTE

export function openSpeaker(
  wire: Wire,
  api: Api,
  signal: AbortSignal,
  { clock, log }: Pick<PartTools, 'clock' | 'log'>,
): Speaker {
  async function insist(
    address: Address,
    attempt: (address: Address) => Promise<Delivery>,
  ): Promise<Delivery> {
    let at = address
    let delivery: Delivery = { kind: 'again', why: 'not tried' }
    for (let tried = 0; tried < TRIES && !signal.aborted; tried += 1) {
      delivery = await attempt(at)
      if (delivery.kind === 'elsewhere') {
        at = delivery.address
        continue
      }
      const afterMs = delivery.kind === 'again' ? delivery.afterMs : undefined
      if (afterMs === undefined || afterMs > PATIENCE_MS) break
      await clock.sleep(afterMs, signal)
    }
    if (delivery.kind !== 'done' && delivery.kind !== 'missing') {
      const why = delivery.kind === 'elsewhere' ? 'moved again and again' : delivery.why
      // A chat that is closed to us is its people's wish, however often they ask there.
      log[delivery.kind === 'gone' ? 'debug' : 'warn']({ why }, 'answer was lost')
    }
    return delivery
  }

  const say: Speaker['say'] = async ({ address, replyTo, asker }, screen) => {
    const said = await insist(address, (at) =>
      wire.send(at, screen, { replyTo, silent: false }, signal),
    )
    if (lacksRights(said) && PERSON.test(asker.userId)) {
      const closed = renderTelegram(closedReply(asker.title, said.why), clock.now())
      const alone: Address = { channelId: asker.userId, threadId: null }
      await insist(alone, (at) => wire.send(at, closed, { replyTo: null, silent: false }, signal))
    }
    return said.kind === 'done' ? (said.messageId ?? undefined) : undefined
  }

  const show: Speaker['show'] = async (where, shown, screen) => {
    if (shown?.isPhoto === (screen.photo !== undefined)) {
      const { messageId } = shown
      const edited = await insist(where.address, (at) => wire.edit(at, messageId, screen, signal))
      if (edited.kind !== 'missing') return
    }
    await say(where, screen)
  }

  return {
    say,
    show,
    async replace(where, messageId, screen) {
      if (messageId === undefined || screen.photo === undefined)
        return await show(
          where,
          messageId === undefined ? undefined : { messageId, isPhoto: false },
          screen,
        )
      const said = await say(where, screen)
      if (said === undefined) return
      await insist(where.address, (at) => wire.remove(at, messageId, signal))
    },
    async answerPress(queryId, how = 'silent', text = '') {
      const address: Address = { channelId: '', threadId: null }
      const words = how === 'silent' ? {} : { text, show_alert: how === 'alert' }
      for (let tried = 0; tried < 3; tried += 1)
        try {
          await api.answerCallbackQuery(queryId, words, grammySignal(signal))
          return
        } catch (error) {
          const delivery = deliveryOf(error, address)
          // "query is too old" is nobody's fault: the spinner has ended by itself.
          if (delivery.kind !== 'again' || delivery.afterMs === undefined) {
            log.debug({ why: 'why' in delivery ? delivery.why : '' }, 'press was not answered')
            return
          }
          await clock.sleep(Math.min(delivery.afterMs, PATIENCE_MS), signal)
        }
    },
  }
}
