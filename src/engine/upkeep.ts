import { escalateDue, remindDue, tellDue } from '../incidents/index.ts'
import { DAY, type Instant, type Log, type MonitorId } from '../kernel/index.ts'
import { overlapMs, readSpans, settleMaintenances, type Spans } from '../maintenance/index.ts'
import { settleDue } from '../monitors/index.ts'
import type { Db, Sealer } from '../storage/index.ts'

const LONGEST_INTERVAL_MS = DAY

export interface UpkeepTools {
  readonly sealer: Sealer
  readonly log: Log
  readonly onNews: () => void
}

/** What is done beside the looking as time goes by; its trouble is said once, and looking goes on. */
export class Upkeep {
  readonly #db: Db
  readonly #tools: UpkeepTools
  readonly #untended = new Set<string>()
  #isRegrouped = false
  #spans: Spans = new Map()

  constructor(db: Db, tools: UpkeepTools) {
    this.#db = db
    this.#tools = tools
  }

  /** Monitors were added or changed: a window that is on may cover more. */
  regroup(): void {
    this.#isRegrouped = true
  }

  /** How much of that time the monitor was in maintenance, in milliseconds. */
  maintained(id: MonitorId, from: Instant, to: Instant): number {
    return overlapMs(this.#spans.get(id) ?? [], from, to)
  }

  async tend(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#untended.delete(what)
    } catch (error) {
      if (!this.#untended.has(what)) this.#tools.log.error({ err: error, what }, 'not tended')
      this.#untended.add(what)
    }
  }

  /** Pauses, windows and news as they are at `now`. To be called every second. */
  async settle(now: Instant): Promise<void> {
    await this.tend('pauses', () => settleDue(this.#db, this.#tools.sealer, now))
    await this.tend('maintenance', () => this.#settleMaintenances(now))
    await this.tend('news', () => this.#tellDue(now))
  }

  async #settleMaintenances(now: Instant): Promise<void> {
    const isChanged = this.#isRegrouped
    this.#isRegrouped = false
    await settleMaintenances(this.#db, now, isChanged)
    this.#spans = await readSpans(this.#db, now - LONGEST_INTERVAL_MS)
  }

  /** What was held back until now, and what has gone on for long enough to be said again. */
  async #tellDue(now: Instant): Promise<void> {
    const told = [
      await tellDue(this.#db, now),
      await remindDue(this.#db, now),
      await escalateDue(this.#db, now),
    ]
    if (told.includes(true)) this.#tools.onNews()
  }
}
