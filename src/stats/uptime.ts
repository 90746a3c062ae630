import type { Instant, MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** Milliseconds: what was watched in a span, and how much of that was an outage. */
export interface Observed {
  readonly observedMs: number
  readonly downMs: number
}

/**
 * Percent with at most 3 decimals, never rounded up to 100 while there was downtime; null when
 * nothing was observed. Of several monitors: add their times first.
 */
export function uptimePercent({ observedMs, downMs }: Observed): number | null {
  if (observedMs <= 0) return null
  const exact = 100 * (1 - Math.min(downMs, observedMs) / observedMs)
  const rounded = Math.round(exact * 1000) / 1000
  return downMs > 0 && rounded === 100 ? 99.999 : rounded
}

/** `99.95 %`, never rounded up; `no data` for null. */
export const formatPercent = (percent: number | null): string =>
  percent === null ? 'no data' : `${Math.floor(percent * 100 + 1e-6) / 100} %`

export const addObserved = (parts: Iterable<Observed>): Observed => {
  let [observedMs, downMs] = [0, 0]
  for (const part of parts) {
    observedMs += part.observedMs
    downMs += part.downMs
  }
  return { observedMs, downMs }
}

/**
 * Observed and down time of each monitor from `from` to `to`. Each sample speaks for the time
 * before it; outage time is the part of that which lies inside an incident.
 */
export async function observedTime(
  db: AccountTx,
  monitorIds: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, Observed>> {
  const times = new Map(monitorIds.map((id) => [id, { observedMs: 0, downMs: 0 }]))
  if (monitorIds.length === 0) return times
  const watched = await db
    .selectFrom('samples')
    .where('monitor_id', 'in', monitorIds)
    .where('at', '>', from)
    .where('at', '<=', to)
    .select((eb) => [
      'monitor_id',
      eb.fn.sum<number>('observed_ms').as('observed'),
      eb.fn.min('at').as('first'),
      // SQLite takes it from the row of the minimum.
      'observed_ms as reach',
    ])
    .groupBy('monitor_id')
    .execute()
  for (const { monitor_id, observed, first, reach } of watched)
    times.get(monitor_id)!.observedMs = observed - Math.max(0, reach - (first - from))
  const outages = await db
    .selectFrom('incidents')
    .select(['monitor_id', 'started_at', 'resolved_at'])
    .where('monitor_id', 'in', monitorIds)
    .where('severity', '=', 'down')
    .where('started_at', '<', to)
    .where((eb) => eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', from)]))
    .execute()
  for (const { monitor_id, started_at, resolved_at } of outages)
    times.get(monitor_id!)!.downMs += await observedWithin(
      db,
      monitor_id!,
      Math.max(from, started_at),
      Math.min(to, resolved_at ?? to),
    )
  return times
}

async function observedWithin(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<number> {
  const samples = await db
    .selectFrom('samples')
    .select(['at', 'observed_ms'])
    .where('monitor_id', '=', id)
    .where('at', '>', from)
    .where('at', '<=', to)
    .execute()
  return samples.reduce((sum, { at, observed_ms }) => sum + Math.min(observed_ms, at - from), 0)
}

/** How long good looks took on average in a span, of each monitor that had any. */
export async function averageTimes(
  db: AccountTx,
  monitorIds: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, { readonly count: number; readonly avgMs: number }>> {
  const rows = await db
    .selectFrom('samples')
    .select((eb) => [
      'monitor_id',
      eb.fn.countAll<number>().as('count'),
      eb.fn.avg<number>('ms').as('avg'),
    ])
    .where('monitor_id', 'in', monitorIds)
    .where('at', '>=', from)
    .where('at', '<', to)
    .where('status', 'in', ['up', 'degraded'])
    .groupBy('monitor_id')
    .execute()
  return new Map(
    rows.map(({ monitor_id, count, avg }) => [monitor_id, { count, avgMs: Math.round(avg) }]),
  )
}

/** Response times of good looks in a span: average and 95th percentile, null without any. */
export async function responseTimes(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
): Promise<{
  readonly count: number
  readonly avgMs: number | null
  readonly p95Ms: number | null
}> {
  const rows = await db
    .selectFrom('samples')
    .select(['ms', 'status'])
    .where('monitor_id', '=', id)
    .where('at', '>=', from)
    .orderBy('ms')
    .execute()
  const good = rows.filter(({ status }) => status === 'up' || status === 'degraded')
  if (good.length === 0) return { count: rows.length, avgMs: null, p95Ms: null }
  const sum = good.reduce((total, { ms }) => total + ms, 0)
  return {
    count: rows.length,
    avgMs: Math.round(sum / good.length),
    // Nearest rank: a time that was really measured.
    p95Ms: good[Math.ceil(good.length * 0.95) - 1]!.ms,
  }
}
