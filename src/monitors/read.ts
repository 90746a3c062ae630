import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { Fault, type Instant, type MonitorId } from '../kernel/index.ts'
import { type Latest, moveOn, readLatest } from '../stats/index.ts'
import {
  type AccountTx,
  fold,
  prepared,
  type Sealer,
  type Tables,
  wholeAccount,
} from '../storage/index.ts'
import {
  LISTED_COLUMNS,
  type ListedView,
  type MonitorState,
  type MonitorView,
  toListed,
  toMonitor,
  toState,
} from './monitor.ts'

export interface MonitorFilter {
  readonly ids?: readonly MonitorId[]
  readonly types?: readonly string[]
  /** In name or address, upper and lower case alike. */
  readonly search?: string
  readonly isActive?: boolean
  readonly statuses?: readonly ('pending' | 'up' | 'degraded' | 'down' | 'paused')[]
  /** Any of them. */
  readonly tags?: readonly string[]
  readonly externalRef?: string
  readonly managedBy?: string
}

const isEmpty = (filter: MonitorFilter): boolean => Object.keys(filter).length === 0

export interface MonitorOrder {
  readonly by: 'id' | 'name' | 'createdAt'
  readonly direction: 'asc' | 'desc'
}

/** What every look moves on; `moveOn` brings it up to date. */
export const LAST_COLUMNS = [
  's.last_check_at',
  's.last_ms',
  's.last_status',
  's.last_code',
  's.last_message',
  's.last_good_at',
  's.last_good_ms',
] as const

const STATE_COLUMNS = [
  's.status',
  's.changed_at',
  's.retry_at',
  's.latest',
  ...LAST_COLUMNS,
] as const

/** The rows of monitors with what the journal has of their looks. */
export async function withLatest<R extends { readonly id: MonitorId }>(
  db: AccountTx,
  rows: readonly R[],
): Promise<readonly (readonly [row: R, latest: Latest | undefined])[]> {
  const latest = await readLatest(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => [row, latest.get(row.id)])
}

export type OfMonitor = ExpressionBuilder<Tables & { m: Tables['monitors'] }, 'm'>

export const maintenanceEnd = (eb: OfMonitor) =>
  eb
    .selectFrom('maintenance_spans')
    .select((span) => span.fn.max<Instant | null>('ended_at').as('until'))
    .whereRef('maintenance_spans.monitor_id', '=', 'm.id')

export const maintainedUntil = (eb: OfMonitor) => maintenanceEnd(eb).as('maintained_until')

const COLUMN = { id: 'm.id', name: 'm.name', createdAt: 'm.created_at' } as const

/** For each of `tags`, whether a monitor carries it. */
const carrying = (
  eb: ExpressionBuilder<Tables & { m: Tables['monitors'] }, 'm'>,
  tags: readonly string[],
): Expression<SqlBool>[] =>
  // Tags hold no quotes, so a quoted tag is found only as a whole one.
  tags.map((tag) => eb(eb.fn<number>('instr', ['m.tags', eb.val(JSON.stringify(tag))]), '>', 0))

/** As `fold` has it; what is ASCII alone, which is nearly all, without a call out of SQLite for each. */
const folded = (eb: OfMonitor, column: 'm.name' | 'm.url') =>
  eb
    .case()
    .when(eb.fn<number>('octet_length', [column]), '=', eb.fn<number>('length', [column]))
    .then(eb.fn<string>('lower', [column]))
    .else(eb.fn<string>('fold', [column]))
    .end()

/** What a filter asks of the monitor itself. */
function ofMonitor(eb: OfMonitor, filter: MonitorFilter): Expression<SqlBool>[] {
  const all: Expression<SqlBool>[] = []
  const { ids, types, search, isActive, tags, externalRef, managedBy } = filter
  if (ids !== undefined) all.push(eb('m.id', 'in', ids))
  if (types !== undefined) all.push(eb('m.type', 'in', types))
  if (isActive !== undefined) all.push(eb('m.is_active', '=', isActive ? 1 : 0))
  if (externalRef !== undefined) all.push(eb('m.external_ref', '=', externalRef))
  if (managedBy !== undefined) all.push(eb('m.managed_by', '=', managedBy))
  if (search !== undefined)
    all.push(
      eb.or(
        (['m.name', 'm.url'] as const).map((column) =>
          eb(eb.fn<number>('instr', [folded(eb, column), eb.val(fold(search))]), '>', 0),
        ),
      ),
    )
  if (tags !== undefined) all.push(eb.or(carrying(eb, tags)))
  return all
}

export function matching(db: AccountTx, filter: MonitorFilter) {
  const query = db
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .where((eb) => eb.and(ofMonitor(eb, filter)))
  const { statuses } = filter
  if (statuses === undefined) return query
  return query.where((eb) =>
    eb.or(
      statuses.map((status) =>
        status === 'paused'
          ? eb('m.is_active', '=', 0)
          : eb.and([eb('m.is_active', '=', 1), eb('s.status', '=', status)]),
      ),
    ),
  )
}

const counted = prepared((db: AccountTx) => db.selectFrom('accounts').select('monitors'))

