import type { Selectable } from 'kysely'
import { Fault, type IncidentId, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'

export type Incident = Selectable<Tables['incidents']>
export type Severity = Incident['severity']

export interface IncidentFilter {
  readonly monitorId?: MonitorId
  /** Any of them. */
  readonly monitorIds?: readonly MonitorId[]
  readonly isOpen?: boolean
  readonly severities?: readonly Severity[]
  /** Open at any time at or after this. */
  readonly endedAfter?: Instant
  readonly started?: readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]
}

/** That a budget burns is told as they are, and is none of them. */
const INCIDENTS: readonly Severity[] = ['down', 'degraded', 'warning']

export interface IncidentCount {
  readonly severity: Severity
  readonly total: number
  readonly open: number
}

function matching(db: AccountTx, filter: IncidentFilter) {
  let query = db
    .selectFrom('incidents')
    .where('monitor_id', 'is not', null)
    .where('severity', 'in', filter.severities ?? INCIDENTS)
  if (filter.monitorId !== undefined) query = query.where('monitor_id', '=', filter.monitorId)
  if (filter.monitorIds !== undefined) query = query.where('monitor_id', 'in', filter.monitorIds)
  if (filter.isOpen !== undefined)
    query = query.where('resolved_at', filter.isOpen ? 'is' : 'is not', null)
  const { endedAfter } = filter
  if (endedAfter !== undefined)
    query = query.where((eb) =>
      eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>=', endedAfter)]),
    )
  for (const { op, at } of filter.started ?? []) query = query.where('started_at', op, at)
  return query
}

export async function countIncidents(db: AccountTx, filter: IncidentFilter): Promise<number> {
  const { count } = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** How many there ever were of these monitors, and how many are open, by severity. */
export async function countByMonitor(
  db: AccountTx,
  monitorIds: readonly MonitorId[],
): Promise<ReadonlyMap<MonitorId, readonly IncidentCount[]>> {
  const rows = await matching(db, { monitorIds })
    .select((eb) => [
      'monitor_id',
      'severity',
      eb.fn.countAll<number>().as('total'),
      eb.fn.count<number>('resolved_at').as('resolved'),
    ])
    .groupBy(['monitor_id', 'severity'])
    .execute()
  const counts = rows.map(({ monitor_id: id, severity, total, resolved }) => ({
    id: id!,
    severity,
    total,
    open: total - resolved,
  }))
  return Map.groupBy(counts, ({ id }) => id)
}

/** Newest first: by when they began, or by when they were written down. */
export async function listIncidents(
  db: AccountTx,
  filter: IncidentFilter,
  page: { readonly limit: number; readonly offset: number; readonly by?: 'start' | 'id' },
): Promise<Incident[]> {
  const all = matching(db, filter).selectAll()
  return (page.by === 'id' ? all : all.orderBy('started_at', 'desc'))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
}

/** @throws Fault `incident_unknown`, also for another account's */
export async function getIncident(db: AccountTx, id: IncidentId): Promise<Incident> {
  const found = await matching(db, {}).selectAll().where('id', '=', id).executeTakeFirst()
  if (found === undefined) throw new Fault('incident_unknown', { name: `#${id}` })
  return found
}
