import type { IncidentId, Instant, MonitorId } from '../kernel/index.ts'
import { type BurntBudget, queueFacts, queueReply } from '../notifications/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import type { Incident, Severity } from './list.ts'
import { show, showBelow } from './show.ts'

/** What an incident is about: the failure that opened it, or its latest. */
export interface Cause {
  readonly code: string
  readonly message: string
  readonly httpStatus: number | null
}

export interface Opening extends Cause {
  readonly severity: Severity
  readonly monitorId: MonitorId
  readonly monitorName: string
  readonly url: string
  readonly startedAt: Instant
  readonly detectedAt: Instant
  readonly failures: number
  readonly expected: string | null
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
  /** It must last this long before people are told. */
  readonly alertAfterMs: number
  /** What expires, and when. */
  readonly subject?: string
  readonly endsAt?: Instant
  readonly foldedInto?: IncidentId | null
  readonly budget?: BurntBudget
  readonly hasDependencies: boolean
}

const columnsOf = (opening: Opening) => ({
  monitor_id: opening.monitorId,
  monitor_name: opening.monitorName,
  url: opening.url,
  severity: opening.severity,
  started_at: opening.startedAt,
  detected_at: opening.detectedAt,
  code: opening.code,
  message: opening.message,
  http_status: opening.httpStatus,
  failures: opening.failures,
  expected: opening.expected,
  last_good_at: opening.lastGoodAt,
  last_good_ms: opening.lastGoodMs,
  alert_at: Math.max(opening.detectedAt, opening.startedAt + opening.alertAfterMs),
  folded_into: opening.foldedInto ?? null,
  subject: opening.subject ?? null,
  ends_at: opening.endsAt ?? null,
  budget: opening.budget === undefined ? null : JSON.stringify(opening.budget),
})

const insert = prepared((tx: AccountTx, columns: ReturnType<typeof columnsOf>) =>
  tx.insertInto('incidents').values(columns).returning('id'),
)

/** In the verdict's transaction: the incident. `tellDue` says who is told of it, and when. */
export async function openIncident(tx: AccountTx, opening: Opening): Promise<IncidentId> {
  const foldedInto = opening.foldedInto ?? null
  const [row] = await insert(tx, columnsOf(opening))
  const { id } = row!
  if (foldedInto !== null) await show(tx, opening.detectedAt, { id, folded_into: foldedInto })
  if (opening.hasDependencies && opening.severity === 'down')
    await showBelow(tx, opening.detectedAt, opening.monitorId)
  return id
}

/** The certificate or domain that somebody else's open warning speaks of already. */
export async function warningOf(
  tx: AccountTx,
  monitorId: MonitorId,
  subject: string,
): Promise<IncidentId | null> {
  const found = await tx
    .selectFrom('incidents')
    .select('id')
    .where('subject', '=', subject)
    .where('resolved_at', 'is', null)
    .where('folded_into', 'is', null)
    .where('monitor_id', '!=', monitorId)
    .executeTakeFirst()
  return found?.id ?? null
}

/** The outage in whose message the flapping of a monitor is told. */
export async function flappingOf(
  tx: AccountTx,
  monitorId: MonitorId,
): Promise<Pick<Incident, 'id' | 'folded_into'> | undefined> {
  return tx
    .selectFrom('incidents')
    .select(['id', 'folded_into'])
    .where('monitor_id', '=', monitorId)
    .whereRef('folded_into', '=', 'id')
    .where('steadied_at', 'is', null)
    .orderBy('id', 'desc')
    .executeTakeFirst()
}

const openIds = (tx: AccountTx, monitorId: MonitorId, severity: Severity) =>
  tx
    .selectFrom('incidents')
    .select(['id', 'folded_into', 'heard_at'])
    .where('monitor_id', '=', monitorId)
    .where('severity', '=', severity)
    .where('resolved_at', 'is', null)
    .execute()

async function setCause(
  tx: AccountTx,
  now: Instant,
  incident: Pick<Incident, 'id' | 'folded_into'>,
  { code, message, httpStatus }: Cause,
): Promise<void> {
  await tx
    .updateTable('incidents')
    .set({ code, message, http_status: httpStatus })
    .where('id', '=', incident.id)
    .execute()
  await show(tx, now, incident)
}

/** Still down, for another reason: the message says so, nobody is called anew. */
export async function recauseIncident(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  cause: Cause,
): Promise<void> {
  for (const incident of await openIds(tx, monitorId, 'down'))
    await setCause(tx, now, incident, cause)
}

/** Another threshold was crossed: the message changes, and a reply says so. */
export async function warnNearer(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  cause: Cause,
): Promise<void> {
  for (const incident of await openIds(tx, monitorId, 'warning')) {
    await setCause(tx, now, incident, cause)
    if (incident.folded_into === null) await queueReply(tx, now, incident.id, 'reminder')
    if (incident.heard_at !== null) await queueFacts(tx, now, [incident.id], 'reminder')
  }
}
