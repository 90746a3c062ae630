import { sql } from 'kysely'
import { type JudgeState, type LastGood, UNJUDGED } from '../incidents/index.ts'
import type { AccountId, Instant, MonitorId } from '../kernel/index.ts'
import { type Latest, moveOn, readLatest, readNewest } from '../stats/index.ts'
import { bindAccount, type Db, prepared, type Sealer } from '../storage/index.ts'
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

/** Rows to hold at once: at start there may be very many. */
const AT_ONCE = 2000

/** Most monitors are alike in most: what is made of equal texts is one value that all share. */
function shared<T>(make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    if (!known.has(text)) known.set(text, make(text))
    return known.get(text)!
  }
}

function toJudged(text: string): JudgeState {
  const [status, judged] = JSON.parse(text) as [JudgeState['status'], Partial<JudgeState> | null]
  // What an earlier version did not write yet is not there.
  return { ...UNJUDGED, status, ...judged }
}

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
  // Of all at once: the journal is read from its end, and only once.
  const all = ids === undefined ? await journalOf(db, await listActive(db), readNewest) : null
  const page = query.orderBy('m.id').limit(AT_ONCE)
  const [read, judgedOf] = [shared(JSON.parse), shared(toJudged)]
  const loaded: WatchedMonitor[] = []
  for (;;) {
    const rows = await page.where('m.id', '>', loaded.at(-1)?.monitor.id ?? 0).execute()
    const latest = all ?? (await journalOf(db, rows, readLatest))
    for (const row of rows) {
      const last = moveOn(row, latest.get(row.id))
      loaded.push({
        monitor: toMonitor(row, sealer, read),
        judged: judgedOf(`["${row.status}",${row.judged}]`),
        lastAt: last.last_status === null ? null : last.last_check_at,
        lastGood: { lastGoodAt: last.last_good_at, lastGoodMs: last.last_good_ms },
        retryAt: row.retry_at,
        lookNow: row.look_now === 1,
      })
    }
    if (rows.length < AT_ONCE) return loaded
  }
}

type Owned = { readonly id: MonitorId; readonly account_id: AccountId }

const listActive = (db: Db): Promise<Owned[]> =>
  db.selectFrom('monitors').select(['id', 'account_id']).where('is_active', '=', 1).execute()

/** What the journal knows of them, more than their rows. */
async function journalOf(
  db: Db,
  monitors: readonly Owned[],
  read: typeof readLatest,
): Promise<ReadonlyMap<MonitorId, Latest>> {
  const all = new Map<MonitorId, Latest>()
  for (const [accountId, some] of Map.groupBy(monitors, (it) => it.account_id)) {
    const ids = some.map(({ id }) => id)
    for (const [id, latest] of await read(bindAccount(db, accountId), ids)) all.set(id, latest)
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

const changesAfter = prepared((db: Db, { seq }: { readonly seq: number }) =>
  db
    .selectFrom('monitor_changes')
    .select(['seq', 'monitor_id'])
    .where('seq', '>', seq)
    .orderBy('seq'),
)

/** What changed since `seq`, by whichever process, and the newest seq. */
export async function changedSince(
  db: Db,
  seq: number,
): Promise<{ readonly seq: number; readonly ids: readonly MonitorId[] }> {
  const rows = await changesAfter(db, { seq })
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

const endingBy = prepared((db: Db, { now }: { readonly now: Instant }) =>
  db
    .selectFrom('monitors')
    .select(['id', 'account_id', 'expires_at'])
    .where((eb) =>
      eb.or([
        eb('expires_at', '<=', now),
        eb.and([eb('is_active', '=', 0), eb('paused_until', '<=', now)]),
      ]),
    ),
)

/**
 * Resumes pauses that are over and deletes monitors whose end has come. One that cannot be settled
 * keeps no other waiting; its trouble is thrown once all are done.
 */
export async function settleDue(db: Db, sealer: Sealer, now: Instant): Promise<void> {
  const due = await endingBy(db, { now })
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
