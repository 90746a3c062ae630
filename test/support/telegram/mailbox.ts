import type { Update } from 'grammy/types'
import { Refusal } from './refusal.ts'
import type { Params } from './schemas.ts'

type News = Omit<Update, 'update_id'>

const UNASKED = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

/** Updates waiting for the bot, and its one long poll. */
export class Mailbox {
  #waiting: Update[] = []
  #lastId: number
  #allowed: readonly string[] = []
  #poll: { wake: () => void; end: (refusal: Refusal) => void } | undefined

  readonly #onWait: () => void

  constructor(firstId: number, onWait: () => void) {
    this.#lastId = firstId
    this.#onWait = onWait
  }

  put(news: News): number {
    this.#lastId += 1
    this.again(this.#lastId, news)
    return this.#lastId
  }

  /** The same update once more, as after a lost confirmation. */
  again(updateId: number, news: News): void {
    if (!Object.keys(news).every((kind) => this.#wanted(kind))) return
    this.#waiting.push({ update_id: updateId, ...news })
    this.#poll?.wake()
  }

  /** Whether the bot waits in a long poll right now. */
  get polled(): boolean {
    return this.#poll !== undefined
  }

  #wanted(kind: string): boolean {
    return this.#allowed.length === 0 ? !UNASKED.has(kind) : this.#allowed.includes(kind)
  }

  async take(asked: Params<'getUpdates'>, gone: AbortSignal): Promise<Update[]> {
    this.#poll?.end(
      new Refusal(
        409,
        'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      ),
    )
    if (asked.allowed_updates !== undefined) this.#allowed = asked.allowed_updates
    const { offset } = asked
    if (offset !== undefined)
      this.#waiting = this.#waiting.filter(({ update_id }) => update_id >= offset)
    if (this.#waiting.length === 0) await this.#wait((asked.timeout ?? 0) * 1000, gone)
    return this.#waiting.slice(0, asked.limit ?? 100)
  }

  async #wait(ms: number, gone: AbortSignal): Promise<void> {
    if (ms === 0 || gone.aborted) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const poll = { wake: () => resolve(), end: reject }
    const timer = setTimeout(resolve, ms)
    gone.addEventListener('abort', poll.wake)
    this.#poll = poll
    this.#onWait()
    try {
      await promise
    } finally {
      clearTimeout(timer)
      gone.removeEventListener('abort', poll.wake)
      if (this.#poll === poll) this.#poll = undefined
    }
  }
}
