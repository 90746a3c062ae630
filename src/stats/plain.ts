import { HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { type Bounds, meetsAll } from './fresh.ts'
import { type PackedSample, unpackSamples } from './pack-format.ts'

/** Looks of which nothing but their sample is kept, in hours that are packed. */
export interface PlainFilter {
  readonly monitorId?: MonitorId
  readonly statuses?: readonly string[]
  /** Bounds of when they were made. */
  readonly made?: Bounds
}

export type PlainLook = Pick<PackedSample, 'at' | 'status' | 'code' | 'ms'> & {
  readonly monitorId: MonitorId
}

const COLUMNS = ['up', 'degraded', 'unknown'] as const

/** Whether bounds hold for all of an hour, for some of it, or for nothing. */
function cut(hour: Instant, bounds: Bounds): 'all' | 'some' | 'none' {
  const meets = [hour, hour + HOUR - 1].map((at) => meetsAll(at, bounds))
  if (meets.every(Boolean)) return 'all'
  const isBetween = bounds.some(({ at }) => at >= hour && at < hour + HOUR)
  return meets.some(Boolean) || isBetween ? 'some' : 'none'
}

/** How many there are in each hour. */
export async function countPlain(
  db: AccountTx,
  filter: PlainFilter,
): Promise<ReadonlyMap<Instant, number>> {
  const { monitorId, statuses = COLUMNS, made = [] } = filter
  let query = db
    .selectFrom('packed_samples')
    .select((eb) => ['at', ...COLUMNS.map((it) => eb.fn.sum<number>(it).as(it))])
    .groupBy('at')
  if (monitorId !== undefined) query = query.where('monitor_id', '=', monitorId)
  for (const { op, at } of made)
    query = op.startsWith('>') ? query.where('at', '>', at - HOUR) : query.where('at', '<=', at)
  const counts = new Map<Instant, number>()
  for (const row of await query.execute()) {
    const part = cut(row.at, made)
    const count =
      part === 'some'
        ? (await readPlain(db, filter, row.at)).length
        : COLUMNS.filter((it) => statuses.includes(it)).reduce((sum, it) => sum + row[it], 0)
    if (part !== 'none' && count > 0) counts.set(row.at, count)
  }
  return counts
}

/** Those of one hour. */
export async function readPlain(
  db: AccountTx,
  { monitorId, statuses = COLUMNS, made = [] }: PlainFilter,
  hour: Instant,
): Promise<PlainLook[]> {
  let query = db
    .selectFrom('packed_samples')
    .select(['monitor_id', 'samples'])
    .where('at', '=', hour)
  if (monitorId !== undefined) query = query.where('monitor_id', '=', monitorId)
  const looks: PlainLook[] = []
  for (const row of await query.execute())
    for (const { at, status, code, ms, isKeptWhole } of unpackSamples(hour, row.samples))
      if (!isKeptWhole && statuses.includes(status) && meetsAll(at, made))
        looks.push({ monitorId: row.monitor_id, at, status, code, ms })
  return looks
}
