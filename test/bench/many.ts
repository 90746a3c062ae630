import { sql } from 'kysely'
import { recordSamples } from '../../src/stats/index.ts'
import type { Db } from '../../src/storage/index.ts'

/** Counts from 0 to below `count`, as `n.at`. */
export const numbers = (count: number) => sql`
  (with recursive n (at) as (select 0 union all select at + 1 from n where at < ${count - 1})
   select at from n) n`

/** Makes of the one monitor that is there `count`, all up at their last look, just `now`. */
export async function multiply(tx: Db, count: number, now: number): Promise<void> {
  await sql`
    insert into monitors (account_id, type, name, url, interval_ms, timeout_ms, options, policy, look_now, created_at, updated_at)
    select account_id, type, 'monitor ' || n.at, url, interval_ms, timeout_ms, options, policy, 0, created_at, updated_at
    from monitors, ${numbers(count - 1)}`.execute(tx)
  await sql`update monitors set look_now = 0`.execute(tx)
  await sql`
    update monitor_states set status = 'up', last_status = 'up', last_code = 'ok',
      last_message = 'HTTP 200', last_ms = 12, last_check_at = ${now}, changed_at = ${now}`.execute(
    tx,
  )
}

/** A good look of each monitor newer than the one with id `oldest`, every `everyMs` of `spanMs`. */
export async function remember(
  tx: Db,
  oldest: number,
  { now, spanMs, everyMs }: { now: number; spanMs: number; everyMs: number },
): Promise<void> {
  const monitors = await tx
    .selectFrom('monitors')
    .select(['id', 'account_id'])
    .where('id', '>', oldest)
    .execute()
  for (let at = spanMs / everyMs - 1; at >= 0; at -= 1)
    await recordSamples(
      tx,
      monitors.map(({ id, account_id }) => ({
        monitorId: id,
        accountId: account_id,
        at: now - at * everyMs,
        status: 'up',
        code: 'ok',
        ms: 10 + (at % 90),
        observedMs: everyMs,
      })),
    )
}
