import { sql } from 'kysely'
import { DAY, HOUR, type Instant, MINUTE, type MonitorId } from '../kernel/index.ts'
import { bindAccount, type Db, relaxedTransaction } from '../storage/index.ts'
import { readOutages } from './looks.ts'
import { packSamples, type PackedSample, unpackSamples } from './pack-format.ts'
import { hoursOf, isGood, madeOf, measure, percentile, startOf } from './tally.ts'

/** Looks packed in one go: some milliseconds in which nothing else runs. */
const MOST_LOOKS = 600
/** Monitors asked for at once. */
const MOST_MONITORS = 200
/** What was seen before the hour ended may be written down a little later. */
const GRACE_MS = 2 * MINUTE
/** A streak that never ends holds its hours back for so long. */
const HELD_MS = 3 * DAY

interface Due {
  readonly id: MonitorId
  readonly account_id: number
  /** Since when it is not settled whether it is down; null: it is settled. */
  readonly unsettled_at: Instant | null
}

/**
 * Packs the hours that are over, each monitor's own, and then the days. In steps of a few
 * milliseconds; `rest` comes between them and says whether to go on.
 */
export async function packHistory(
  db: Db,
  now: Instant,
  rest: () => Promise<boolean>,
): Promise<void> {
  const until = startOf(now - GRACE_MS, HOUR)
  let last = 0
  for (;;) {
    const due = await db
      .selectFrom('monitors as m')
      .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
      .where('m.id', '>', last)
      .orderBy('m.id')
      .limit(MOST_MONITORS)
      .select([
        'm.id',
        'm.account_id',
        sql<Instant | null>`iif(m.is_active, s.judged ->> '$.streak.startedAt', null)`.as(
          'unsettled_at',
        ),
      ])
      .execute()
    if (due.length === 0) return
    last = due.at(-1)!.id
    if (!(await packSome(db, due, until, rest))) return
  }
}

/** As many monitors in one transaction as make a step; whether to go on. */
async function packSome(
  db: Db,
  due: readonly Due[],
  until: Instant,
  rest: () => Promise<boolean>,
): Promise<boolean> {
  let next = 0
  while (next < due.length) {
    if (!(await rest())) return false
    await relaxedTransaction(db, async (tx) => {
      let looks = 0
      while (looks < MOST_LOOKS && next < due.length) {
        const { count, isDone } = await packMonitor(tx, due[next]!, until)
        looks += count + 1
        if (isDone) next += 1
      }
    })
  }
  return true
}

/** A step of one monitor's: how many looks it took, and whether there are no more. */
async function packMonitor(
  tx: Db,
  due: Due,
  until: Instant,
): Promise<{ readonly count: number; readonly isDone: boolean }> {
  const { id, unsettled_at: unsettled } = due
  // An outage is charged from its first failure, which may lie in an hour before.
  const settled =
    unsettled === null || until - unsettled > HELD_MS
      ? until
      : Math.min(until, startOf(unsettled, HOUR))
  const found = await tx
    .selectFrom('samples')
    .select(['at', 'status', 'code', 'ms', 'observed_ms as observedMs'])
    .where('monitor_id', '=', id)
    .where('at', '<', settled)
    .orderBy('at')
    .limit(MOST_LOOKS)
    .execute()
  const looks = wholeHours(found)
  if (looks.length > 0) {
    await packLooks(tx, due, looks)
    await tx
      .deleteFrom('samples')
      .where('monitor_id', '=', id)
      .where('at', '<=', looks.at(-1)!.at)
      .execute()
  }
  const isDone = found.length < MOST_LOOKS
  if (isDone) await rollDays(tx, due, startOf(settled, DAY))
  return { count: looks.length, isDone }
}

/** Without the last hour where it was cut in two, unless it is the only one. */
function wholeHours<L extends { readonly at: Instant }>(looks: readonly L[]): readonly L[] {
  if (looks.length < MOST_LOOKS) return looks
  const last = startOf(looks.at(-1)!.at, HOUR)
  const whole = looks.filter(({ at }) => at < last)
  return whole.length === 0 ? looks : whole
}

type Unpacked = Omit<PackedSample, 'isKeptWhole'>

async function packLooks(tx: Db, due: Due, looks: readonly Unpacked[]): Promise<void> {
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
    await tx
      .insertInto('hour_stats')
      .values({
        monitor_id: id,
        at: hour,
        account_id: due.account_id,
        observed_ms: observedMs,
        down_ms: downMs,
        ...figures,
      })
      .onConflict((it) =>
        it.columns(['monitor_id', 'at']).doUpdateSet((eb) => ({
          observed_ms: eb('hour_stats.observed_ms', '+', observedMs),
          down_ms: eb('hour_stats.down_ms', '+', downMs),
          ...figures,
        })),
      )
      .execute()
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

/** Beside what the hour has already, where looks came in late; answers them all. */
async function storeLooks(
  tx: Db,
  due: Due,
  hour: Instant,
  made: readonly PackedSample[],
): Promise<readonly PackedSample[]> {
  const before = await tx
    .selectFrom('packed_samples')
    .select('samples')
    .where('monitor_id', '=', due.id)
    .where('at', '=', hour)
    .executeTakeFirst()
  const all =
    before === undefined
      ? made
      : [...unpackSamples(hour, before.samples), ...made].toSorted((a, b) => a.at - b.at)
  const plain = (status: string): number =>
    all.filter((it) => it.status === status && !it.isKeptWhole).length
  await tx
    .insertInto('packed_samples')
    .orReplace()
    .values({
      monitor_id: due.id,
      at: hour,
      account_id: due.account_id,
      up: plain('up'),
      degraded: plain('degraded'),
      unknown: plain('unknown'),
      samples: packSamples(hour, all),
    })
    .execute()
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

/** Days that are over and packed become rows of their own. */
async function rollDays(tx: Db, due: Due, until: Instant): Promise<void> {
  const last = await tx
    .selectFrom('day_stats')
    .select((eb) => eb.fn.max('at').as('at'))
    .where('monitor_id', '=', due.id)
    .executeTakeFirstOrThrow()
  const hours = await tx
    .selectFrom('hour_stats')
    .select('at')
    .where('monitor_id', '=', due.id)
    .where('at', '>=', last.at === null ? 0 : last.at + DAY)
    .where('at', '<', until)
    .execute()
  for (const day of new Set(hours.map(({ at }) => startOf(at, DAY)))) await rollDay(tx, due, day)
}

async function rollDay(tx: Db, due: Due, day: Instant): Promise<void> {
  const ofDay = (table: 'hour_stats' | 'packed_samples') =>
    sql`${sql.ref(`${table}.monitor_id`)} = ${due.id} and ${sql.ref(`${table}.at`)} >= ${day} and ${sql.ref(`${table}.at`)} < ${day + DAY}`
  const packed = await sql<{ at: Instant; samples: Uint8Array }>`
    select at, samples from packed_samples where ${ofDay('packed_samples')}`.execute(tx)
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
    from hour_stats where ${ofDay('hour_stats')}`.execute(tx)
}
