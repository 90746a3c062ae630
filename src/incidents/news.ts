import type { ChannelId, IncidentId, Instant } from '../kernel/index.ts'
import type { BurntBudget, Flaps, IncidentNews } from '../notifications/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { FLAPPING_OUTAGES } from './judge-flapping.ts'
import type { Incident } from './list.ts'
import { readNotes } from './notes.ts'
import { readDependencies } from './show.ts'
import { readStorm } from './storm.ts'

async function countFolded(db: AccountTx, { id }: Incident, isOpen: boolean): Promise<number> {
  let query = db
    .selectFrom('incidents')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('folded_into', '=', id)
  if (isOpen) query = query.where('resolved_at', 'is', null)
  const { count } = await query.executeTakeFirstOrThrow()
  return count
}

/** Those that fail, too, and that nobody is told of: this one explains them. */
async function countDependants(db: AccountTx, incident: Incident): Promise<number> {
  const { monitor_id, severity, resolved_at } = incident
  if (monitor_id === null || severity !== 'down' || resolved_at !== null) return 0
  const held = await db
    .selectFrom('incidents')
    .select('monitor_id')
    .where('severity', '=', 'down')
    .where('resolved_at', 'is', null)
    .where('told_at', 'is', null)
    .execute()
  if (held.length === 0) return 0
  const all = await readDependencies(db)
  return held.filter((it) => all.get(it.monitor_id!)?.has(monitor_id)).length
}

/** So many outages came before the one that made it flap. */
const BEFORE = FLAPPING_OUTAGES - 1

async function readFlaps(db: AccountTx, incident: Incident): Promise<Flaps | null> {
  if (incident.folded_into !== incident.id) return null
  const before = await db
    .selectFrom('incidents')
    .select('started_at')
    .where('monitor_id', '=', incident.monitor_id)
    .where('severity', '=', 'down')
    .where('id', '<', incident.id)
    .orderBy('id', 'desc')
    .limit(BEFORE)
    .execute()
  const latest = await db
    .selectFrom('incidents')
    .select('resolved_at')
    .where('folded_into', '=', incident.id)
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return {
    since: before.at(-1)?.started_at ?? incident.started_at,
    outages: before.length + (await countFolded(db, incident, false)),
    isDown: latest?.resolved_at === null,
    steadiedAt: incident.steadied_at,
  }
}

/** What a message about an incident is made of, read as it is now. */
export async function readNews(
  db: AccountTx,
  id: IncidentId,
  now: Instant,
  channelId?: ChannelId,
): Promise<
  | {
      readonly news: IncidentNews
      readonly rev: number
      readonly closedAt: number | null
      /** Whose message this one is told in, too. */
      readonly spokesmanId: IncidentId | null
    }
  | undefined
> {
  const incident = await db
    .selectFrom('incidents')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (incident === undefined) return undefined
  const { timezone } = await db.selectFrom('accounts').select('timezone').executeTakeFirstOrThrow()
  const counts = await db
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .where('m.is_active', '=', 1)
    .select((eb) => ['s.status', eb.fn.countAll<number>().as('count')])
    .groupBy('s.status')
    .execute()
  const flapping = await readFlaps(db, incident)
  const storm = await readStorm(db, incident, channelId)
  const sum = (rows: typeof counts) => rows.reduce((total, { count }) => total + count, 0)
  return {
    rev: incident.rev,
    closedAt: storm?.endedAt ?? (flapping === null ? incident.closed_at : flapping.steadiedAt),
    spokesmanId: incident.storm_id,
    news: {
      incidentId: incident.id,
      monitorId: incident.monitor_id,
      monitorName: incident.monitor_name,
      url: incident.url,
      severity: incident.severity,
      startedAt: incident.started_at,
      detectedAt: incident.detected_at,
      resolvedAt: storm === null ? incident.resolved_at : storm.endedAt,
      endReason: incident.end_reason,
      code: incident.code,
      message: incident.message,
      httpStatus: incident.http_status,
      failures: incident.failures,
      expected: incident.expected,
      lastGoodAt: incident.last_good_at,
      lastGoodMs: incident.last_good_ms,
      acknowledgedAt: storm === null ? incident.acknowledged_at : storm.acknowledgedAt,
      acknowledgedBy: incident.acknowledged_by,
      escalatedAt: incident.escalated_at,
      note: (await readNotes(db, [incident.id])).get(incident.id)?.at(-1) ?? null,
      downCount: sum(counts.filter(({ status }) => status === 'down')),
      watchedCount: sum(counts),
      dependants: await countDependants(db, incident),
      alsoOn:
        incident.severity === 'warning'
          ? await countFolded(db, incident, incident.resolved_at === null)
          : 0,
      endsAt: incident.ends_at,
      budget: incident.budget === null ? null : (JSON.parse(incident.budget) as BurntBudget),
      storm,
      flapping,
      timezone,
      shownAt: now,
    },
  }
}
