import type { ExpressionBuilder } from 'kysely'
import type { Instant, MonitorId } from '../kernel/index.ts'
import { readNewestAt } from '../stats/index.ts'
import { type AccountTx, prepared, type Tables } from '../storage/index.ts'
import type { Sign } from './monitor.ts'
import { listOutlines, type Outline } from './outline.ts'
import { maintenanceEnd, matching, type MonitorFilter } from './read.ts'

/** How a monitor stands: what lists are put in order by. */
export interface Standing {
  readonly id: MonitorId
  readonly name: string
  readonly sign: Sign
}

type Joined = Tables & { m: Tables['monitors']; s: Tables['monitor_states'] }

/** As `signOf` has it. */
const sign = (eb: ExpressionBuilder<Joined, 'm' | 's'>, now: Instant) =>
  eb
    .case()
    .when('m.is_active', '=', 0)
    .then('paused' as const)
    .when(eb(maintenanceEnd(eb), '>', now))
    .then('maintenance' as const)
    .else(eb.ref('s.status'))
    .end()
    .as('sign')

type Now = { readonly now: Instant }

const standings = (db: AccountTx, { now }: Now, filter: MonitorFilter) =>
  matching(db, filter)
    .select(['m.id', 'm.name'])
    .select((eb) => sign(eb, now))

const all = prepared((db: AccountTx, given: Now) => standings(db, given, {}))

/** How each stands, in no order; of ten thousand in some milliseconds. `search` as in a filter. */
export const listStandings = (db: AccountTx, now: Instant, search?: string): Promise<Standing[]> =>
  search === undefined ? all(db, { now }) : standings(db, { now }, { search }).execute()

const counted = prepared((db: AccountTx, { now }: Now) =>
  matching(db, {})
    .select((eb) => [
      sign(eb, now),
      eb.fn.countAll<number>().as('count'),
      eb.fn.min('s.changed_at').as('since'),
      eb.fn.max('s.last_check_at').as('last_check_at'),
    ])
    .groupBy('sign'),
)

export interface Tally {
  readonly counts: readonly (readonly [Sign, number])[]
  /** Since when none that is up was anything else; null: none is. */
  readonly upSince: Instant | null
  /** When any was looked at last. */
  readonly lastCheckAt: Instant | null
}

/** How all of them stand together. */
export async function tallyMonitors(db: AccountTx, now: Instant): Promise<Tally> {
  const rows = await counted(db, { now })
  const known = Math.max(...rows.map((it) => it.last_check_at ?? -Infinity))
  // The first look of each is in its row; where there is none, what the journal has is of before.
  const newest = known === -Infinity ? null : Math.max(known, await readNewestAt(db))
  return {
    counts: rows.map((it) => [it.sign, it.count]),
    upSince: rows.find((it) => it.sign === 'up')?.since ?? null,
    lastCheckAt: newest,
  }
}

/** More are picked from all: lists of other lengths are other queries. */
const MOST_BY_ID = 100

/** The outlines of those monitors, in their order; without who is gone meanwhile. */
export async function outlinesOf(
  db: AccountTx,
  some: readonly Pick<Standing, 'id'>[],
): Promise<Outline[]> {
  const filter = some.length > MOST_BY_ID ? {} : { ids: some.map(({ id }) => id) }
  const found = new Map((await listOutlines(db, filter)).map((it) => [it.monitor.id, it]))
  return some.flatMap(({ id }) => found.get(id) ?? [])
}
