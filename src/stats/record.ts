import { setImmediate as others } from 'node:timers/promises'
import type { Instant, MonitorId } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { packSamples } from './pack-format.ts'
import type { PastFigures, PastHistory, PastLook } from './past.ts'

/** Rows a transaction takes: who writes beside it waits some milliseconds. */
const AT_ONCE = 200

const plain = (looks: readonly PastLook[], status: string): number =>
  looks.filter((it) => it.status === status).length

/**
 * Writes down what another program saw of a monitor of which nothing is recorded yet; in many short
 * transactions.
 */
export async function recordHistory(
  db: AccountDb,
  id: MonitorId,
  { hours, days, looks }: PastHistory,
): Promise<void> {
  const figures = ([at, it]: readonly [Instant, PastFigures]) => ({ monitor_id: id, at, ...it })
  const packed = ([hour, made]: readonly [Instant, readonly PastLook[]]) => ({
    monitor_id: id,
    at: hour,
    up: plain(made, 'up'),
    degraded: plain(made, 'degraded'),
    unknown: plain(made, 'unknown'),
    samples: packSamples(
      hour,
      made.map((it) => ({ ...it, isKeptWhole: false })),
    ),
  })
  // Days first: packing makes none of hours that are older than the last of them.
  await inParts([...days], (part) => db.insertInto('day_stats').values(part.map(figures)).execute())
  await inParts([...hours], (part) =>
    db.insertInto('hour_stats').values(part.map(figures)).execute(),
  )
  // Where hours are there already: a monitor's looks are found, and deleted, by them.
  await inParts([...looks], (part) =>
    db.insertInto('packed_samples').values(part.map(packed)).execute(),
  )
}

async function inParts<T>(
  all: readonly T[],
  write: (part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await write(all.slice(at, at + AT_ONCE))
    await others()
  }
}
