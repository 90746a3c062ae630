import { sql } from 'kysely'
import { type Instant, type MonitorId, SECOND } from '../kernel/index.ts'
import { type Db, prepared } from '../storage/index.ts'
import type { MaintenanceId } from './read.ts'
import { type Plan, type Window, windowAfter } from './windows.ts'

/** Windows are entered a moment early, so that nothing slips in before they are. */
const LEAD_MS = 2 * SECOND

/** Who is in maintenance from when to when, the latest windows and those about to begin. */
export type Spans = ReadonlyMap<MonitorId, readonly Window[]>

/** Every monitor a window covers that has not entered it yet, does. */
const enter = (db: Db, id: MaintenanceId, from: Instant, to: Instant) =>
  sql`
  insert into maintenance_spans (account_id, monitor_id, maintenance_id, started_at, ended_at)
  select p.account_id, m.id, p.id, ${from}, ${to}
  from maintenances p join monitors m on m.account_id = p.account_id
  where p.id = ${id}
    and (
      (p.targets is null and p.tags = '[]')
      or exists (select 1 from json_each(p.targets) t where t.value = m.id)
      or exists (
        select 1 from json_each(p.tags) w join json_each(m.tags) c on c.value = w.value))
    and not exists (
      select 1 from maintenance_spans s
      where s.monitor_id = m.id and s.maintenance_id = p.id and s.ended_at = ${to})`.execute(db)

const begunBy = prepared((db: Db, { at }: { readonly at: Instant }) =>
  db.selectFrom('maintenances').selectAll().where('window_from', '<=', at),
)

/**
 * Lets windows begin and follow each other; `isChanged`: monitors were added or changed, so that a
 * window that is on may cover more. To be called every second.
 */
export async function settleMaintenances(db: Db, now: Instant, isChanged: boolean): Promise<void> {
  for (const it of await begunBy(db, { at: now + LEAD_MS })) {
    const [from, to] = [it.window_from!, it.window_to!]
    const hasBegun = await db
      .selectFrom('maintenance_spans')
      .select('id')
      .where('maintenance_id', '=', it.id)
      .where('ended_at', '=', to)
      .executeTakeFirst()
    // Planned when it was on already: what was seen before then was seen.
    const since = from < now - LEAD_MS ? Math.max(from, Math.min(it.updated_at, now)) : from
    if (hasBegun === undefined) await enter(db, it.id, since, to)
    else if (isChanged && to > now) await enter(db, it.id, Math.max(from, now), to)
    if (to > now) continue
    const plan: Plan =
      it.cron === null
        ? { startsAt: it.starts_at!, endsAt: it.ends_at! }
        : { cron: it.cron, timezone: it.timezone, durationMs: it.duration_ms! }
    const next = windowAfter(plan, now)
    await db
      .updateTable('maintenances')
      .set({ window_from: next?.from ?? null, window_to: next?.to ?? null })
      .where('id', '=', it.id)
      .where('window_to', '=', to)
      .execute()
  }
}

const endedSince = prepared((db: Db, { since }: { readonly since: Instant }) =>
  db
    .selectFrom('maintenance_spans')
    .select(['monitor_id', 'started_at', 'ended_at'])
    .where('ended_at', '>=', since),
)

/** What ended at or after `since`. */
export async function readSpans(db: Db, since: Instant): Promise<Spans> {
  const spans = new Map<MonitorId, Window[]>()
  for (const { monitor_id, started_at, ended_at } of await endedSince(db, { since })) {
    const window = { from: started_at, to: ended_at }
    const known = spans.get(monitor_id)
    if (known === undefined) spans.set(monitor_id, [window])
    else known.push(window)
  }
  return spans
}

/** How much of `from` to `to` lies in any of `windows`. */
export function overlapMs(windows: readonly Window[], from: Instant, to: Instant): number {
  let [sum, reached] = [0, from]
  for (const window of windows.toSorted((a, b) => a.from - b.from)) {
    const start = Math.max(window.from, reached)
    const end = Math.min(window.to, to)
    if (end <= start) continue
    sum += end - start
    reached = end
  }
  return sum
}
