import { setImmediate as others } from 'node:timers/promises'
import { type Clock, DAY, type Instant } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { type Kept, keepReading } from './keep.ts'
import type { Observed } from './tally.ts'
import { addObserved, observedTime } from './uptime.ts'

/** Monitors read at once: nothing else waits longer than a few milliseconds for them. */
const AT_ONCE = 50

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
export const keepLastDay = (clock: Clock): Kept<Observed> => keepReading(clock, readLastDay)
