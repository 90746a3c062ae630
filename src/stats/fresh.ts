import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { startOf } from './tally.ts'

/** How a span is cut: UTC hours or days. */
export const BUCKET_MS = { hour: HOUR, day: DAY } as const
export type BucketKind = keyof typeof BUCKET_MS

export const STATS_TABLES = { hour: 'hour_stats', day: 'day_stats' } as const

export type Bounds = readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]

export interface BucketFilter {
  readonly monitorId?: MonitorId
  /** Bounds of when a bucket begins. */
  readonly began?: Bounds
}

const MEETS = {
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const

export const meetsAll = (at: Instant, bounds: Bounds): boolean =>
  bounds.every((bound) => MEETS[bound.op](at, bound.at))

/** Within so long a day becomes a row of its own: some of its hours may wait for a judgement. */
const UNROLLED_MS = 5 * DAY

/** When the first and the last sample of any monitor meant was taken. */
async function extentOfSamples(db: AccountTx, monitorId?: MonitorId): Promise<readonly Instant[]> {
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
  return (await Promise.all(ends)).flat()
}

/** When the last packed hour of any monitor meant began. */
async function lastHour(db: AccountTx, monitorId?: MonitorId): Promise<readonly Instant[]> {
  const query = db.selectFrom('hour_stats').select('at').orderBy('at', 'desc').limit(1)
  const rows = await (
    monitorId === undefined
      ? // What the account's index is of.
        query.where('checks', '>', 0)
      : query.where('monitor_id', '=', monitorId)
  ).execute()
  return rows.map(({ at }) => at)
}

/** Monitors that were looked at in the bucket that began at `at`, where it is no row yet. */
function lookedAt(db: AccountTx, kind: BucketKind, at: Instant, monitorId?: MonitorId) {
  const end = at + BUCKET_MS[kind]
  const query = db
    .selectFrom('monitors as m')
    .select('m.id')
    .orderBy('m.id', 'desc')
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom(`${STATS_TABLES[kind]} as b`)
            .select('b.at')
            .whereRef('b.monitor_id', '=', 'm.id')
            .where('b.at', '=', at)
            .where('b.checks', '>', 0),
        ),
      ),
    )
    .where((eb) => {
      const sampled = eb.exists(
        eb
          .selectFrom('samples as s')
          .select('s.at')
          .whereRef('s.monitor_id', '=', 'm.id')
          .where('s.at', '>=', at)
          .where('s.at', '<', end),
      )
      const packed = eb.exists(
        eb
          .selectFrom('hour_stats as h')
          .select('h.at')
          .whereRef('h.monitor_id', '=', 'm.id')
          .where('h.at', '>=', at)
          .where('h.at', '<', end)
          .where('h.checks', '>', 0),
      )
      return kind === 'hour' ? sampled : eb.or([sampled, packed])
    })
  return monitorId === undefined ? query : query.where('m.id', '=', monitorId)
}

/** The buckets that are no rows yet: when they began, oldest first, with whose they are, newest first. */
export async function freshBuckets(
  db: AccountTx,
  kind: BucketKind,
  { monitorId, began = [] }: BucketFilter,
): Promise<ReadonlyMap<Instant, readonly MonitorId[]>> {
  const size = BUCKET_MS[kind]
  const sampled = await extentOfSamples(db, monitorId)
  const packed = kind === 'day' ? await lastHour(db, monitorId) : []
  const ends = [...sampled, ...packed.flatMap((at) => [at - UNROLLED_MS, at])]
  const fresh = new Map<Instant, readonly MonitorId[]>()
  if (ends.length === 0) return fresh
  const last = ends.reduce((a, b) => Math.max(a, b))
  for (
    let at = startOf(
      ends.reduce((a, b) => Math.min(a, b)),
      size,
    );
    at <= last;
    at += size
  ) {
    if (!meetsAll(at, began)) continue
    const found = await lookedAt(db, kind, at, monitorId).execute()
    if (found.length > 0)
      fresh.set(
        at,
        found.map(({ id }) => id),
      )
    // SQLite answers without waiting, so without this nothing else would run until the end.
    await others()
  }
  return fresh
}
