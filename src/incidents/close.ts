import type { IncidentId, Instant, MonitorId } from '../kernel/index.ts'
import { queueAlert, queueFacts, queueReply } from '../notifications/index.ts'
import { type AccountTx, prepared, wholeAccount } from '../storage/index.ts'
import type { Incident, Severity } from './list.ts'
import { flappingOf } from './open.ts'
import { show, showBelow } from './show.ts'
import { settleStorms } from './storm.ts'

type EndReason = NonNullable<Incident['end_reason']>

const openOf = prepared(
  (tx: AccountTx, { id }: { readonly id: MonitorId }, severity: Severity | null) => {
    const open = tx
      .selectFrom('incidents')
      .selectAll()
      .where('monitor_id', '=', id)
      .where('resolved_at', 'is', null)
    return severity === null ? open : open.where('severity', '=', severity)
  },
)

type End = {
  readonly id: IncidentId
  readonly resolvedAt: Instant
  readonly closedAt: Instant
  readonly reason: EndReason
  /** Null: as before. */
  readonly endsAt: Instant | null
}

const writeEnd = prepared((tx: AccountTx, { id, resolvedAt, closedAt, reason, endsAt }: End) =>
  tx
    .updateTable('incidents')
    .set({ resolved_at: resolvedAt, closed_at: closedAt, end_reason: reason })
    .set((eb) => ({ ends_at: eb.fn.coalesce(eb.val(endsAt), 'ends_at') }))
    .where('id', '=', id),
)

/** What it was told in with others is for the caller to settle. */
async function close(
  tx: AccountTx,
  now: Instant,
  incident: Incident,
  resolvedAt: Instant,
  reason: EndReason,
  endsAt?: Instant,
): Promise<void> {
  await writeEnd(tx, {
    id: incident.id,
    // A clock that stepped back must not end an outage before it began.
    resolvedAt: Math.max(resolvedAt, incident.started_at),
    closedAt: now,
    reason,
    endsAt: endsAt ?? null,
  })
  await show(tx, now, incident, 'itself')
  const speaksForItself =
    incident.told_at !== null && incident.folded_into === null && incident.storm_id === null
  if (speaksForItself && reason === 'resolved') await queueReply(tx, now, incident.id, 'recovery')
  if (incident.heard_at !== null) await queueFacts(tx, now, [incident.id], 'recovery')
  if (incident.told_at === null && incident.monitor_id !== null && incident.severity === 'down')
    await showBelow(tx, now, incident.monitor_id)
  if (incident.subject !== null && reason !== 'resolved') await handOver(wholeAccount(tx), incident)
}

/** Others whose warning this one spoke for go on: one of them speaks now. */
async function handOver(tx: AccountTx, { id }: Incident): Promise<void> {
  const [heir, ...rest] = await tx
    .selectFrom('incidents')
    .select('id')
    .where('folded_into', '=', id)
    .where('resolved_at', 'is', null)
    .orderBy('id')
    .execute()
  if (heir === undefined) return
  await tx.updateTable('incidents').set({ folded_into: null }).where('id', '=', heir.id).execute()
  for (const other of rest)
    await tx
      .updateTable('incidents')
      .set({ folded_into: heir.id })
      .where('id', '=', other.id)
      .execute()
}

const stormsOf = (incidents: readonly Incident[]): readonly IncidentId[] =>
  incidents.flatMap(({ storm_id }) => storm_id ?? [])

interface Over {
  readonly at: Instant
  readonly reason: 'resolved' | 'worsened' | 'changed'
  readonly endsAt?: Instant
}

/** As `resolveIncident`; answers the storms it was told in, to be settled once for all that end together. */
export async function resolveTogether(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  severity: Severity,
  end: Over,
): Promise<readonly IncidentId[]> {
  const open = await openOf(tx, { id: monitorId }, severity)
  for (const incident of open) await close(tx, now, incident, end.at, end.reason, end.endsAt)
  return stormsOf(open)
}

/**
 * What is open of one severity is over. `resolvedAt` is the first success of the streak, `now` when
 * we were sure; `endsAt` when what was renewed ends next.
 */
export async function resolveIncident(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  severity: Severity,
  end: Over,
): Promise<void> {
  await settleStorms(
    wholeAccount(tx),
    now,
    await resolveTogether(tx, now, monitorId, severity, end),
  )
}

/**
 * Paused, deleted or given another address: whatever is open ends without being over. A budget is
 * the monitor's own, and what was spent of it stays spent.
 */
export async function endIncidents(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
  reason: 'paused' | 'deleted' | 'changed',
): Promise<void> {
  const ending = (await openOf(tx, { id: monitorId }, null)).filter(
    ({ severity }) => severity !== 'burning' || reason === 'deleted',
  )
  for (const incident of ending) await close(tx, now, incident, now, reason)
  await settleStorms(wholeAccount(tx), now, stormsOf(ending))
  const flapping = await flappingOf(tx, monitorId)
  if (flapping !== undefined) await steady(tx, now, flapping)
}

async function steady(
  tx: AccountTx,
  now: Instant,
  flapping: Pick<Incident, 'id' | 'folded_into'>,
): Promise<void> {
  await tx
    .updateTable('incidents')
    .set({ steadied_at: now })
    .where('id', '=', flapping.id)
    .execute()
  await show(tx, now, flapping)
}

/** From the outage that is open now on, this monitor's outages are told in its message. */
export async function beginFlapping(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
): Promise<void> {
  const [open] = await openOf(tx, { id: monitorId }, 'down')
  if (open === undefined) return
  await tx
    .updateTable('incidents')
    // It speaks for itself from now on, unless a storm's message is its own.
    .set({ folded_into: open.id, ...(open.storm_id === open.id ? {} : { storm_id: null }) })
    .where('id', '=', open.id)
    .execute()
  if (open.storm_id !== null && open.storm_id !== open.id) {
    await queueAlert(tx, now, open.id)
    await settleStorms(wholeAccount(tx), now, [open.storm_id])
  }
  await show(tx, now, open)
}

/** It stayed as it is for long enough: what is open speaks for itself again. */
export async function endFlapping(
  tx: AccountTx,
  now: Instant,
  monitorId: MonitorId,
): Promise<void> {
  const flapping = await flappingOf(tx, monitorId)
  if (flapping === undefined) return
  const [open] = await openOf(tx, { id: monitorId }, 'down')
  if (open !== undefined)
    await tx.updateTable('incidents').set({ folded_into: null }).where('id', '=', open.id).execute()
  if (open?.id === flapping.id) return show(tx, now, { ...flapping, folded_into: null })
  await steady(tx, now, flapping)
  if (open === undefined) await queueReply(tx, now, flapping.id, 'recovery')
}
