import { setImmediate as others } from 'node:timers/promises'
import { type AccountId, type Clock, DAY, type Instant, MINUTE } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import type { Observed } from './tally.ts'
import { addObserved, observedTime } from './uptime.ts'

/** Monitors read at once: nothing else waits longer than a few milliseconds for them. */
const AT_ONCE = 50
/** What is read faster is read each time. */
const QUICK_MS = 50
/** However often it is asked for, reading takes no more than so small a part of the time. */
const PART_OF_TIME = 50
/** So old, it is not shown while a newer one is read. */
const STALE_MS = 10 * MINUTE

async function readLastDay(db: AccountDb, now: Instant): Promise<Observed> {
  const monitors = await db.selectFrom('monitors').select('id').execute()
  let all: Observed = { observedMs: 0, downMs: 0 }
  for (let at = 0; at < monitors.length; at += AT_ONCE) {
    const ids = monitors.slice(at, at + AT_ONCE).map(({ id }) => id)
    const times = await observedTime(db, ids, now - DAY, now)
    all = addObserved([all, ...times.values()])
    await others()
  }
  return all
}

/** The last 24 hours of an account's monitors together. */
export type LastDay = (db: AccountDb) => Promise<Observed>

/**
 * Reads it anew each time, unless there is so much of it that this takes long: then it is kept for a
 * while, and shown while a newer one is read.
 */
export function keepLastDay(clock: Clock): LastDay {
  const kept = new Map<AccountId, { day: Observed; readAt: number; tookMs: number }>()
  const reading = new Map<AccountId, Promise<Observed>>()

  async function read(db: AccountDb): Promise<Observed> {
    const readAt = clock.monotonic()
    const day = await readLastDay(db, clock.now())
    kept.set(db.accountId, { day, readAt, tookMs: clock.monotonic() - readAt })
    return day
  }

  /** Once, for all who ask meanwhile. */
  function readOnce(db: AccountDb): Promise<Observed> {
    const begun = reading.get(db.accountId)
    if (begun !== undefined) return begun
    const work = read(db).finally(() => reading.delete(db.accountId))
    reading.set(db.accountId, work)
    return work
  }

  return async (db) => {
    const last = kept.get(db.accountId)
    if (last === undefined || last.tookMs < QUICK_MS) return readOnce(db)
    const age = clock.monotonic() - last.readAt
    if (age < last.tookMs * PART_OF_TIME) return last.day
    const newer = readOnce(db)
    if (age > STALE_MS) return newer
    // Who asks next hears of it if it fails again.
    newer.catch(() => {})
    return last.day
  }
}
