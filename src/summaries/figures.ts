import { setImmediate as others } from 'node:timers/promises'
import { DAY, type Instant, type MonitorId } from '../kernel/index.ts'
import type { SummaryNews } from '../notifications/index.ts'
import { averageTimes, type Observed, observedTime } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** Monitors read at once: nothing else waits longer than a few milliseconds for them. */
const AT_ONCE = 50
/** Slower than usual: by half and by more than a person notices, of times worth an average. */
const SLOWER_BY = 1.5
const SLOWER_MS = 100
const ENOUGH_LOOKS = 20

interface Figures {
  readonly observed: ReadonlyMap<MonitorId, Observed>
  readonly before: ReadonlyMap<MonitorId, Observed>
  /** The worst first, as `slowest` has them. */
  readonly slower: SummaryNews['slower']
  readonly slowerIds: ReadonlySet<MonitorId>
  readonly slowest: NonNullable<SummaryNews['slowest']>
}

/** The figures of a span and of the one before it, which began at `beforeFrom`. */
export async function readFigures(
  db: AccountTx,
  monitors: readonly { readonly id: MonitorId; readonly name: string }[],
  beforeFrom: Instant,
  from: Instant,
  to: Instant,
): Promise<Figures> {
  const observed = new Map<MonitorId, Observed>()
  const before = new Map<MonitorId, Observed>()
  const slower: { monitorName: string; ms: number; beforeMs: number }[] = []
  const slowerIds = new Set<MonitorId>()
  const slowest: { monitorName: string; ms: number }[] = []
  for (let at = 0; at < monitors.length; at += AT_ONCE) {
    const some = monitors.slice(at, at + AT_ONCE)
    const ids = some.map(({ id }) => id)
    for (const [id, it] of await observedTime(db, ids, from, to)) observed.set(id, it)
    for (const [id, it] of await observedTime(db, ids, beforeFrom, from)) before.set(id, it)
    const [times, usual] = [
      await averageTimes(db, ids, from, to),
      await averageTimes(db, ids, from - 7 * DAY, from),
    ]
    for (const { id, name } of some) {
      const [now, then] = [times.get(id), usual.get(id)]
      if (now === undefined || now.count < ENOUGH_LOOKS) continue
      slowest.push({ monitorName: name, ms: now.avgMs })
      if (then === undefined || then.count < ENOUGH_LOOKS) continue
      if (now.avgMs <= then.avgMs * SLOWER_BY || now.avgMs - then.avgMs <= SLOWER_MS) continue
      slower.push({ monitorName: name, ms: now.avgMs, beforeMs: then.avgMs })
      slowerIds.add(id)
    }
    await others()
  }
  return {
    observed,
    before,
    slowerIds,
    slower: slower.toSorted((a, b) => b.ms / b.beforeMs - a.ms / a.beforeMs),
    slowest: slowest.toSorted((a, b) => b.ms - a.ms),
  }
}
