import { type Judged, recordJudged, recordLatest } from '../incidents/index.ts'
import type { AccountId, Log } from '../kernel/index.ts'
import { type Check, recordCheck } from '../monitors/index.ts'
import { recordSamples, type Sample } from '../stats/index.ts'
import { bindAccount, type Db, relaxedTransaction } from '../storage/index.ts'

/** A look ready to be written down. */
export interface Entry {
  readonly accountId: AccountId
  readonly judged: Judged
  readonly check: Omit<Check, 'id'>
  readonly observedMs: number
}

/** About 100 bytes each: what a full disk may cost in memory before the oldest fall away. */
const MOST_HELD = 100_000

const sampleOf = ({ accountId, judged, observedMs }: Entry): Sample => ({
  monitorId: judged.monitor.id,
  accountId,
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
  #held: Entry[] = []
  #isFailing = false

  constructor(db: Db, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** To be written with the next batch: its judgement changed nothing. */
  hold(entry: Entry): void {
    this.#held.push(entry)
    if (this.#held.length > MOST_HELD) this.#held = this.#held.slice(-MOST_HELD / 2)
  }

  /** One transaction for the whole consequence; undefined when the monitor changed meanwhile. */
  async write(entry: Entry): Promise<Check | undefined> {
    const work = async (tx: Db) => {
      const bound = bindAccount(tx, entry.accountId)
      if (!(await recordJudged(bound, entry.judged))) return undefined
      await recordSamples(tx, [sampleOf(entry)])
      return recordCheck(bound, entry.check)
    }
    // Without news a lost second costs a sample; with news nothing may be lost.
    return entry.judged.verdict === null && entry.judged.state.streak === null
      ? relaxedTransaction(this.#db, work)
      : this.#db.transaction().execute(work)
  }

  /** Writes what is held; keeps it for the next time when that fails. */
  async flush(): Promise<boolean> {
    const batch = this.#held
    if (batch.length === 0) return true
    this.#held = []
    try {
      await relaxedTransaction(this.#db, async (tx) => {
        await recordSamples(tx, batch.map(sampleOf))
        for (const { judged } of batch)
          await recordLatest(tx, {
            monitorId: judged.monitor.id,
            rev: judged.monitor.rev,
            at: judged.at,
            outcome: judged.outcome,
          })
      })
      if (this.#isFailing) this.#log.info({ count: batch.length }, 'samples stored again')
      this.#isFailing = false
      return true
    } catch (error) {
      this.#held = [...batch, ...this.#held].slice(-MOST_HELD)
      if (!this.#isFailing) this.#log.error({ err: error }, 'samples not stored')
      this.#isFailing = true
      return false
    }
  }
}
