import { setImmediate as others } from 'node:timers/promises'
import { type Incident, listIncidents } from '../incidents/index.ts'
import { DAY, type Instant, type MonitorId } from '../kernel/index.ts'
import { type Glance, listGlances } from '../monitors/index.ts'
import { observedTime, uptimePercent } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'
import type { StatusPage } from './read.ts'

/** Monitors whose samples are added up in one statement. */
const AT_ONCE = 50
const INCIDENT_DAYS = 7
const MOST_INCIDENTS = 100

type OverallStatus = 'up' | 'degraded' | 'down' | 'maintenance' | 'unknown'

/** Percent over so long, null without data. */
export interface Uptimes {
  readonly uptime24h: number | null
  readonly uptime7d: number | null
  readonly uptime30d: number | null
}

/** Open, or over for less than a week; newest first. The name is the monitor's of now. */
export interface ShownIncident extends Pick<
  Incident,
  'started_at' | 'resolved_at' | 'severity' | 'acknowledged_at'
> {
  readonly monitorId: MonitorId
  readonly name: string
}

/** The monitors of a page, each once: those named in their order, then those by tag by name. */
export async function listShown(
  db: AccountTx,
  now: Instant,
  { targets, tags }: StatusPage,
): Promise<Glance[]> {
  const place = new Map(targets.map((id, index) => [id, index]))
  const found = await listGlances(db, now, { ids: targets, tags })
  const last = targets.length
  return found.toSorted((a, b) => (place.get(a.id) ?? last) - (place.get(b.id) ?? last))
}

/** How all of it is: as bad as the worst of it. */
export function overallStatus(shown: readonly Glance[]): OverallStatus {
  const worst = (['down', 'degraded', 'maintenance', 'up'] as const).find((status) =>
    shown.some((it) => it.status === status),
  )
  return worst ?? 'unknown'
}

async function readSpan(db: AccountTx, now: Instant, ids: readonly MonitorId[], days: number) {
  const observed = await observedTime(db, ids, now - days * DAY, now)
  // SQLite answers without waiting, so without this nothing else would run until the end.
  await others()
  return (id: MonitorId) => uptimePercent(observed.get(id)!)
}

/** Of each of `ids`. It adds up every sample there is, so it is the dear part of a page. */
export async function readUptimes(
  db: AccountTx,
  now: Instant,
  ids: readonly MonitorId[],
): Promise<ReadonlyMap<MonitorId, Uptimes>> {
  const uptimes = new Map<MonitorId, Uptimes>()
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const some = ids.slice(at, at + AT_ONCE)
    const day = await readSpan(db, now, some, 1)
    const week = await readSpan(db, now, some, 7)
    const month = await readSpan(db, now, some, 30)
    for (const id of some)
      uptimes.set(id, { uptime24h: day(id), uptime7d: week(id), uptime30d: month(id) })
  }
  return uptimes
}

/** Of the last week, the newest of them. */
export async function readIncidents(
  db: AccountTx,
  now: Instant,
  shown: readonly Glance[],
): Promise<ShownIncident[]> {
  const names = new Map(shown.map(({ id, name }) => [id, name]))
  const found = await listIncidents(
    db,
    { monitorIds: [...names.keys()], endedAfter: now - INCIDENT_DAYS * DAY },
    { limit: MOST_INCIDENTS, offset: 0 },
  )
  return found.map((it) => ({
    monitorId: it.monitor_id!,
    name: names.get(it.monitor_id!)!,
    started_at: it.started_at,
    resolved_at: it.resolved_at,
    severity: it.severity,
    acknowledged_at: it.acknowledged_at,
  }))
}
