import { type AccountId, type Clock, type Instant, MINUTE } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'

/** What is read faster is read each time. */
const QUICK_MS = 50
/** However often it is asked for, reading takes no more than so small a part of the time. */
const PART_OF_TIME = 50
/** So old, it is not shown while a newer one is read. */
const STALE_MS = 10 * MINUTE

/** Something that is read of a whole account. */
export type Kept<T> = (db: AccountDb) => Promise<T>

/**
 * Reads it anew each time, unless there is so much of it that this takes long: then it is kept for a
 * while, and shown while a newer one is read.
 */
export function keepReading<T>(
  clock: Clock,
  readAt: (db: AccountDb, now: Instant) => Promise<T>,
): Kept<T> {
  const kept = new Map<AccountId, { it: T; begunAt: number; tookMs: number }>()
  const reading = new Map<AccountId, Promise<T>>()

  async function read(db: AccountDb): Promise<T> {
    const begunAt = clock.monotonic()
    const it = await readAt(db, clock.now())
    kept.set(db.accountId, { it, begunAt, tookMs: clock.monotonic() - begunAt })
    return it
  }

  /** Once, for all who ask meanwhile. */
  function readOnce(db: AccountDb): Promise<T> {
    const begun = reading.get(db.accountId)
    if (begun !== undefined) return begun
    const work = read(db).finally(() => reading.delete(db.accountId))
    reading.set(db.accountId, work)
    return work
  }

  return async (db) => {
    const last = kept.get(db.accountId)
    if (last === undefined || last.tookMs < QUICK_MS) return readOnce(db)
    const age = clock.monotonic() - last.begunAt
    if (age < last.tookMs * PART_OF_TIME) return last.it
    const newer = readOnce(db)
    if (age > STALE_MS) return newer
    // Who asks next hears of it if it fails again.
    newer.catch(() => {})
    return last.it
  }
}