export async function countMonitors(db: AccountTx, filter: MonitorFilter): Promise<number> {
  if (isEmpty(filter) && wholeAccount(db) === db) return (await counted(db, {}))[0]!.monitors
  // Every monitor has a state: where none is asked for, looking them all up is most of the work.
  const query =
    filter.statuses === undefined
      ? db.selectFrom('monitors as m').where((eb) => eb.and(ofMonitor(eb, filter)))
      : matching(db, filter)
  const { count } = await query
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

const shownRows = (db: AccountTx, filter: MonitorFilter) =>
  matching(db, filter).select(STATE_COLUMNS).select(maintainedUntil)

function inOrder(db: AccountTx, filter: MonitorFilter, order: readonly MonitorOrder[]) {
  let query = shownRows(db, filter)
  for (const { by, direction } of order) query = query.orderBy(COLUMN[by], direction)
  return order.some(({ by }) => by === 'id') ? query : query.orderBy('m.id', 'desc')
}

type Part = { readonly limit: number; readonly offset: number }

const partOfAll = prepared((db: AccountTx, part: Part, order: readonly MonitorOrder[]) =>
  inOrder(db, {}, order).select(LISTED_COLUMNS).limit(part.limit).offset(part.offset),
)

/** Ties fall to the newer id first, so pages never overlap. */
export async function listMonitors(
  db: AccountTx,
  sealer: Sealer,
  filter: MonitorFilter,
): Promise<MonitorView[]> {
  const rows = await withLatest(db, await inOrder(db, filter, []).selectAll('m').execute())
  return ofWhoAsks(
    db,
    rows.map(([row, latest]) => ({ monitor: toMonitor(row, sealer), state: toState(row, latest) })),
  )
}

/** One page of them, in the order asked for. */
export async function listPage(
  db: AccountTx,
  filter: MonitorFilter,
  order: readonly MonitorOrder[],
  { limit, offset }: Part,
): Promise<ListedView[]> {
  const rows = isEmpty(filter)
    ? await partOfAll(db, { limit, offset }, order)
    : await inOrder(db, filter, order).select(LISTED_COLUMNS).limit(limit).offset(offset).execute()
  const listed = (await withLatest(db, rows)).map(([row, latest]) => toListed(row, latest))
  return ofWhoAsks(db, listed)
}

/** Without the dependencies that whoever asks may not know of. */
async function ofWhoAsks<V extends ListedView>(db: AccountTx, views: readonly V[]): Promise<V[]> {
  if (wholeAccount(db) === db) return [...views]
  const known = new Set(await listMonitorIds(db))
  return views.map((view) => {
    const dependsOn = view.monitor.dependsOn.filter((id) => known.has(id))
    return { ...view, monitor: { ...view.monitor, dependsOn } }
  })
}

const byId = prepared((db: AccountTx, { id }: { readonly id: MonitorId }) =>
  shownRows(db, {}).selectAll('m').where('m.id', '=', id),
)

/** @throws Fault `monitor_unknown`, also for another account's */
export async function getMonitor(
  db: AccountTx,
  sealer: Sealer,
  id: MonitorId,
): Promise<MonitorView> {
  const [row] = await byId(db, { id })
  if (row === undefined) throw new Fault('monitor_unknown', { name: `#${id}` })
  const latest = (await readLatest(db, [id])).get(id)
  const [view] = await ofWhoAsks(db, [
    { monitor: toMonitor(row, sealer), state: toState(row, latest) },
  ])
  return view!
}

/** What strangers may be shown of a monitor. */
export interface Glance {
  readonly id: MonitorId
  readonly name: string
  readonly type: string
  readonly url: string
  readonly status: MonitorState['status'] | 'paused' | 'maintenance'
  /** When `status` became what it is, where that is known. */
  readonly since: Instant | null
  readonly lastMs: number | null
}

/** The monitors named, and those that carry one of `tags`, by name; nothing is decoded for it. */
export async function listGlances(
  db: AccountTx,
  now: Instant,
  { ids, tags }: { readonly ids: readonly MonitorId[]; readonly tags: readonly string[] },
): Promise<Glance[]> {
  const rows = await matching(db, {})
    .where((eb) => eb.or([eb('m.id', 'in', ids), ...carrying(eb, tags)]))
    .select(['m.id', 'm.name', 'm.type', 'm.url', 'm.is_active', 's.status', 's.changed_at'])
    .select(LAST_COLUMNS)
    .select((eb) =>
      eb
        .selectFrom('maintenance_spans as w')
        .select((span) => span.fn.min<Instant | null>('w.started_at').as('since'))
        .whereRef('w.monitor_id', '=', 'm.id')
        .where('w.ended_at', '>', now)
        .as('maintained_since'),
    )
    .orderBy((eb) => eb.fn('fold', ['m.name']))
    .orderBy('m.id')
    .execute()
  return (await withLatest(db, rows)).map(([row, latest]) => {
    // Windows are entered a moment before they begin.
    const maintainedSince =
      row.maintained_since === null ? null : Math.min(row.maintained_since, now)
    const isMaintained = row.is_active === 1 && maintainedSince !== null
    return {
      id: row.id,
      name: row.name,
      type: row.type,
      url: row.url,
      status: row.is_active === 0 ? 'paused' : isMaintained ? 'maintenance' : row.status,
      since: isMaintained ? maintainedSince : row.changed_at,
      lastMs: moveOn(row, latest).last_ms,
    }
  })
}

/** Monitors by shown status, `total` of all. */
export async function countByStatus(
  db: AccountTx,
): Promise<Record<'total' | 'pending' | 'up' | 'degraded' | 'down' | 'paused', number>> {
  const counts = { total: 0, pending: 0, up: 0, degraded: 0, down: 0, paused: 0 }
  const rows = await matching(db, {})
    .select((eb) => ['m.is_active', 's.status', eb.fn.countAll<number>().as('count')])
    .groupBy(['m.is_active', 's.status'])
    .execute()
  for (const { is_active, status, count } of rows) {
    counts.total += count
    counts[is_active === 1 ? status : 'paused'] += count
  }
  return counts
}

export async function listMonitorIds(db: AccountTx): Promise<MonitorId[]> {
  const rows = await db.selectFrom('monitors').select('id').execute()
  return rows.map(({ id }) => id)
}
