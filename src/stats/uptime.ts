import { HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { nextPacked, readFresh, readLooks, readOutages, readPacked } from './looks.ts'
import { unpackSamples } from './pack-format.ts'
import { readSums } from './sums.ts'
import {
  isGood,
  type Look,
  madeOf,
  measure,
  type Observed,
  type Outage,
  percentile,
  startOf,
} from './tally.ts'

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

const NOTHING: Observed = { observedMs: 0, downMs: 0 }

export const addObserved = (parts: Iterable<Observed>): Observed => {
  let [observedMs, downMs] = [0, 0]
  for (const part of parts) {
    observedMs += part.observedMs
    downMs += part.downMs
  }
  return { observedMs, downMs }
}

const observedOf = ([observedMs, downMs]: readonly [number, number]): Observed => ({
  observedMs,
  downMs,
})

const minus = (a: Observed, b: Observed): Observed => ({
  observedMs: a.observedMs - b.observedMs,
  downMs: a.downMs - b.downMs,
})

/**
 * Observed and down time of each monitor from `from` to `to`. Each look speaks for the time before
 * it; outage time is the part of that which lies inside an incident. To the millisecond as far back
 * as looks are kept; before that a span begins and ends with a whole hour, and where hours are not
 * kept any more with a whole UTC day.
 */
export async function observedTime(
  db: AccountTx,
  monitorIds: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, Observed>> {
  if (monitorIds.length === 0) return new Map()
  // Asked together, so that nothing is packed in between.
  const [hours, fresh] = await Promise.all([
    readSums(db, monitorIds, from, to, 'observed'),
    readFresh(db, monitorIds, from),
  ])
  const outages = await readOutages(db, monitorIds, startOf(from, HOUR), to)
  const atEdges = await edgesOf(db, monitorIds, outages, [from, to])
  return new Map(
    monitorIds.map((id) => [
      id,
      addObserved([
        observedOf(hours.get(id) ?? [0, 0]),
        measure(fresh.get(id) ?? [], outages.get(id) ?? [], from, to),
        minus(atEdges(id, to, NOTHING), atEdges(id, from, 'hour')),
      ]),
    ]),
  )
}

type Begun = { readonly ids: readonly MonitorId[]; readonly begins: readonly Instant[] }

const hoursBegun = prepared((db: AccountTx, { ids, begins }: Begun) =>
  db
    .selectFrom('hour_stats as h')
    .leftJoin('packed_samples as p', (on) =>
      on.onRef('p.at', '=', 'h.at').onRef('p.monitor_id', '=', 'h.monitor_id'),
    )
    .select(['h.monitor_id as id', 'h.at', 'h.checks', 'p.samples'])
    .select(['h.observed_ms as observedMs', 'h.down_ms as downMs'])
    .where('h.monitor_id', 'in', ids)
    .where('h.at', 'in', begins)
    .where('h.observed_ms', '>', 0),
)

type Hour = Awaited<ReturnType<typeof hoursBegun>>[number]

/**
 * What is packed of an hour up to an instant within it. Where the looks are not kept any more, as
 * the reader asks: nothing of the hour, or all of it.
 */
async function edgesOf(
  db: AccountTx,
  ids: readonly MonitorId[],
  outages: ReadonlyMap<MonitorId, readonly Outage[]>,
  instants: readonly Instant[],
): Promise<(id: MonitorId, at: Instant, otherwise: Observed | 'hour') => Observed> {
  const inner = instants.filter((at) => at % HOUR !== 0)
  if (inner.length === 0) return () => NOTHING
  const rows = await hoursBegun(db, { ids, begins: inner.map((at) => startOf(at, HOUR)) })
  const edges = new Map<Instant, Map<MonitorId, { hour: Hour; part: Observed | undefined }>>()
  for (const at of inner) {
    const hours = rows.filter((it) => it.at === startOf(at, HOUR))
    const parts = new Map<MonitorId, { hour: Hour; part: Observed | undefined }>()
    for (const hour of hours) {
      const looks = await reachingLooks(db, hour, at)
      const part = looks && measure(looks, outages.get(hour.id) ?? [], hour.at, at)
      parts.set(hour.id, { hour, part })
    }
    edges.set(at, parts)
  }
  return (id, at, otherwise) => {
    const edge = edges.get(at)?.get(id)
    if (edge === undefined) return NOTHING
    return edge.part ?? (otherwise === 'hour' ? edge.hour : otherwise)
  }
}

/** The looks that speak for some of an hour up to `to`; nothing where they are not kept any more. */
async function reachingLooks(
  db: AccountTx,
  { id, at, checks, samples }: Hour,
  to: Instant,
): Promise<readonly Look[] | undefined> {
  const made: readonly Look[] = samples === null ? [] : unpackSamples(at, samples)
  if (made.length < checks) return undefined
  // The one after speaks for the time from the last to `to`.
  if (made.some((it) => it.at >= to)) return made
  const next = await nextPacked(db, id, to)
  // Of one made long after the hour, another may be left that does not reach as far.
  const isGone = next === undefined || next.at - next.observedMs >= at + HOUR
  if (made.length === 0 && isGone) return undefined
  return next === undefined ? made : [...made, next]
}

/** How long good looks took on average in a span, of each monitor that had any. */
export async function averageTimes(
  db: AccountTx,
  monitorIds: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, { readonly count: number; readonly avgMs: number }>> {
  if (monitorIds.length === 0) return new Map()
  const [firstHour, lastHour] = [Math.ceil(from / HOUR) * HOUR, startOf(to, HOUR)]
  const whole = await readSums(db, monitorIds, firstHour, lastHour, 'good')
  const fresh = await readFresh(db, monitorIds, from)
  const edges = await readPacked(db, monitorIds, [...new Set([startOf(from, HOUR), lastHour])])
  const isAtEdge = (at: Instant): boolean => at < firstHour || at >= lastHour
  const times = new Map<MonitorId, { count: number; avgMs: number }>()
  for (const id of monitorIds) {
    const single = [
      ...(fresh.get(id) ?? []),
      ...(edges.get(id) ?? []).filter(({ at }) => isAtEdge(at)),
    ].filter((it) => isGood(it) && it.at >= from && it.at < to)
    const [good, goodMs] = whole.get(id) ?? [0, 0]
    const count = good + single.length
    const sum = single.reduce((total, { ms }) => total + ms, goodMs)
    if (count > 0) times.set(id, { count, avgMs: Math.round(sum / count) })
  }
  return times
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
  const { checks, goodMs } = madeOf(await readLooks(db, id, from, Infinity))
  if (goodMs.length === 0) return { count: checks, avgMs: null, p95Ms: null }
  return {
    count: checks,
    avgMs: Math.round(goodMs.reduce((sum, ms) => sum + ms, 0) / goodMs.length),
    p95Ms: percentile(goodMs, 0.95),
  }
}
