import { sql } from 'kysely'
import type { AccountId, Instant, MonitorId } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'

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
}

/** Appends samples; those of monitors deleted meanwhile fall away. */
export async function recordSamples(tx: Db, samples: readonly Sample[]): Promise<void> {
  for (const it of samples)
    await sql`
      insert or ignore into samples (monitor_id, at, account_id, status, code, ms, observed_ms)
      select id, ${it.at}, account_id, ${it.status}, ${it.code}, ${it.ms}, ${it.observedMs}
      from monitors where id = ${it.monitorId}`.execute(tx)
}

/** Forgets samples and kept checks older than `before`, at most `limit` of each; answers how many. */
export async function forgetChecks(db: Db, before: Instant, limit: number): Promise<number> {
  // Monitor by monitor, where the key is in order of time: there is no index of time alone.
  const samples = await sql`
    delete from samples where (monitor_id, at) in
      (select s.monitor_id, s.at from monitors m cross join samples s on s.monitor_id = m.id
       where s.at < ${before} limit ${limit})`.execute(db)
  // Kept in the order they were made, so the old ones are the first ones.
  const checks = await sql`
    delete from checks where finished_at < ${before} and id in
      (select id from checks order by id limit ${limit})`.execute(db)
  return Number(samples.numAffectedRows ?? 0) + Number(checks.numAffectedRows ?? 0)
}
