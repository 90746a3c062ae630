import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { type Observed, startOf } from './tally.ts'

/** What is known of an hour or a day of which single looks are not kept any more. */
export interface Row extends Observed {
  readonly at: Instant
  readonly lengthMs: number
  readonly checks: number
  readonly failures: number
  readonly degraded: number
  readonly good: number
  readonly sumMs: number
  readonly minMs: number | null
  readonly maxMs: number | null
}

export interface Rows {
  /** From when on the looks of the span are kept. */
  readonly keptFrom: Instant
  /** What was before: whole hours, and UTC days where those are not all there. */
  readonly rows: readonly Row[]
}

const LENGTH_MS = { hour_stats: HOUR, day_stats: DAY } as const

/** Those that lie whole in a span. */
async function readAll(
  db: AccountTx,
  table: keyof typeof LENGTH_MS,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<Row[]> {
  const lengthMs = LENGTH_MS[table]
  return db
    .selectFrom(table)
    .select((eb) => [
      eb.lit(lengthMs).as('lengthMs'),
      'at',
      'checks',
      'failures',
      'degraded',
      'good',
      'sum_ms as sumMs',
      'min_ms as minMs',
      'max_ms as maxMs',
      'observed_ms as observedMs',
      'down_ms as downMs',
    ])
    .where('monitor_id', '=', id)
    .where('at', '>=', from)
    .where('at', '<=', to - lengthMs)
    .execute()
}

/** When the last hour ended whose looks are not kept any more. */
async function lastForgotten(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<Instant> {
  const { at } = await db
    .selectFrom('hour_stats as h')
    .select((eb) => eb.fn.max('h.at').as('at'))
    .where('h.monitor_id', '=', id)
    .where('h.at', '>=', startOf(from, HOUR))
    .where('h.at', '<', to)
    // `> 0` is what the account's index is of, which has all monitors.
    .where('h.checks', '!=', 0)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('packed_samples as p')
            .select('p.at')
            .whereRef('p.monitor_id', '=', 'h.monitor_id')
            .whereRef('p.at', '=', 'h.at'),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  return at === null ? from : at + HOUR
}

const sum = (rows: readonly Row[], figure: 'checks' | 'observedMs'): number =>
  rows.reduce((total, row) => total + row[figure], 0)

export async function readRows(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<Rows> {
  const hours = await readAll(db, 'hour_stats', id, from, to)
  const hoursOf = Map.groupBy(hours, ({ at }) => startOf(at, DAY))
  // Its row is of all of its hours, also of those that are gone.
  const days = (await readAll(db, 'day_stats', id, from, to)).filter((day) => {
    const its = hoursOf.get(day.at) ?? []
    return (['checks', 'observedMs'] as const).some((figure) => day[figure] !== sum(its, figure))
  })
  const keptFrom = Math.max(
    await lastForgotten(db, id, from, to),
    ...days.map(({ at }) => at + DAY),
  )
  const isDay = new Set(days.map(({ at }) => at))
  const before = hours.filter(({ at }) => at < keptFrom && !isDay.has(startOf(at, DAY)))
  return { keptFrom, rows: [...days, ...before] }
}
