import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { type Observed, startOf } from './tally.ts'

/** What is packed of a stretch of whole hours, added up. */
export interface Sum extends Observed {
  readonly good: number
  /** How long good looks took together. */
  readonly sumMs: number
}

type Span = {
  readonly ids: readonly MonitorId[]
  readonly from: Instant
  readonly to: Instant
}

const SUMMED = ['observed_ms', 'down_ms', 'good', 'sum_ms'] as const
const TABLES = { hours: 'hour_stats', days: 'day_stats' } as const

const sums = prepared((db: AccountTx, { ids, from, to }: Span, of: keyof typeof TABLES) =>
  db
    .selectFrom(TABLES[of])
    .where('monitor_id', 'in', ids)
    .where('at', '>=', from)
    .where('at', '<', to)
    .select('monitor_id')
    .select((eb) => SUMMED.map((column) => eb.fn.sum<number>(column).as(column)))
    .groupBy('monitor_id'),
)

type Days = Span & { readonly count: number }

/** Of whole days that are no rows; looked for where one is missing. */
const hoursOfNoDay = prepared((db: AccountTx, { ids, from, to, count }: Days) =>
  db
    .selectFrom('hour_stats as h')
    .where('h.monitor_id', 'in', (eb) =>
      eb
        .selectFrom('monitors as m')
        .select('m.id')
        .where('m.id', 'in', ids)
        .where(
          (of) =>
            of
              .selectFrom('day_stats as d')
              .select((day) => day.fn.countAll<number>().as('count'))
              .whereRef('d.monitor_id', '=', 'm.id')
              .where('d.at', '>=', from)
              .where('d.at', '<', to),
          '<',
          count,
        ),
    )
    .where('h.at', '>=', from)
    .where('h.at', '<', to)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('day_stats as d')
            .select('d.at')
            .whereRef('d.monitor_id', '=', 'h.monitor_id')
            .where('d.at', '=', eb('h.at', '-', eb('h.at', '%', eb.lit(DAY)))),
        ),
      ),
    )
    .select('h.monitor_id')
    .select((eb) => SUMMED.map((column) => eb.fn.sum<number>(`h.${column}`).as(column)))
    .groupBy('h.monitor_id'),
)

/**
 * What is packed of the hours from the one in which a span begins to the one in which it ends. A UTC day that lies in it whole is told by its
 * row, where it has one: that is of all its hours, also of those that are not kept any more.
 */
export async function readSums(
  db: AccountTx,
  ids: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, Sum>> {
  const [firstHour, lastHour] = [startOf(from, HOUR), startOf(to, HOUR)]
  const [firstDay, lastDay] = [Math.ceil(from / DAY) * DAY, startOf(to, DAY)]
  const hours = (begin: Instant, end: Instant) =>
    begin < end ? sums(db, { ids, from: begin, to: end }, 'hours') : []
  if (firstDay >= lastDay) return added([await hours(firstHour, lastHour)])
  const days = { ids, from: firstDay, to: lastDay }
  // Asked together, so that no hour becomes part of a day in between.
  return added(
    await Promise.all([
      sums(db, days, 'days'),
      hours(firstHour, firstDay),
      hours(lastDay, lastHour),
      hoursOfNoDay(db, { ...days, count: (lastDay - firstDay) / DAY }),
    ]),
  )
}

type Row = { readonly monitor_id: MonitorId } & Readonly<Record<(typeof SUMMED)[number], number>>

function added(lists: readonly (readonly Row[])[]): ReadonlyMap<MonitorId, Sum> {
  const all = new Map<MonitorId, Sum>()
  for (const it of lists.flat()) {
    const before = all.get(it.monitor_id)
    all.set(it.monitor_id, {
      observedMs: it.observed_ms + (before?.observedMs ?? 0),
      downMs: it.down_ms + (before?.downMs ?? 0),
      good: it.good + (before?.good ?? 0),
      sumMs: it.sum_ms + (before?.sumMs ?? 0),
    })
  }
  return all
}
