import { sql } from 'kysely'
import { type JudgeState, type LastGood, UNJUDGED } from '../incidents/index.ts'
import type { AccountId, Instant, MonitorId } from '../kernel/index.ts'
import { type LastColumns, moveOn, readLatest, readNewest } from '../stats/index.ts'
import { bindAccount, type Db, type Sealer } from '../storage/index.ts'
import { deleteMonitor, resumeMonitor } from './change.ts'
import { type Monitor, toMonitor } from './monitor.ts'
import { LAST_COLUMNS } from './read.ts'

/** A monitor as the engine takes it up: where its judgement stood, what it still has to do. */
export interface WatchedMonitor {
  readonly monitor: Monitor
  readonly judged: JudgeState
  /** Null where the time before is nobody's: created, paused or re-addressed since. */
  readonly lastAt: Instant | null
  readonly lastGood: LastGood
  readonly retryAt: Instant | null
  /** Created, resumed or re-addressed: to be looked at now. */
  readonly lookNow: boolean
}

/** One parameter, however many: SQLite takes some thousand, and each length is another statement. */
const inList = (ids: readonly MonitorId[]) =>
  sql<MonitorId>`(select value from json_each(${JSON.stringify(ids)}))`

/** Every active monitor of every account, or those of `ids` that are there and active. */
export async function loadWatched(
  db: Db,
  sealer: Sealer,
  ids?: readonly MonitorId[],
): Promise<WatchedMonitor[]> {
  let query = db
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .selectAll('m')
    .select(['s.status', 's.judged', 's.retry_at', ...LAST_COLUMNS])
    .where('m.is_active', '=', 1)
  if (ids !== undefined) query = query.where('m.id', 'in', inList(ids))
  // Where few are wanted, others are running, and the journal is known.
  const read = ids === undefined ? readNewest : readLatest
  return (await upToDate(db, await query.execute(), read)).map((row) => ({
    monitor: toMonitor(row, sealer),
    // What an earlier version did not write yet is not there.
    judged: {
      ...UNJUDGED,
      status: row.status,
      ...(row.judged === null ? {} : (JSON.parse(row.judged) as Partial<JudgeState>)),
    },
    lastAt: row.last_status === null ? null : row.last_check_at,
    lastGood: { lastGoodAt: row.last_good_at, lastGoodMs: row.last_good_ms },
    retryAt: row.retry_at,
    lookNow: row.look_now === 1,
  }))
}

async function upToDate<
  R extends LastColumns & { readonly id: MonitorId; readonly account_id: AccountId },
>(db: Db, rows: readonly R[], read: typeof readLatest): Promise<R[]> {
  const all: R[] = []
  for (const [accountId, some] of Map.groupBy(rows, (it) => it.account_id)) {
    const ids = some.map(({ id }) => id)
    const latest = await read(bindAccount(db, accountId), ids)
    for (const row of some) all.push(moveOn(row, latest.get(row.id)))
  }
  return all
}

/** The look that was due at once is being made; one asked for by a later change stays due. */
export async function clearLookNow(
  db: Db,
  monitors: readonly Pick<Monitor, 'id' | 'rev'>[],
): Promise<void> {
  if (monitors.length === 0) return
  const pairs = JSON.stringify(monitors.map(({ id, rev }) => [id, rev]))
  await sql`
    update monitors set look_now = 0 where (id, rev) in
      (select value ->> 0, value ->> 1 from json_each(${pairs}))`.execute(db)
}

/** What changed since `seq`, by whichever process, and the newest seq. */
export async function changedSince(
  db: Db,
  seq: number,
): Promise<{ readonly seq: number; readonly ids: readonly MonitorId[] }> {
  const rows = await db
    .selectFrom('monitor_changes')
    .select(['seq', 'monitor_id'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .execute()
  return { seq: rows.at(-1)?.seq ?? seq, ids: [...new Set(rows.map((row) => row.monitor_id))] }
}

/** Where `changedSince` begins at start. */
export async function latestChange(db: Db): Promise<number> {
  const row = await db
    .selectFrom('monitor_changes')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}

const ENGINE = { type: 'engine', name: 'uptalk' } as const
const NO_LIMITS = { plan: '', monitors: null, minIntervalSeconds: 0 }

/**
 * Resumes pauses that are over and deletes monitors whose end has come. One that cannot be settled
 * keeps no other waiting; its trouble is thrown once all are done.
 */
export async function settleDue(db: Db, sealer: Sealer, now: Instant): Promise<void> {
  const due = await db
    .selectFrom('monitors')
    .select(['id', 'account_id', 'expires_at'])
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', now),
        eb.and([eb('is_active', '=', 0), eb('paused_until', '<=', now)]),
      ]),
    )
    .execute()
  const troubles: unknown[] = []
  for (const { id, account_id, expires_at } of due) {
    const bound = bindAccount(db, account_id)
    const tools = { now, by: ENGINE, sealer, limits: NO_LIMITS }
    try {
      if (expires_at !== null && expires_at <= now) await deleteMonitor(bound, tools, id)
      else await resumeMonitor(bound, tools, id)
    } catch (error) {
      troubles.push(error)
    }
  }
  if (troubles.length > 0) throw new AggregateError(troubles, 'monitors not settled')
}
