import { type Clock, Fault, type MonitorId, SECOND } from '../kernel/index.ts'
import { askForCheck, type Check, type Looker, readAnswer } from '../monitors/index.ts'
import type { AccountDb } from '../storage/index.ts'

const POLL_MS = 50
/** Longer than the longest look (60 s) and its wait for a slot. */
const PATIENCE_MS = 75 * SECOND

/** The row would take any number: what is not this account's must not get that far. */
async function refuseUnknown(db: AccountDb, id: MonitorId): Promise<void> {
  const mine = await db.selectFrom('monitors').select('id').where('id', '=', id).executeTakeFirst()
  if (mine === undefined) throw new Fault('monitor_unknown', { name: `#${id}` })
}

/** Where nobody watches (any more): who looks then. */
export interface Instead {
  isNobodyThere(): boolean
  readonly looker: Looker
}

/**
 * Looks by asking the process that watches on the same database, through a row it claims.
 * `check` throws Fault `monitor_unknown`, `engine_silent`.
 */
export function askRunning(clock: Clock, instead?: Instead): Looker {
  /** Undefined when the one who was asked has ended without an answer. */
  async function ask(db: AccountDb, id: MonitorId): Promise<Check | undefined> {
    const request = await askForCheck(db, clock.now(), id)
    try {
      const start = clock.monotonic()
      let seenAt = start
      while (clock.monotonic() - start < PATIENCE_MS) {
        const isGone = clock.monotonic() - seenAt >= SECOND && instead?.isNobodyThere() === true
        // Read after that question: the answer may have been its last word.
        const check = await readAnswer(db, request)
        if (check !== undefined) return check
        if (isGone) return undefined
        if (clock.monotonic() - seenAt >= SECOND) seenAt = clock.monotonic()
        await clock.sleep(POLL_MS)
      }
      throw new Fault('engine_silent', { wait: `${PATIENCE_MS / SECOND} s` })
    } finally {
      await db.deleteFrom('check_requests').where('id', '=', request).execute()
    }
  }

  return {
    async check(db, id) {
      await refuseUnknown(db, id)
      const isThere = instead?.isNobodyThere() !== true
      const check = isThere ? await ask(db, id) : undefined
      return check ?? instead!.looker.check(db, id)
    },
    // It sees changed rows by itself, within a moment.
    nudge: () => {},
  }
}
