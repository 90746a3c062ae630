import { setImmediate as others } from 'node:timers/promises'
import type { Instant, MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import {
  type Bounds,
  BUCKET_MS,
  type BucketFilter,
  type BucketKind,
  freshBuckets,
  STATS_TABLES,
} from './fresh.ts'
import { type LooksOf, readFresh, readLooks, readOutages } from './looks.ts'
import { type Made, madeOf, measure, type Observed, type Outage, percentile } from './tally.ts'
import { uptimePercent } from './uptime.ts'

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

type Page = { readonly limit: number; readonly offset: number }

const FIGURES = [
  'checks',
  'failures',
  'good',
  'sum_ms as sumMs',
  'min_ms as minMs',
  'max_ms as maxMs',
  'p95_ms as p95Ms',
  'observed_ms as observedMs',
  'down_ms as downMs',
] as const

interface Figures extends Observed {
  readonly checks: number
  readonly failures: number
  readonly good: number
  readonly sumMs: number
  readonly minMs: number | null
  readonly maxMs: number | null
  readonly p95Ms: number | null
}

/** A bucket there is; without a row it is made of hours and looks. */
interface Found {
  readonly monitorId: MonitorId
  readonly at: Instant
  readonly row?: Figures
}

type Direction = 'asc' | 'desc'

type Values = { readonly ids: readonly MonitorId[]; readonly ats: readonly Instant[] }

/** What makes another query of it. */
interface Form {
  readonly kind: BucketKind
  readonly ops: readonly Bounds[number]['op'][]
  readonly direction: Direction
}

const valuesOf = ({ monitorId, began = [] }: BucketFilter): Values => ({
  ids: monitorId === undefined ? [] : [monitorId],
  ats: began.map(({ at }) => at),
})

const formOf = (kind: BucketKind, { began = [] }: BucketFilter, direction: Direction): Form => ({
  kind,
  ops: began.map(({ op }) => op),
  direction,
})

/** Buckets that are rows, of those meant. */
function stored(db: AccountTx, { ids: [id], ats }: Values, { kind, ops }: Form) {
  let query = db.selectFrom(STATS_TABLES[kind])
  // `> 0` is what the account's index is of; for one monitor the key is better.
  if (id === undefined) query = query.where('checks', '>', 0)
  else query = query.where('monitor_id', '=', id).where('checks', '!=', 0)
  for (const [index, op] of ops.entries()) query = query.where('at', op, ats[index]!)
  return query
}

const countStored = prepared((db: AccountTx, values: Values, form: Form) =>
  stored(db, values, form).select((eb) => eb.fn.countAll<number>().as('count')),
)

const firstStored = prepared((db: AccountTx, values: Values, form: Form) =>
  stored(db, values, form).select('at').orderBy('at', form.direction).limit(1),
)

const readStored = prepared((db: AccountTx, values: Values & Page, form: Form) =>
  stored(db, values, form)
    .select(['monitor_id as monitorId', 'at', ...FIGURES])
    .orderBy('at', form.direction)
    .orderBy('monitor_id', 'desc')
    .limit(values.limit)
    .offset(values.offset),
)

/** Hours or days of all monitors that are counted in one statement. */
const COUNTED_AT_ONCE = 48

/** Where a list of all monitors is cut, for others to run in between: it may have millions of rows. */
async function borders(db: AccountTx, kind: BucketKind, filter: BucketFilter): Promise<Instant[]> {
  if (filter.monitorId !== undefined) return []
  const [first] = await firstStored(db, valuesOf(filter), formOf(kind, filter, 'asc'))
  const [last] = await firstStored(db, valuesOf(filter), formOf(kind, filter, 'desc'))
  if (first === undefined || last === undefined) return []
  const size = COUNTED_AT_ONCE * BUCKET_MS[kind]
  const count = Math.floor((last.at - first.at) / size)
  return Array.from({ length: count }, (_, before) => first.at + (before + 1) * size)
}

/** Stretches of time in the order of the list; in one that is `at` alone, some are no rows yet. */
function stretches(
  { began = [], ...filter }: BucketFilter,
  fresh: ReadonlyMap<Instant, readonly MonitorId[]>,
  cuts: readonly Instant[],
): readonly (BucketFilter & { readonly fresh: readonly Found[] })[] {
  const all: (BucketFilter & { readonly fresh: readonly Found[] })[] = []
  let after: BucketFilter['began'] = []
  const inOrder = [...new Set([...fresh.keys(), ...cuts])].toSorted((a, b) => a - b)
  for (const at of inOrder) {
    all.push({ ...filter, began: [...began, ...after, { op: '<', at }], fresh: [] })
    const ids = fresh.get(at)
    if (ids === undefined) {
      after = [{ op: '>=', at }]
      continue
    }
    const only = [
      { op: '>=', at },
      { op: '<=', at },
    ] as const
    all.push({
      ...filter,
      began: [...began, ...only],
      fresh: ids.map((monitorId) => ({ monitorId, at })),
    })
    after = [{ op: '>', at }]
  }
  all.push({ ...filter, began: [...began, ...after], fresh: [] })
  return all
}

/** Newest first, of several monitors the newer one first; with how many there are. */
export async function listBuckets(
  db: AccountTx,
  kind: BucketKind,
  filter: BucketFilter,
  page: Page,
  direction: Direction = 'desc',
): Promise<{ readonly total: number; readonly buckets: readonly Bucket[] }> {
  const cuts = await borders(db, kind, filter)
  const inOrder = stretches(filter, await freshBuckets(db, kind, filter), cuts)
  const found: Found[] = []
  let total = 0
  for (const { fresh, ...stretch } of direction === 'asc' ? inOrder : inOrder.toReversed()) {
    const [values, form] = [valuesOf(stretch), formOf(kind, stretch, direction)]
    const [{ count } = { count: 0 }] = await countStored(db, values, form)
    const offset = Math.max(0, page.offset - total)
    const limit = page.limit - found.length
    total += count + fresh.length
    if (cuts.length > 0) await others()
    if (limit <= 0 || offset >= count + fresh.length) continue
    // Where some are no rows yet, all of them together are one bucket of each monitor.
    const isMixed = fresh.length > 0
    const part = isMixed ? { limit: count, offset: 0 } : { limit, offset }
    const rows = await readStored(db, { ...values, ...part }, form)
    const here = rows.map(({ monitorId, at, ...row }): Found => ({ monitorId, at, row }))
    found.push(
      ...(isMixed
        ? [...here, ...fresh]
            .toSorted((one, other) => other.monitorId - one.monitorId)
            .slice(offset, offset + limit)
        : here),
    )
  }
  return { total, buckets: await fill(db, kind, found) }
}

/** One bucket; undefined where nothing was looked at in it, also of another account's monitor. */
export async function getBucket(
  db: AccountTx,
  kind: BucketKind,
  monitorId: MonitorId,
  at: Instant,
): Promise<Bucket | undefined> {
  if (at % BUCKET_MS[kind] !== 0) return undefined
  const only = [
    { op: '>=', at },
    { op: '<=', at },
  ] as const
  return (await listBuckets(db, kind, { monitorId, began: only }, { limit: 1, offset: 0 }))
    .buckets[0]
}

/** What all of them need, read at once. */
interface Material {
  readonly fresh: LooksOf
  readonly outages: ReadonlyMap<MonitorId, readonly Outage[]>
}

async function fill(db: AccountTx, kind: BucketKind, found: readonly Found[]): Promise<Bucket[]> {
  if (found.length === 0) return []
  const ids = [...new Set(found.map(({ monitorId }) => monitorId))]
  const begin = found.reduce((least, { at }) => Math.min(least, at), Infinity)
  const end = found.reduce((most, { at }) => Math.max(most, at), 0) + BUCKET_MS[kind]
  const material = {
    fresh: await readFresh(db, ids, begin),
    outages: await readOutages(db, ids, begin, end),
  }
  const buckets: Bucket[] = []
  for (const it of found) {
    buckets.push(await fillOne(db, kind, it, material))
    // It took queries of its own.
    if (it.row === undefined) await others()
  }
  return buckets
}

async function fillOne(
  db: AccountTx,
  kind: BucketKind,
  { monitorId, at, row }: Found,
  { fresh, outages }: Material,
): Promise<Bucket> {
  const end = at + BUCKET_MS[kind]
  const packed = row ?? (await sumHours(db, monitorId, at, end))
  const unpacked = fresh.get(monitorId) ?? []
  const late = measure(unpacked, outages.get(monitorId) ?? [], at, end)
  const isWhole = !unpacked.some((look) => look.at >= at && look.at < end)
  const made =
    row !== undefined && isWhole ? row : figuresOf(madeOf(await readLooks(db, monitorId, at, end)))
  const observedMs = packed.observedMs + late.observedMs
  const downMs = Math.min(packed.downMs + late.downMs, observedMs)
  return {
    monitorId,
    at,
    uptime: uptimePercent({ observedMs, downMs }),
    minMs: made.minMs,
    maxMs: made.maxMs,
    avgMs: made.good === 0 ? null : Math.round(made.sumMs / made.good),
    p95Ms: made.p95Ms,
    checks: made.checks,
    failures: made.failures,
    downMs,
    observedMs,
  }
}

const figuresOf = ({ checks, failures, goodMs }: Made): Omit<Figures, keyof Observed> => ({
  checks,
  failures,
  good: goodMs.length,
  sumMs: goodMs.reduce((sum, ms) => sum + ms, 0),
  minMs: goodMs[0] ?? null,
  maxMs: goodMs.at(-1) ?? null,
  p95Ms: percentile(goodMs, 0.95),
})

/** What is packed of a bucket that is no row yet. */
const sumHours = (db: AccountTx, monitorId: MonitorId, from: Instant, to: Instant) =>
  db
    .selectFrom('hour_stats')
    .select((eb) => [
      eb.fn.coalesce(eb.fn.sum<number>('observed_ms'), eb.val(0)).as('observedMs'),
      eb.fn.coalesce(eb.fn.sum<number>('down_ms'), eb.val(0)).as('downMs'),
    ])
    .where('monitor_id', '=', monitorId)
    .where('at', '>=', from)
    .where('at', '<', to)
    .executeTakeFirstOrThrow()
