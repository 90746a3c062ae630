import type { Selectable } from 'kysely'
import { audit, type By } from '../audit/index.ts'
import { Fault, type IncidentId, type Instant, type MonitorId } from '../kernel/index.ts'
import { queueAlert, queueRecovery } from '../notifications/index.ts'
import type { AccountDb, AccountTx, Tables } from '../storage/index.ts'

export type Incident = Selectable<Tables['incidents']>

/** The failure that opens an incident, or changes its cause. */
export interface Cause {
  readonly code: string
  readonly message: string
  readonly httpStatus: number | null
}

export interface Opening extends Cause {
  readonly monitorId: MonitorId
  readonly monitorName: string
  readonly url: string
  readonly startedAt: Instant
  readonly detectedAt: Instant
  readonly failures: number
  readonly expected: string
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
  /** It must last this long before people are told. */
  readonly alertAfterMs: number
}

/** In the verdict's transaction: the incident, and the messages it asks for. */
export async function openIncident(tx: AccountTx, opening: Opening): Promise<IncidentId> {
  const { id } = await tx
    .insertInto('incidents')
    .values({
      monitor_id: opening.monitorId,
      monitor_name: opening.monitorName,
      url: opening.url,
      severity: 'down',
      started_at: opening.startedAt,
      detected_at: opening.detectedAt,
      code: opening.code,
      message: opening.message,
      http_status: opening.httpStatus,
      failures: opening.failures,
      expected: opening.expected,
      last_good_at: opening.lastGoodAt,
      last_good_ms: opening.lastGoodMs,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const dueAt = Math.max(opening.detectedAt, opening.startedAt + opening.alertAfterMs)
  await queueAlert(tx, opening.detectedAt, id, 1, dueAt)
  return id
}

const openOf = (tx: AccountTx, monitorId: MonitorId) =>
  tx
    .selectFrom('incidents')
    .select(['id', 'rev', 'started_at'])
    .where('monitor_id', '=', monitorId)
    .where('resolved_at', 'is', null)

async function close(
  tx: AccountTx,
  now: Instant,
  incident: { id: IncidentId; rev: number; started_at: Instant },
  resolvedAt: Instant,
  reason: NonNullable<Incident['end_reason']>,
): Promise<void> {
  const rev = incident.rev + 1
  await tx
    .updateTable('incidents')
    .set({
      // A clock that stepped back must not end an outage before it began.
      resolved_at: Math.max(resolvedAt, incident.started_at),
      closed_at: now,
      end_reason: reason,
      rev,
    })
    .where('id', '=', incident.id)
    .execute()
  const isTold = await queueAlert(tx, now, incident.id, rev, now)
  if (isTold && reason === 'resolved') await queueRecovery(tx, now, incident.id, rev)
}

/** The outage is over. `resolvedAt` is the first success of the streak, `now` when we were sure. */
export async function resolveIncident(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  resolvedAt: Instant,
): Promise<void> {
  for (const incident of await openOf(tx, monitorId).where('severity', '=', 'down').execute())
    await close(tx, now, incident, resolvedAt, 'resolved')
}

/** Paused, deleted or given another address: whatever is open ends without being over. */
export async function endIncidents(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  reason: 'paused' | 'deleted' | 'changed',
): Promise<void> {
  for (const incident of await openOf(tx, monitorId).execute())
    await close(tx, now, incident, now, reason)
}

/** Still down, for another reason: the message says so, nobody is called anew. */
export async function recauseIncident(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  cause: Cause,
): Promise<void> {
  for (const { id, rev } of await openOf(tx, monitorId).where('severity', '=', 'down').execute()) {
    await tx
      .updateTable('incidents')
      .set({
        code: cause.code,
        message: cause.message,
        http_status: cause.httpStatus,
        rev: rev + 1,
      })
      .where('id', '=', id)
      .execute()
    await queueAlert(tx, now, id, rev + 1, now)
  }
}

export interface IncidentFilter {
  readonly monitorId?: MonitorId
  readonly isOpen?: boolean
  readonly severities?: readonly ('down' | 'warning')[]
  /** Open at any time at or after this. */
  readonly endedAfter?: Instant
  readonly started?: readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]
}

function matching(db: AccountTx, filter: IncidentFilter) {
  let query = db.selectFrom('incidents').where('monitor_id', 'is not', null)
  if (filter.monitorId !== undefined) query = query.where('monitor_id', '=', filter.monitorId)
  if (filter.isOpen !== undefined)
    query = query.where('resolved_at', filter.isOpen ? 'is' : 'is not', null)
  if (filter.severities !== undefined) query = query.where('severity', 'in', filter.severities)
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

/** Newest first. */
export async function listIncidents(
  db: AccountTx,
  filter: IncidentFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<Incident[]> {
  return matching(db, filter)
    .selectAll()
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

async function setAcknowledged(
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
  isOnIt: boolean,
): Promise<Incident> {
  return db.transaction().execute(async (tx) => {
    const incident = await getIncident(tx, id)
    if (incident.resolved_at !== null) throw new Fault('incident_closed', { name: `#${id}` })
    if ((incident.acknowledged_at !== null) === isOnIt) return incident
    const rev = incident.rev + 1
    await tx
      .updateTable('incidents')
      .set({
        acknowledged_at: isOnIt ? now : null,
        acknowledged_by: isOnIt ? by.name : null,
        rev,
      })
      .where('id', '=', id)
      .execute()
    await queueAlert(tx, now, id, rev, now)
    const action = isOnIt ? 'incident.acknowledge' : 'incident.unacknowledge'
    await audit(tx, now, by, action, `/api/target_incidents/${id}`)
    return getIncident(tx, id)
  })
}

/**
 * Somebody is on it. The first one counts; the answer tells a later one who was first.
 * @throws Fault `incident_unknown`, `incident_closed`
 */
export const acknowledgeIncident = (
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
): Promise<Incident> => setAcknowledged(db, now, by, id, true)

/**
 * Nobody is on it after all.
 * @throws Fault `incident_unknown`, `incident_closed`
 */
export const unacknowledgeIncident = (
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
): Promise<Incident> => setAcknowledged(db, now, by, id, false)
