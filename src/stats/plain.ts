import { HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { type Bounds, meetsAll } from './fresh.ts'
import { readTail } from './journal.ts'
import { packedOf } from './looks.ts'
import { type PackedSample, unpackSamples } from './pack-format.ts'
import { startOf } from './tally.ts'

/** Looks of which nothing but their sample is kept. */
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
  const hours =
    monitorId === undefined
      ? db.selectFrom('packed_samples').select(['at', ...COLUMNS])
      : packedOf(db, monitorId).select(['h.at', ...COLUMNS.map((it) => `p.${it}` as const)])
  let query = db
    .selectFrom(hours.as('p'))
    .select((eb) => ['at', ...COLUMNS.map((it) => eb.fn.sum<number>(it).as(it))])
    .groupBy('at')
  for (const { op, at } of made)
    query = op.startsWith('>') ? query.where('at', '>', at - HOUR) : query.where('at', '<=', at)
  const counts = await countFresh(db, filter)
  for (const row of await query.execute()) {
    const part = cut(row.at, made)
    const count =
      part === 'some'
        ? (await readPacked(db, filter, row.at)).length
        : COLUMNS.filter((it) => statuses.includes(it)).reduce((sum, it) => sum + row[it], 0)
    if (part !== 'none' && count > 0) counts.set(row.at, (counts.get(row.at) ?? 0) + count)
  }
  return counts
}

/** Holds the newest `most` of those it is given, and knows from when on one would be among them. */
class Newest {
  readonly #most: number
  #looks: PlainLook[] = []
  from = -Infinity

  constructor(most: number) {
    this.#most = most
  }

  add(looks: readonly PlainLook[]): void {
    this.#looks.push(...looks)
    if (this.#looks.length <= 2 * this.#most) return
    this.#looks = this.take()
    this.from = this.#looks.at(-1)?.at ?? Infinity
  }

  take(): PlainLook[] {
    const inOrder = this.#looks.toSorted((a, b) => b.at - a.at || b.monitorId - a.monitorId)
    return inOrder.slice(0, this.#most)
  }
}

/** The newest of one hour, newest first, of several monitors the newer one first. */
export async function readPlain(
  db: AccountTx,
  filter: PlainFilter,
  hour: Instant,
  most: number,
): Promise<PlainLook[]> {
  const newest = new Newest(most)
  newest.add(await readPacked(db, filter, hour))
  await addFresh(db, filter, hour, newest)
  return newest.take()
}

async function readPacked(
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

/** Whose looks are meant, and when those were made that `checks` has all of. */
async function readMeant(
  db: AccountTx,
  monitorId: MonitorId | undefined,
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, ReadonlySet<Instant>>> {
  const monitors = db.selectFrom('monitors').select('id')
  const checks = db
    .selectFrom('checks')
    .select(['monitor_id', 'started_at'])
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
  const isOne = monitorId !== undefined
  const whole = await (isOne ? checks.where('monitor_id', '=', monitorId) : checks).execute()
  const kept = Map.groupBy(whole, ({ monitor_id }) => monitor_id)
  const rows = await (isOne ? monitors.where('id', '=', monitorId) : monitors).execute()
  return new Map(
    rows.map(({ id }) => [id, new Set(kept.get(id)?.map(({ started_at }) => started_at))]),
  )
}

async function countFresh(
  db: AccountTx,
  { monitorId, statuses = COLUMNS, made = [] }: PlainFilter,
): Promise<Map<Instant, number>> {
  const earliest = await readTail(db, (tail) => tail.earliest)
  const meant = await readMeant(db, monitorId, earliest, Infinity)
  return readTail(db, (tail) => {
    const counts = new Map<Instant, number>()
    for (const [id, whole] of meant)
      tail.each(id, (at, status) => {
        if (!statuses.includes(status) || whole.has(at) || !meetsAll(at, made)) return
        const hour = startOf(at, HOUR)
        counts.set(hour, (counts.get(hour) ?? 0) + 1)
      })
    return counts
  })
}

async function addFresh(
  db: AccountTx,
  { monitorId, statuses = COLUMNS, made = [] }: PlainFilter,
  hour: Instant,
  newest: Newest,
): Promise<void> {
  const meant = await readMeant(db, monitorId, hour, hour + HOUR)
  await readTail(db, (tail) => {
    for (const [id, whole] of meant)
      newest.add(
        tail
          .looks(id, Math.max(hour, newest.from))
          .filter(({ at, status }) => at < hour + HOUR && statuses.includes(status))
          .filter(({ at }) => !whole.has(at) && meetsAll(at, made))
          .map(({ at, status, code, ms }) => ({ monitorId: id, at, status, code, ms })),
      )
  })
}
