import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { readTail } from './journal.ts'
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

/** One monitor, or none: all of them. */
type Whose = { readonly ids: readonly MonitorId[] }

/** When the last packed hour of any monitor meant began. */
const lastHour = prepared((db: AccountTx, { ids: [id] }: Whose) => {
  const query = db.selectFrom('hour_stats').select('at').orderBy('at', 'desc').limit(1)
  // What the account's index is of.
  if (id === undefined) return query.where('checks', '>', 0)
  return query.where('monitor_id', '=', id)
})

type Span = Whose & { readonly from: Instant; readonly to: Instant }

/** Monitors that have hours of a day that is no row yet. */
const packedOn = prepared((db: AccountTx, { ids: [id], from, to }: Span) => {
  const query = db
    .selectFrom('monitors as m')
    .select('m.id')
    .where((eb) =>
      eb.and([
        eb.not(
          eb.exists(
            eb
              .selectFrom('day_stats as d')
              .select('d.at')
              .whereRef('d.monitor_id', '=', 'm.id')
              .where('d.at', '=', from)
              .where('d.checks', '>', 0),
          ),
        ),
        eb.exists(
          eb
            .selectFrom('hour_stats as h')
            .select('h.at')
            .whereRef('h.monitor_id', '=', 'm.id')
            .where('h.at', '>=', from)
            .where('h.at', '<', to)
            // Not `> 0`: the account's index is of that, and has the hours of all monitors.
            .where('h.checks', '!=', 0),
        ),
      ]),
    )
  return id === undefined ? query : query.where('m.id', '=', id)
})

/** Buckets that looks were made in which are not packed yet; some of them may be rows already. */
async function sampled(
  db: AccountTx,
  kind: BucketKind,
  monitorId?: MonitorId,
): Promise<Map<Instant, Set<MonitorId>>> {
  const some = db.selectFrom('monitors').select('id')
  const there = await (monitorId === undefined ? some : some.where('id', '=', monitorId)).execute()
  return readTail(db, (tail) => {
    const found = new Map<Instant, Set<MonitorId>>()
    for (const { id } of there)
      tail.each(id, (at) => {
        const begun = startOf(at, BUCKET_MS[kind])
        const ids = found.get(begun)
        if (ids === undefined) found.set(begun, new Set([id]))
        else ids.add(id)
      })
    return found
  })
}

type Begun = Whose & { readonly at: Instant }

/** Whose bucket that began at `at` is a row. */
const storedAt = prepared((db: AccountTx, { ids: [id], at }: Begun, kind: BucketKind) => {
  const query = db
    .selectFrom(STATS_TABLES[kind])
    .select('monitor_id as id')
    .where('at', '=', at)
    .where('checks', '>', 0)
  return id === undefined ? query : query.where('monitor_id', '=', id)
})

/** The buckets that are no rows yet: when they began, oldest first, with whose they are, newest first. */
export async function freshBuckets(
  db: AccountTx,
  kind: BucketKind,
  { monitorId, began = [] }: BucketFilter,
): Promise<ReadonlyMap<Instant, readonly MonitorId[]>> {
  const ids = monitorId === undefined ? [] : [monitorId]
  const found = new Map(
    [...(await sampled(db, kind, monitorId))].filter(([at]) => meetsAll(at, began)),
  )
  for (const [at, those] of found)
    for (const { id } of await storedAt(db, { ids, at }, kind)) those.delete(id)
  const hours = kind === 'day' ? await lastHour(db, { ids }) : []
  for (const { at: last } of hours)
    for (let day = startOf(last - UNROLLED_MS, DAY); day <= last; day += DAY) {
      if (!meetsAll(day, began)) continue
      const packed = await packedOn(db, { ids, from: day, to: day + DAY })
      found.set(day, new Set([...(found.get(day) ?? []), ...packed.map(({ id }) => id)]))
      // SQLite answers without waiting, so without this nothing else would run until the end.
      await others()
    }
  return new Map(
    [...found]
      .filter(([, those]) => those.size > 0)
      .toSorted(([a], [b]) => a - b)
      .map(([at, those]) => [at, [...those].toSorted((a, b) => b - a)]),
  )
}
