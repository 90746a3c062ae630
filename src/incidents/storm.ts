import { type IncidentId, type Instant, MINUTE } from '../kernel/index.ts'
import { channelHears, queueStorm, queueStormEnd, type Storm } from '../notifications/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import type { Incident, Severity } from './list.ts'
import { show } from './show.ts'

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

const alone = prepared((tx: AccountTx, since: Since) =>
  told(tx, since).select('id').where('storm_id', 'is', null),
)

/**
 * Whether outages or burning budgets that are told now, one at least, are told in a storm's message,
 * in the caller's transaction: they join the one that rages, or make one with those told before them.
 */
export async function joinStorm(
  tx: AccountTx,
  now: Instant,
  severity: Stormy,
  ids: readonly IncidentId[],
): Promise<boolean> {
  const since = { after: now - STORM_MS[severity], severity }
  // One that is over has said so: whoever reads that is not called by an edit of it.
  const [raging] = await ragingOne(tx, since)
  if (raging !== undefined) return enter(tx, now, raging.storm_id!, ids)
  const recent = (await alone(tx, since)).map(({ id }) => id)
  if (recent.length < STORM_OPENINGS) return false
  const earlier = recent.filter((id) => !ids.includes(id))
  // Not by the name of one that has a message of its own.
  return enter(tx, now, ids[0]!, ids, earlier)
}

type Entering = { readonly stormId: IncidentId; readonly ids: readonly IncidentId[] }

const joined = prepared((tx: AccountTx, { stormId, ids }: Entering) =>
  tx.updateTable('incidents').set({ storm_id: stormId }).where('id', 'in', ids),
)

const moved = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }) =>
  tx
    .updateTable('incidents')
    .set((eb) => ({ rev: eb('rev', '+', 1) }))
    .where('id', '=', id),
)

async function enter(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
  ids: readonly IncidentId[],
  earlier: readonly IncidentId[] = [],
): Promise<true> {
  await joined(tx, { stormId, ids: [...ids, ...earlier] })
  await moved(tx, { id: stormId })
  await queueStorm(tx, now, stormId, ids, earlier)
  return true
}

const openIn = prepared((tx: AccountTx, { stormId }: { readonly stormId: IncidentId }) =>
  tx
    .selectFrom('incidents')
    .select('id')
    .where('storm_id', '=', stormId)
    .where('resolved_at', 'is', null)
    .limit(1),
)

/** Some of its members are over: its message shows that. With the last it is, too: said at once, and in one reply. */
async function settleStorm(tx: AccountTx, now: Instant, stormId: IncidentId): Promise<void> {
  const [open] = await openIn(tx, { stormId })
  if (open !== undefined) return show(tx, now, { id: stormId, folded_into: null })
  await tx
    .updateTable('incidents')
    .set((eb) => ({ storm_ended_at: now, rev: eb('rev', '+', 1) }))
    .where('id', '=', stormId)
    .execute()
  await queueStormEnd(tx, now, stormId)
}

/** In the transaction in which members of these storms ended or left, with a handle of the whole account; each once. */
export async function settleStorms(
  tx: AccountTx,
  now: Instant,
  stormIds: Iterable<IncidentId>,
): Promise<void> {
  for (const id of new Set(stormIds)) await settleStorm(tx, now, id)
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
