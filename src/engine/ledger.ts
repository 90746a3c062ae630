import { type Judged, recordJudged, recordLatest } from '../incidents/index.ts'
import type { Log, MonitorId } from '../kernel/index.ts'
import { type Check, recordCheck } from '../monitors/index.ts'
import { recordSamples, type Sample } from '../stats/index.ts'
import { bindAccount, type Db, isPassing, relaxedTransaction } from '../storage/index.ts'

/** A look ready to be written down. */
export interface Entry {
  readonly judged: Judged
  readonly check: Omit<Check, 'id'>
  readonly observedMs: number
}

/** About 150 bytes each: what a full disk may cost in memory before the oldest fall away. */
const MOST_SAMPLES = 100_000
/** Some kilobytes each. */
const MOST_OWED = 10_000

const sampleOf = ({ judged, observedMs }: Entry): Sample => ({
  monitorId: judged.monitor.id,
  accountId: judged.monitor.accountId,
  at: judged.at,
  status: judged.outcome.status,
  code: judged.outcome.code,
  ms: judged.outcome.durationMs,
  observedMs,
})

/** Writes looks down: what changes a judgement at once and for good, the others by the second. */
export class Ledger {
  readonly #db: Db
  readonly #log: Log
  readonly #onNews: () => void
  #samples: Sample[] = []
  /** The newest held look of a monitor: what is shown of it. */
  readonly #latest = new Map<MonitorId, Entry>()
  /** What could not be written when it was judged, in order. */
  #owed: Entry[] = []
  #flushing: Promise<boolean> | null = null
  #isFailing = false

  constructor(db: Db, log: Log, onNews: () => void) {
    this.#db = db
    this.#log = log
    this.#onNews = onNews
  }

  /** To be written with the next batch: its judgement changed nothing. */
  hold(entry: Entry): void {
    this.#samples.push(sampleOf(entry))
    if (this.#samples.length > MOST_SAMPLES) this.#samples = this.#samples.slice(-MOST_SAMPLES / 2)
    this.#latest.set(entry.judged.monitor.id, entry)
  }

  /**
   * One transaction for the whole consequence. `stale`: the monitor changed meanwhile and nothing
   * was written. `owed`: the database is in trouble; it is written, in order, as soon as it can be.
   */
  async write(entry: Entry): Promise<Check | 'stale' | 'owed'> {
    // Behind what is owed already: a recovery written before its outage would be lost.
    if (this.#owed.length > 0) return this.#owe(entry)
    try {
      return await this.#writeNow(entry)
    } catch (error) {
      if (!isPassing(error)) throw error
      this.#note(error)
      return this.#owe(entry)
    }
  }

  /** Writes what is owed and held; keeps it for the next time, and says so, when that fails. */
  flush(): Promise<boolean> {
    this.#flushing ??= this.#flushNow().finally(() => {
      this.#flushing = null
    })
    return this.#flushing
  }

  async #writeNow(entry: Entry): Promise<Check | 'stale'> {
    const work = async (tx: Db) => {
      if (!(await recordJudged(tx, entry.judged))) return 'stale'
      // What is held of it was seen before this.
      this.#latest.delete(entry.judged.monitor.id)
      await recordSamples(tx, [sampleOf(entry)])
      return recordCheck(bindAccount(tx, entry.judged.monitor.accountId), entry.check)
    }
    // Without news a lost second costs a sample; with news nothing may be lost.
    return entry.judged.verdicts.length === 0 && entry.judged.state.streak === null
      ? relaxedTransaction(this.#db, work)
      : this.#db.transaction().execute(work)
  }

  #owe(entry: Entry): 'owed' {
    this.#owed.push(entry)
    if (this.#owed.length > MOST_OWED) {
      const news = this.#owed.filter(({ judged }) => judged.verdicts.length > 0)
      this.#owed = news.slice(-MOST_OWED / 2)
    }
    return 'owed'
  }

  async #flushNow(): Promise<boolean> {
    try {
      await this.#writeOwed()
      await this.#writeHeld()
      if (this.#isFailing) this.#log.info({}, 'samples stored again')
      this.#isFailing = false
      return true
    } catch (error) {
      this.#note(error)
      return false
    }
  }

  async #writeOwed(): Promise<void> {
    for (;;) {
      const [entry] = this.#owed
      if (entry === undefined) return
      try {
        await this.#writeNow(entry)
      } catch (error) {
        if (isPassing(error)) throw error
        this.#log.error({ err: error, monitor: entry.judged.monitor.name }, 'verdict not stored')
      }
      this.#owed = this.#owed.filter((it) => it !== entry)
      if (entry.judged.verdicts.length > 0) this.#onNews()
    }
  }

  async #writeHeld(): Promise<void> {
    const samples = this.#samples
    if (samples.length === 0 && this.#latest.size === 0) return
    this.#samples = []
    try {
      const written = await relaxedTransaction(this.#db, async (tx) => {
        await recordSamples(tx, samples)
        // Asked inside: a look written while we waited for the database is newer.
        const latest = [...this.#latest]
        for (const [monitorId, { judged }] of latest)
          await recordLatest(tx, {
            monitorId,
            rev: judged.monitor.rev,
            at: judged.at,
            outcome: judged.outcome,
          })
        return latest
      })
      for (const [id, entry] of written) if (this.#latest.get(id) === entry) this.#latest.delete(id)
    } catch (error) {
      this.#samples = [...samples, ...this.#samples].slice(-MOST_SAMPLES)
      throw error
    }
  }

  #note(error: unknown): void {
    if (!this.#isFailing) this.#log.error({ err: error }, 'samples not stored')
    this.#isFailing = true
  }
}
