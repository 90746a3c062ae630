import { setImmediate as others } from 'node:timers/promises'
import { vi } from 'vitest'
import { startChores } from '../../src/chores.ts'
import { MINUTE, quietLog } from '../../src/kernel/index.ts'
import { addSummary, editSummary, listSummaries, type Summary } from '../../src/summaries/index.ts'
import { by, House } from '../support/house.ts'

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 16)

/** A house whose summaries come by the ticks that drive them, with the time of both in hand. */
export class Days implements AsyncDisposable {
  readonly house: House
  #chores: AsyncDisposable | null = null

  private constructor(house: House) {
    this.house = house
  }

  static async open(from: string): Promise<Days> {
    const startsAt = Date.parse(from)
    vi.useFakeTimers({ now: startsAt, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    return new Days(await House.open({ startsAt }))
  }

  async add(input: Record<string, unknown> = {}): Promise<Summary> {
    const tools = { now: this.house.clock.now(), by }
    return this.house.account
      .transaction()
      .execute((tx) => addSummary(tx, tools, { channel: 1, ...input }))
  }

  async edit(changed: Record<string, unknown>): Promise<Summary> {
    const [summary] = await listSummaries(this.house.account)
    const tools = { now: this.house.clock.now(), by }
    return editSummary(this.house.account, tools, summary!.id, (it) => ({ ...it, ...changed }))
  }

  async start(): Promise<void> {
    this.#chores = startChores({
      db: this.house.db,
      clock: this.house.clock,
      log: quietLog,
      engine: { flush: async () => false },
      retainChecksDays: 7,
      onNews: () => {},
    })
    await this.#settle()
  }

  async stop(): Promise<void> {
    await this.#chores?.[Symbol.asyncDispose]()
    this.#chores = null
  }

  /** Time goes on until then, evenly. */
  async until(then: string): Promise<void> {
    const { clock } = this.house
    while (clock.now() < Date.parse(then)) {
      await clock.turn(MINUTE)
      await vi.advanceTimersByTimeAsync(MINUTE)
      await this.#settle()
    }
  }

  /** The clock is set. */
  async set(to: string): Promise<void> {
    this.house.clock.step(Date.parse(to) - this.house.clock.now())
    vi.setSystemTime(Date.parse(to))
  }

  /** The process is not there until then. */
  async away(then: string): Promise<void> {
    await this.stop()
    await this.set(then)
    await this.start()
  }

  async #settle(): Promise<void> {
    for (let round = 0; round < 10; round += 1) await others()
  }

  /** `day 2027-03-01 at 2027-03-01T09:00`, in UTC, in the order in which they came. */
  async sent(): Promise<string[]> {
    const rows = await this.house.db
      .selectFrom('notifications')
      .select(['occasion', 'created_at'])
      .where('summary_id', 'is not', null)
      .orderBy('id')
      .execute()
    return rows.map((it) => `${it.occasion} at ${stamp(it.created_at)}`)
  }

  /** When the next one comes. */
  async next(): Promise<string | null> {
    const [summary] = await listSummaries(this.house.account)
    return summary!.nextAt === null ? null : stamp(summary!.nextAt)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.house[Symbol.asyncDispose]()
    vi.useRealTimers()
  }
}
