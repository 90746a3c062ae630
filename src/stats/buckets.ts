import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
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

const MEETS = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const

/** Monitors that were looked at in the bucket that began at `at`; reads one sample of each at most. */
function lookedAt(db: AccountTx, kind: BucketKind, at: Instant, monitorId?: MonitorId) {
  const query = db.selectFrom('monitors as m').where((eb) =>
    eb.exists(
      eb
        .selectFrom('samples as s')
        .select('s.at')
        .whereRef('s.monitor_id', '=', 'm.id')
        .where('s.at', '>=', at)
        .where('s.at', '<', at + BUCKET_MS[kind]),
    ),
  )
  return monitorId === undefined ? query : query.where('m.id', '=', monitorId)
}

/** When the first and the last sample of any monitor meant was taken. */
async function extent(
  db: AccountTx,
  monitorId?: MonitorId,
): Promise<readonly [Instant, Instant] | undefined> {
  const ends = (['asc', 'desc'] as const).map(async (direction) => {
    const query = db
      .selectFrom('monitors as m')
      .select((eb) =>
        eb
          .selectFrom('samples as s')
          .select('s.at')
          .whereRef('s.monitor_id', '=', 'm.id')
          .orderBy('s.at', direction)
          .limit(1)
          .as('at'),
      )
    const rows = await (
      monitorId === undefined ? query : query.where('m.id', '=', monitorId)
    ).execute()
    return rows.flatMap(({ at }) => (at === null ? [] : [at]))
  })
  const [firsts, lasts] = await Promise.all(ends)
  if (firsts!.length === 0) return undefined
  return [firsts!.reduce((a, b) => Math.min(a, b)), lasts!.reduce((a, b) => Math.max(a, b))]
}

/** When the buckets meant begin, oldest first; some may have nothing in them. */
async function beginnings(
  db: AccountTx,
  kind: BucketKind,
  { monitorId, began = [] }: BucketFilter,
): Promise<Instant[]> {
  const size = BUCKET_MS[kind]
  const [first, last] = (await extent(db, monitorId)) ?? [0, -1]
  const all: Instant[] = []
  for (let at = first - (first % size); at <= last; at += size)
    if (began.every((bound) => MEETS[bound.op](at, bound.at))) all.push(at)
  return all
}

const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * share) - 1]!

async function fill(
  db: AccountTx,
  kind: BucketKind,
  monitorId: MonitorId,
  at: Instant,
): Promise<Bucket> {
  const size = BUCKET_MS[kind]
  const samples = await db
    .selectFrom('samples')
    .select(['ms', 'status'])
    .where('monitor_id', '=', monitorId)
    .where('at', '>=', at)
    .where('at', '<', at + size)
    .orderBy('ms')
    .execute()
  const good = samples
    .filter(({ status }) => status === 'up' || status === 'degraded')
    .map(({ ms }) => ms)
  // A sample speaks for the time before it: of the bucket's own, the last instant belongs to it.
  const observed = (await observedTime(db, [monitorId], at - 1, at + size - 1)).get(monitorId)!
  return {
    monitorId,
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
  const all = await beginnings(db, kind, filter)
  const buckets: Bucket[] = []
  let total = 0
  for (const at of direction === 'asc' ? all : all.toReversed()) {
    const { count } = await lookedAt(db, kind, at, filter.monitorId)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    const skipped = Math.max(0, page.offset - total)
    const wanted = Math.min(count - skipped, page.limit - buckets.length)
    total += count
    if (wanted > 0) {
      const found = await lookedAt(db, kind, at, filter.monitorId)
        .select('m.id')
        .orderBy('m.id', 'desc')
        .limit(wanted)
        .offset(skipped)
        .execute()
      for (const { id } of found) buckets.push(await fill(db, kind, id, at))
    }
    // SQLite answers without waiting, so without this nothing else would run until the end.
    await others()
  }
  return { total, buckets }
}

/** One bucket; undefined where nothing was looked at in it, also of another account's monitor. */
export async function getBucket(
  db: AccountTx,
  kind: BucketKind,
  monitorId: MonitorId,
  at: Instant,
): Promise<Bucket | undefined> {
  if (at % BUCKET_MS[kind] !== 0) return undefined
  const found = await lookedAt(db, kind, at, monitorId).select('m.id').executeTakeFirst()
  return found === undefined ? undefined : fill(db, kind, found.id, at)
}
