import { sql } from 'kysely'
import { type AccountId, DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { Db, Tables } from '../storage/index.ts'
import { type Timings, writeLooks } from './journal-format.ts'

/** One look as it is remembered. */
export interface Sample {
  readonly monitorId: MonitorId
  readonly accountId: AccountId
  readonly at: Instant
  readonly status: string
  readonly code: string
  readonly ms: number
  /** How much time before `at` it speaks for; 0 when we could not look. */
  readonly observedMs: number
  /** How long its parts took, milliseconds to one decimal. */
  readonly timings?: Timings
  /** JSON of all that was seen, unless it can be told from what was written of the look before. */
  readonly outcome?: string
}

/** Appends samples, as one row for each account; those of monitors that are deleted fall away. */
export async function recordSamples(tx: Db, samples: readonly Sample[]): Promise<void> {
  for (const [account_id, looks] of Map.groupBy(samples, (it) => it.accountId)) {
    const outcomes = looks.flatMap(({ monitorId, outcome }) =>
      outcome === undefined ? [] : [[monitorId, outcome]],
    )
    await tx
      .insertInto('journal')
      .values({
        account_id,
        looks: writeLooks(looks),
        outcomes: outcomes.length === 0 ? null : JSON.stringify(outcomes),
      })
      .execute()
  }
}

const HOURS_KEPT_MS = 90 * DAY
export const DAYS_KEPT_MS = 2 * 365 * DAY

/** From when on hours are kept: as far back as their looks, which are found by them. */
export const hoursFrom = (now: Instant, looksFrom: Instant): Instant =>
  Math.min(now - HOURS_KEPT_MS, looksFrom - HOUR)

/**
 * Forgets single looks from before `before` once they are packed, hours after 90 days and days after
 * two years; of each at most `limit`. Answers how many rows.
 */
export async function forgetChecks(
  db: Db,
  now: Instant,
  before: Instant,
  limit: number,
): Promise<number> {
  // One after another where the key is in order of time: there is no index of time alone.
  const forget = (table: keyof Tables, of: 'account' | 'monitor', until: Instant) => {
    const key = of === 'account' ? ['account_id', 'at', 'monitor_id'] : ['monitor_id', 'at']
    const columns = (prefix: string) => sql.join(key.map((it) => sql.ref(prefix + it)))
    return sql`
      delete from ${sql.table(table)} where (${columns('')}) in
        (select ${columns('s.')} from ${sql.table(`${of}s`)} o
         cross join ${sql.table(table)} s on ${sql.ref(`s.${of}_id`)} = o.id
         where s.at < ${until} limit ${limit})`.execute(db)
  }
  const gone = [
    // An hour that has begun before is kept until it has ended before.
    await forget('packed_samples', 'account', before - HOUR),
    await forget('hour_stats', 'monitor', hoursFrom(now, before)),
    await forget('day_stats', 'monitor', now - DAYS_KEPT_MS),
    // Kept in the order they were made, so the old ones are the first ones.
    await sql`
      delete from checks where finished_at < ${before} and id in
        (select id from checks order by id limit ${limit})`.execute(db),
  ]
  return gone.reduce((sum, { numAffectedRows }) => sum + Number(numAffectedRows ?? 0), 0)
}
