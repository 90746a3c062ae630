import type { Instant, MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { type LookKind, readLooks, lookKindOf } from './journal-format.ts'
import { readBack } from './journal.ts'
import type { Latest } from './tail.ts'

class Newest implements Latest {
  at = -Infinity
  status = ''
  code = ''
  ms = 0
  goodAt: Instant | null = null
  goodMs: number | null = null
  readonly timings = undefined
  readonly outcome = null
  readonly outcomeAt = -Infinity

  see(at: Instant, { status, code, isGood }: LookKind, ms: number): void {
    if (at > this.at) Object.assign(this, { at, status, code, ms })
    if (isGood && at > (this.goodAt ?? -Infinity)) [this.goodAt, this.goodMs] = [at, ms]
  }

  /** Nothing older in the journal tells more: of one that is down, its row says when it was well. */
  get isKnown(): boolean {
    return this.goodAt !== null || this.status === 'down'
  }
}

/**
 * What `readLatest` answers, but for outcomes and timings, of a journal that nothing was asked of yet:
 * from its newest row back, no further than it takes. What packing left over there is older than rows
 * before it, but then the monitor's own row is newer. `ids` are of monitors the handle reaches.
 */
export async function readNewest(
  db: AccountTx,
  ids: readonly MonitorId[],
): Promise<ReadonlyMap<MonitorId, Latest>> {
  const found = new Map<MonitorId, Newest>()
  const sought = new Set(ids)
  await readBack(db, (looks) => {
    const known: MonitorId[] = []
    const see = (id: MonitorId, at: Instant, kind: LookKind, ms: number): void => {
      if (!sought.has(id)) return
      let it = found.get(id)
      if (it === undefined) found.set(id, (it = new Newest()))
      it.see(at, kind, ms)
      if (it.isKnown) known.push(id)
    }
    readLooks(looks, lookKindOf, see, false)
    for (const id of known) sought.delete(id)
    return sought.size > 0
  })
  return found
}
