import { setImmediate as others } from 'node:timers/promises'
import { hash } from 'node:crypto'
import { type Judged, recordJudged } from '../incidents/index.ts'
import type { Log, MonitorId } from '../kernel/index.ts'
import { type Check, recordCheck } from '../monitors/index.ts'
import type { Outcome } from '../probes/index.ts'
import { readOn, recordSamples, type Sample, shapeOf } from '../stats/index.ts'
import { bindAccount, type Db, isPassing, relaxedTransaction } from '../storage/index.ts'

/** A look ready to be written down. */
export interface Entry {
  readonly judged: Judged
  readonly check: Omit<Check, 'id'>
  readonly observedMs: number
}

/** 150 bytes each, some hundred more with an outcome: what a full disk may cost before the oldest fall away. */
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
  timings: judged.outcome.timings,
})

const digestOf = (outcome: Outcome): string => hash('sha1', shapeOf(outcome), 'base64')

type Kept = Check | 'stale'

interface Waiting {
  readonly entry: Entry
  readonly resolve: (kept: Kept) => void
  readonly reject: (error: unknown) => void
}

/** In one transaction: some milliseconds in which nothing else runs. */
const MOST_TOGETHER = 32

/** Writes looks down: what changes a judgement at once and for good, the others by the second. */
export class Ledger {
  readonly #db: Db
  readonly #log: Log
  readonly #onNews: () => void
  #samples: Sample[] = []
  /** What a monitor's latest look can be told from, in a few bytes. */
  readonly #told = new Map<MonitorId, string>()
  /** What could not be written when it was judged, in order. */
  #owed: Entry[] = []
  readonly #waiting: Waiting[] = []
  #isWriting = false
  #flushing: Promise<boolean> | null = null
  #isFailing = false

  constructor(db: Db, log: Log, onNews: () => void) {
    this.#db = db
    this.#log = log
    this.#onNews = onNews
  }

  /** To be written with the next batch: its judgement changed nothing. */
  hold(entry: Entry): void {
    const { monitor, outcome } = entry.judged
    const shape = digestOf(outcome)
    const isKnown = this.#told.get(monitor.id) === shape
    const more = isKnown ? {} : { outcome: JSON.stringify(outcome) }
    this.#told.set(monitor.id, shape)
    this.#samples.push({ ...sampleOf(entry), ...more })
    if (this.#samples.length > MOST_SAMPLES) this.#keep(this.#samples.slice(-MOST_SAMPLES / 2))
  }

  /**
   * One transaction for the whole consequence. `stale`: the monitor changed meanwhile and nothing
   * was written. `owed`: the database is in trouble; it is written, in order, as soon as it can be.
   */
  async write(entry: Entry): Promise<Check | 'stale' | 'owed'> {
    // Behind what is owed already: a recovery written before its outage would be lost.
    if (this.#owed.length > 0) return this.#owe(entry)
    try {
      return await this.#writeSoon(entry)
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

  /** With whatever else came while others were written: each commit waits for the disk. */
  #writeSoon(entry: Entry): Promise<Kept> {
    const { promise, resolve, reject } = Promise.withResolvers<Kept>()
    this.#waiting.push({ entry, resolve, reject })
    if (!this.#isWriting) void this.#writeWaiting()
    return promise
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const some = this.#waiting.splice(0, MOST_TOGETHER)
      try {
        const kept = await this.#writeAll(some.map(({ entry }) => entry))
        for (const [at, { resolve }] of some.entries()) resolve(kept[at]!)
      } catch (error) {
        // One that cannot be written takes no other with it; where the database is in trouble none can.
        const isAlone = some.length === 1 || isPassing(error)
        for (const { entry, resolve, reject } of some)
          if (isAlone) reject(error)
          else await this.#writeAll([entry]).then(([kept]) => resolve(kept!), reject)
      }
      // SQLite answers without waiting, so without this nothing else would run until the end.
      await others()
    }
    this.#isWriting = false
  }

  /** All or none of them. */
  async #writeAll(entries: readonly Entry[]): Promise<readonly Kept[]> {
    const work = async (tx: Db): Promise<Kept[]> => {
      const isKept = await recordJudged(
        tx,
        entries.map(({ judged }) => judged),
      )
      const all: Kept[] = []
      for (const [at, { judged, check }] of entries.entries())
        all.push(
          isKept[at]!
            ? await recordCheck(bindAccount(tx, judged.monitor.accountId), check)
            : 'stale',
        )
      const stored = entries.filter((_, at) => all[at] !== 'stale')
      if (stored.length > 0) await recordSamples(tx, stored.map(sampleOf))
      return all
    }
    for (const { judged } of entries) this.#told.delete(judged.monitor.id)
    // Without news a lost second costs a sample; with news nothing may be lost.
    const isPlain = entries.every(
      ({ judged: { verdicts, state } }) => verdicts.length === 0 && state.streak === null,
    )
    const kept = await (isPlain
      ? relaxedTransaction(this.#db, work)
      : this.#db.transaction().execute(work))
    for (const [at, { judged }] of entries.entries())
      if (kept[at] !== 'stale') this.#told.set(judged.monitor.id, digestOf(judged.outcome))
    return kept
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
        await this.#writeAll([entry])
      } catch (error) {
        if (isPassing(error)) throw error
        this.#log.error({ err: error, monitor: entry.judged.monitor.name }, 'verdict not stored')
      }
      // Those held since then were told from something else.
      this.#told.delete(entry.judged.monitor.id)
      this.#owed = this.#owed.filter((it) => it !== entry)
      if (entry.judged.verdicts.length > 0) this.#onNews()
    }
  }

  async #writeHeld(): Promise<void> {
    const samples = this.#samples
    if (samples.length === 0) return
    this.#samples = []
    try {
      await relaxedTransaction(this.#db, (tx) => recordSamples(tx, samples))
    } catch (error) {
      this.#keep([...samples, ...this.#samples].slice(-MOST_SAMPLES))
      throw error
    }
    // Little by little: whoever asks next would have to read all since the last time at once.
    for (const accountId of new Set(samples.map((it) => it.accountId)))
      await readOn(bindAccount(this.#db, accountId))
  }

  /** Of those that fall away some may have been what others are told from. */
  #keep(samples: Sample[]): void {
    this.#samples = samples
    this.#told.clear()
  }

  #note(error: unknown): void {
    if (!this.#isFailing) this.#log.error({ err: error }, 'samples not stored')
    this.#isFailing = true
  }
}
