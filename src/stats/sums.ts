import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { startOf } from './tally.ts'

/** Added up together: what was watched and how much of that was down; good looks and how long they took. */
const SUMMED = { observed: ['observed_ms', 'down_ms'], good: ['good', 'sum_ms'] } as const
type What = keyof typeof SUMMED
type Sums = readonly [number, number]

type Span = {
  readonly ids: readonly MonitorId[]
  readonly from: Instant
  readonly to: Instant
}

const TABLES = { hours: 'hour_stats', days: 'day_stats' } as const

type Source = readonly [of: keyof typeof TABLES, what: What]

const sums = prepared((db: AccountTx, { ids, from, to }: Span, [of, what]: Source) =>
  db
    .selectFrom(TABLES[of])
    .where('monitor_id', 'in', ids)
    .where('at', '>=', from)
    .where('at', '<', to)
    .select('monitor_id')
    .select((eb) => [
      eb.fn.sum<number>(SUMMED[what][0]).as('first'),
      eb.fn.sum<number>(SUMMED[what][1]).as('second'),
    ])
    .groupBy('monitor_id'),
)

type Days = Span & { readonly count: number }

/** Of whole days that are no rows; looked for where one is missing. */
const hoursOfNoDay = prepared((db: AccountTx, { ids, from, to, count }: Days, what: What) =>
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
    .select((eb) => [
      eb.fn.sum<number>(`h.${SUMMED[what][0]}`).as('first'),
      eb.fn.sum<number>(`h.${SUMMED[what][1]}`).as('second'),
    ])
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
  what: What,
): Promise<ReadonlyMap<MonitorId, Sums>> {
  const [firstHour, lastHour] = [startOf(from, HOUR), startOf(to, HOUR)]
  const [firstDay, lastDay] = [Math.ceil(from / DAY) * DAY, startOf(to, DAY)]
  const hours = (begin: Instant, end: Instant) =>
    begin < end ? sums(db, { ids, from: begin, to: end }, ['hours', what]) : []
  if (firstDay >= lastDay) return added([await hours(firstHour, lastHour)])
  const days = { ids, from: firstDay, to: lastDay }
  // Asked together, so that no hour becomes part of a day in between.
  return added(
    await Promise.all([
      sums(db, days, ['days', what]),
      hours(firstHour, firstDay),
      hours(lastDay, lastHour),
      hoursOfNoDay(db, { ...days, count: (lastDay - firstDay) / DAY }, what),
    ]),
  )
}

type Row = { readonly monitor_id: MonitorId; readonly first: number; readonly second: number }

function added(lists: readonly (readonly Row[])[]): ReadonlyMap<MonitorId, Sums> {
  const all = new Map<MonitorId, Sums>()
  for (const it of lists.flat()) {
    const [first, second] = all.get(it.monitor_id) ?? [0, 0]
    all.set(it.monitor_id, [first + it.first, second + it.second])
  }
  return all
}
