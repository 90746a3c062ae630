import { type IncidentId, type Instant, MINUTE } from '../kernel/index.ts'
import { channelHears, queueStorm, queueStormEnd, type Storm } from '../notifications/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import type { Incident, Severity } from './list.ts'

/** So many told within so long are told together from then on; budgets are looked at each minute. */
const STORM_OPENINGS = 5
const STORM_MS = { down: MINUTE, burning: 2 * MINUTE } as const
const MOST_NAMED = 8

type Stormy = keyof typeof STORM_MS

/** Whether many of them at once are told together. */
export const isStormy = (severity: Severity): severity is Stormy => severity in STORM_MS

type Since = { readonly after: Instant; readonly severity: Stormy }

const told = (tx: AccountTx, { after, severity }: Since) =>
  tx
    .selectFrom('incidents')
    .where('told_at', '>', after)
    .where('severity', '=', severity)
    .where('folded_into', 'is', null)

const ragingOne = prepared((tx: AccountTx, since: Since) =>
  told(tx, since)
    .select('storm_id')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('incidents as storm')
          .select('storm.id')
          .whereRef('storm.id', '=', 'incidents.storm_id')
          .where('storm.storm_ended_at', 'is', null),
      ),
    )
    .limit(1),
)

/**
 * Whether an outage or a burning budget whose time to be told has come is told in a storm's message,
 * in the caller's transaction: it joins the one that rages, or makes one with those told before it.
 */
export async function joinStorm(
  tx: AccountTx,
  now: Instant,
  { id, severity }: { readonly id: IncidentId; readonly severity: Stormy },
): Promise<boolean> {
  const since = { after: now - STORM_MS[severity], severity }
  // One that is over has said so: whoever reads that is not called by an edit of it.
  const [raging] = await ragingOne(tx, since)
  if (raging !== undefined) return enter(tx, now, raging.storm_id!, [id])
  const recent = await told(tx, since)
    .select('id')
    .where('storm_id', 'is', null)
    .limit(STORM_OPENINGS)
    .execute()
  if (recent.length < STORM_OPENINGS) return false
  return enter(
    tx,
    now,
    id,
    recent.map((it) => it.id),
  )
}

async function enter(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
  members: readonly IncidentId[],
): Promise<true> {
  await tx.updateTable('incidents').set({ storm_id: stormId }).where('id', 'in', members).execute()
  await tx
    .updateTable('incidents')
    .set((eb) => ({ rev: eb('rev', '+', 1) }))
    .where('id', '=', stormId)
    .execute()
  for (const member of members) await queueStorm(tx, now, stormId, member)
  return true
}

/** When the last of its members is over the storm is: said at once, and in one reply. */
export async function settleStorm(tx: AccountTx, now: Instant, stormId: IncidentId): Promise<void> {
  const open = await tx
    .selectFrom('incidents')
    .select('id')
    .where('storm_id', '=', stormId)
    .where('resolved_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  if (open !== undefined) return
  await tx
    .updateTable('incidents')
    .set((eb) => ({ storm_ended_at: now, rev: eb('rev', '+', 1) }))
    .where('id', '=', stormId)
    .execute()
  await queueStormEnd(tx, now, stormId)
}

/** What is told in that storm's message. */
export const stormMembers = (db: AccountTx, stormId: IncidentId): Promise<Incident[]> =>
  db.selectFrom('incidents').selectAll().where('storm_id', '=', stormId).orderBy('id').execute()

/** How a storm stands, as the channel it is told to hears of it; null where the outage speaks for itself. */
export async function readStorm(
  db: AccountTx,
  incident: Incident,
  channelId: number | undefined,
): Promise<Storm | null> {
  if (incident.storm_id !== incident.id) return null
  const all = await stormMembers(db, incident.id)
  const hears = channelId === undefined ? undefined : await channelHears(db, channelId)
  const heard = all.filter((it) => hears?.(it.monitor_id) ?? true)
  // Whatever it hears of now, it was told of this one.
  const members = heard.length === 0 ? [incident] : heard
  const open = members.filter(({ resolved_at }) => resolved_at === null)
  const acknowledged = open.filter(({ acknowledged_at }) => acknowledged_at !== null)
  const codes = [...Map.groupBy(members, ({ code }) => code)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  )
  return {
    since: members.reduce((at, it) => Math.min(at, it.started_at), Infinity),
    lastAt: members.reduce((at, it) => Math.max(at, it.detected_at), 0),
    outages: members.length,
    open: open.length,
    names: [...open, ...members.filter(({ resolved_at }) => resolved_at !== null)]
      .slice(0, MOST_NAMED)
      .map(({ monitor_name }) => monitor_name),
    code: codes[0]![0],
    httpStatus: codes[0]![1][0]!.http_status,
    ofThatCode: codes[0]![1].length,
    acknowledged: acknowledged.length,
    acknowledgedBy: acknowledged[0]?.acknowledged_by ?? null,
    acknowledgedAt: acknowledged[0]?.acknowledged_at ?? null,
    longestMs: members.reduce(
      (ms, it) => Math.max(ms, (it.resolved_at ?? it.started_at) - it.started_at),
      0,
    ),
    endedAt: incident.storm_ended_at,
  }
}
