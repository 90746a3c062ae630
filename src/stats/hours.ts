import { sql } from 'kysely'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { bindAccount, type Db, prepared } from '../storage/index.ts'
import { readOutages } from './looks.ts'
import { packSamples, type PackedSample, unpackSamples } from './pack-format.ts'
import { hoursOf, isGood, madeOf, measure, percentile, startOf } from './tally.ts'

/** A monitor whose hours are to be packed. */
export interface Due {
  readonly id: MonitorId
  readonly account_id: number
  /** Since when it is not settled whether it is down; null: it is settled. */
  readonly unsettled_at: Instant | null
}

type Unpacked = Omit<PackedSample, 'isKeptWhole'>

type Hour = Key &
  Readonly<Record<'observed_ms' | 'down_ms', number>> &
  Partial<ReturnType<typeof figuresOf>>

const addHour = prepared((tx: Db, hour: Hour) => {
  const { monitor_id: _, at: __, account_id: ___, observed_ms, down_ms, ...figures } = hour
  return tx
    .insertInto('hour_stats')
    .values(hour)
    .onConflict((it) =>
      it.columns(['monitor_id', 'at']).doUpdateSet((eb) => ({
        observed_ms: eb('hour_stats.observed_ms', '+', observed_ms),
        down_ms: eb('hour_stats.down_ms', '+', down_ms),
        ...figures,
      })),
    )
    .returning('at')
})

/** Looks of hours that are over become rows, or are added to those there are. */
export async function packLooks(tx: Db, due: Due, looks: readonly Unpacked[]): Promise<void> {
  const { id } = due
  const hours = hoursOf(looks)
  const [begin, end] = [hours[0]!, hours.at(-1)! + HOUR]
  const bound = bindAccount(tx, due.account_id)
  const outages = (await readOutages(bound, [id], begin, end)).get(id) ?? []
  const whole = await readKeptWhole(tx, id, begin, end)
  for (const hour of hours) {
    const made = looks
      .filter(({ at }) => at >= hour && at < hour + HOUR)
      .map((it) => Object.assign(it, { isKeptWhole: whole.has(it.at) }))
    const { observedMs, downMs } = measure(looks, outages, hour, hour + HOUR)
    const figures = made.length === 0 ? {} : figuresOf(await storeLooks(tx, due, hour, made))
    const key = { monitor_id: id, at: hour, account_id: due.account_id }
    await addHour(tx, { ...key, observed_ms: observedMs, down_ms: downMs, ...figures })
  }
  // Late looks, or ones that speak for the day before.
  const days = await tx
    .selectFrom('day_stats')
    .select('at')
    .where('monitor_id', '=', id)
    .where('at', 'in', [...new Set(hours.map((hour) => startOf(hour, DAY)))])
    .execute()
  for (const { at } of days) await rollDay(tx, due, at)
}

type Key = { readonly account_id: number; readonly at: Instant; readonly monitor_id: MonitorId }

const packedOf = prepared((tx: Db, { account_id, at, monitor_id }: Key) =>
  tx
    .selectFrom('packed_samples')
    .select('samples')
    .where('account_id', '=', account_id)
    .where('at', '=', at)
    .where('monitor_id', '=', monitor_id),
)

type Packed = Key &
  Readonly<Record<'up' | 'degraded' | 'unknown', number>> & {
    readonly samples: Uint8Array
  }

const putPacked = prepared((tx: Db, row: Packed) =>
  tx.insertInto('packed_samples').orReplace().values(row).returning('at'),
)

/** Beside what the hour has already, where looks came in late; answers them all. */
async function storeLooks(
  tx: Db,
  due: Due,
  hour: Instant,
  made: readonly PackedSample[],
): Promise<readonly PackedSample[]> {
  const key = { account_id: due.account_id, at: hour, monitor_id: due.id }
  const [before] = await packedOf(tx, key)
  const all =
    before === undefined
      ? made
      : [...unpackSamples(hour, before.samples), ...made].toSorted((a, b) => a.at - b.at)
  const plain = (status: string): number =>
    all.filter((it) => it.status === status && !it.isKeptWhole).length
  const counts = { up: plain('up'), degraded: plain('degraded'), unknown: plain('unknown') }
  await putPacked(tx, { ...key, ...counts, samples: packSamples(hour, all) })
  return all
}

export function figuresOf(looks: readonly Pick<PackedSample, 'status' | 'ms'>[]) {
  const { checks, failures, goodMs } = madeOf(looks)
  return {
    checks,
    failures,
    good: goodMs.length,
    degraded: looks.filter(({ status }) => status === 'degraded').length,
    sum_ms: goodMs.reduce((sum, ms) => sum + ms, 0),
    min_ms: goodMs[0] ?? null,
    max_ms: goodMs.at(-1) ?? null,
    p95_ms: percentile(goodMs, 0.95),
  }
}

/** When the looks began that `checks` has all of. */
async function readKeptWhole(
  tx: Db,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<ReadonlySet<Instant>> {
  const rows = await tx
    .selectFrom('checks')
    .select('started_at')
    .where('monitor_id', '=', id)
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .execute()
  return new Set(rows.map(({ started_at }) => started_at))
}

type Until = { readonly id: MonitorId; readonly until: Instant }

const hoursOfNoDay = prepared((tx: Db, { id, until }: Until) =>
  tx
    .selectFrom('hour_stats')
    .select('at')
    .where('monitor_id', '=', id)
    .where('at', '<', until)
    .where((eb) => {
      const newest = eb
        .selectFrom('day_stats')
        .select((it) => it.fn.max('at').as('at'))
        .where('monitor_id', '=', id)
      return eb('at', '>=', eb.fn.coalesce(eb(newest, '+', DAY), eb.lit(0)))
    }),
)

/** Days that are over and packed become rows of their own. */
export async function rollDays(tx: Db, due: Due, until: Instant): Promise<void> {
  const hours = await hoursOfNoDay(tx, { id: due.id, until })
  for (const day of new Set(hours.map(({ at }) => startOf(at, DAY)))) await rollDay(tx, due, day)
}

async function rollDay(tx: Db, due: Due, day: Instant): Promise<void> {
  const ofDay = sql`h.monitor_id = ${due.id} and h.at >= ${day} and h.at < ${day + DAY}`
  const packed = await sql<{ at: Instant; samples: Uint8Array }>`
    select p.at, p.samples from hour_stats h join packed_samples p
      on p.account_id = h.account_id and p.at = h.at and p.monitor_id = h.monitor_id
    where ${ofDay}`.execute(tx)
  const goodMs = packed.rows
    .flatMap(({ at, samples }) => unpackSamples(at, samples).filter(isGood))
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  await sql`
    insert or replace into day_stats
      (monitor_id, at, account_id, checks, failures, good, degraded, sum_ms, min_ms, max_ms, p95_ms,
       observed_ms, down_ms)
    select ${due.id}, ${day}, ${due.account_id}, sum(checks), sum(failures), sum(good),
      sum(degraded), sum(sum_ms),
      min(min_ms), max(max_ms), ${percentile(goodMs, 0.95)}, sum(observed_ms), sum(down_ms)
    from hour_stats h where ${ofDay}`.execute(tx)
}
