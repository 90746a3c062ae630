import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { ExpressionBuilder } from 'kysely'
import type { AccountTx, Tables } from '../storage/index.ts'
import { observedTime, uptimePercent } from './uptime.ts'

/** How a span is cut: UTC hours or days. */
export const BUCKET_MS = { hour: HOUR, day: DAY } as const
export type BucketKind = keyof typeof BUCKET_MS

/** What was seen of one monitor in one bucket. */
export interface Bucket {
  readonly monitorId: MonitorId
  /** When it begins. */
  readonly at: Instant
  readonly uptime: number | null
  /** Of good looks, milliseconds; null without any. */
  readonly minMs: number | null
  readonly maxMs: number | null
  readonly avgMs: number | null
  readonly p95Ms: number | null
  readonly checks: number
  readonly failures: number
  readonly downMs: number
  readonly observedMs: number
}

export interface BucketFilter {
  readonly monitorId?: MonitorId
  /** Bounds of when a bucket begins. */
  readonly began?: readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]
}

interface Place {
  readonly monitor_id: MonitorId
  readonly began: Instant
}

/** Which buckets have anything: one row each. */
/** The beginning of the bucket a sample lies in. */
const beganAt = (eb: ExpressionBuilder<{ s: Tables['samples'] }, 's'>, size: number) =>
  eb('s.at', '-', eb('s.at', '%', size))

function places(db: AccountTx, kind: BucketKind, { monitorId, began = [] }: BucketFilter) {
  const size = BUCKET_MS[kind]
  let query = db
    .selectFrom('samples as s')
    .select((eb) => ['s.monitor_id', beganAt(eb, size).as('began')])
    .groupBy((eb) => ['s.monitor_id', beganAt(eb, size)])
  if (monitorId !== undefined) query = query.where('s.monitor_id', '=', monitorId)
  for (const { op, at } of began) query = query.where((eb) => eb(beganAt(eb, size), op, at))
  return query.$castTo<Place>()
}

const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * share) - 1]!

async function fill(
  db: AccountTx,
  kind: BucketKind,
  { monitor_id, began: at }: Place,
): Promise<Bucket> {
  const size = BUCKET_MS[kind]
  const samples = await db
    .selectFrom('samples')
    .select(['ms', 'status'])
    .where('monitor_id', '=', monitor_id)
    .where('at', '>=', at)
    .where('at', '<', at + size)
    .orderBy('ms')
    .execute()
  const good = samples
    .filter(({ status }) => status === 'up' || status === 'degraded')
    .map(({ ms }) => ms)
  // A sample speaks for the time before it: of the bucket's own, the last instant belongs to it.
  const observed = (await observedTime(db, [monitor_id], at - 1, at + size - 1)).get(monitor_id)!
  return {
    monitorId: monitor_id,
    at,
    uptime: uptimePercent(observed),
    minMs: good[0] ?? null,
    maxMs: good.at(-1) ?? null,
    avgMs:
      good.length === 0 ? null : Math.round(good.reduce((sum, ms) => sum + ms, 0) / good.length),
    p95Ms: percentile(good, 0.95),
    checks: samples.length,
    failures: samples.filter(({ status }) => status === 'down').length,
    downMs: Math.min(observed.downMs, observed.observedMs),
    observedMs: observed.observedMs,
  }
}

/** Newest first, of several monitors the newer one first; with how many there are. */
export async function listBuckets(
  db: AccountTx,
  kind: BucketKind,
  filter: BucketFilter,
  page: { readonly limit: number; readonly offset: number },
  direction: 'asc' | 'desc' = 'desc',
): Promise<{ readonly total: number; readonly buckets: readonly Bucket[] }> {
  const { total } = await db
    .selectFrom(places(db, kind, filter).as('p'))
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const found = await places(db, kind, filter)
    .orderBy('began', direction)
    .orderBy('s.monitor_id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const buckets: Bucket[] = []
  for (const place of found) buckets.push(await fill(db, kind, place))
  return { total, buckets }
}

/** One bucket; undefined where nothing was looked at in it, also of another account's monitor. */
export async function getBucket(
  db: AccountTx,
  kind: BucketKind,
  monitorId: MonitorId,
  at: Instant,
): Promise<Bucket | undefined> {
  const began = [
    { op: '>=', at },
    { op: '<=', at },
  ] as const
  const place = await places(db, kind, { monitorId, began }).executeTakeFirst()
  return place === undefined ? undefined : fill(db, kind, place)
}
