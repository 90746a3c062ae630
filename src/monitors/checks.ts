import { Fault, HOUR, type Id, type Instant, type MonitorId, SECOND } from '../kernel/index.ts'
import type { Code, LookStatus, Outcome } from '../probes/index.ts'
import { countPlain, moveOn, type PlainLook, readPlain, tellLatest } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'
import type { Check } from './look.ts'
import { LAST_COLUMNS, withLatest } from './read.ts'

type Bounds = readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]

export interface CheckFilter {
  readonly monitorId?: MonitorId
  readonly statuses?: readonly Outcome['status'][]
  readonly started?: Bounds
}

/**
 * Looks that changed nothing are remembered as samples, which have no number of their own. Theirs is
 * made of the monitor and the second: beyond any row's, the same whenever it is asked for, and no
 * two looks of a monitor begin within a second.
 */
const FIRST_OF_SAMPLES = 10_000_000_000

const sampleId = (monitorId: MonitorId, at: Instant): number =>
  monitorId * FIRST_OF_SAMPLES + Math.floor(at / SECOND)

/** A look as it is remembered: of one that changed nothing, how long its parts took is not. */
export type PastCheck = Omit<Check, 'outcome'> & {
  readonly outcome: Omit<Outcome, 'timings'> & { readonly timings: Outcome['timings'] | null }
}

interface Row {
  readonly id: number | null
  readonly monitor_id: MonitorId
  readonly started_at: Instant
  readonly cause: Check['cause'] | null
  readonly finished_at: Instant | null
  readonly outcome: string | null
  readonly status: string | null
  readonly code: string | null
  readonly ms: number | null
}

function toCheck(row: Row): PastCheck {
  const { id, monitor_id: monitorId, started_at: startedAt } = row
  if (id !== null)
    return {
      id,
      monitorId,
      cause: row.cause!,
      startedAt,
      finishedAt: row.finished_at!,
      outcome: JSON.parse(row.outcome!) as Outcome,
    }
  const [code, durationMs] = [row.code as Code, row.ms!]
  return {
    id: sampleId(monitorId, startedAt),
    monitorId,
    cause: 'schedule',
    startedAt,
    finishedAt: startedAt + durationMs,
    outcome: {
      status: row.status as LookStatus,
      code,
      message: `${code.replaceAll('_', ' ')} in ${durationMs} ms`,
      durationMs,
      timings: null,
    },
  }
}

function kept(db: AccountTx, { monitorId, statuses, started }: CheckFilter) {
  let query = db.selectFrom('checks as c')
  if (monitorId !== undefined) query = query.where('c.monitor_id', '=', monitorId)
  if (statuses !== undefined)
    query = query.where((eb) =>
      eb(eb.fn<string>('json_extract', ['c.outcome', eb.val('$.status')]), 'in', statuses),
    )
  for (const { op, at } of started ?? []) query = query.where('c.started_at', op, at)
  return query
}

const keptRows = (db: AccountTx, filter: CheckFilter) =>
  kept(db, filter)
    .select((eb) => [
      'c.id',
      'c.monitor_id',
      'c.started_at',
      'c.cause',
      'c.finished_at',
      'c.outcome',
      eb.val(null).as('status'),
      eb.val(null).as('code'),
      eb.val(null).as('ms'),
    ])
    .$castTo<Row>()

/** As much as is known of them: a monitor's latest look is known in full. */
async function recalled(db: AccountTx, rows: readonly Row[]): Promise<PastCheck[]> {
  const monitors = new Set(rows.filter(({ id }) => id === null).map((row) => row.monitor_id))
  if (monitors.size === 0) return rows.map(toCheck)
  const states = await db
    .selectFrom('monitor_states as s')
    .select(['s.monitor_id as id', 's.latest', ...LAST_COLUMNS])
    .where('s.monitor_id', 'in', [...monitors])
    .execute()
  const latest = new Map(
    (await withLatest(db, states)).map(([row, it]) => [
      `${row.id} ${moveOn(row, it).last_check_at}`,
      tellLatest(row, it),
    ]),
  )
  return rows.map((row) => {
    const check = toCheck(row)
    const full = row.id === null ? latest.get(`${row.monitor_id} ${row.started_at}`) : undefined
    return full == null ? check : { ...check, outcome: full as Outcome }
  })
}

/** How many there are in each hour, packed or not, the newest hour first. */
async function countByHour(
  db: AccountTx,
  filter: CheckFilter,
): Promise<readonly (readonly [hour: Instant, count: number])[]> {
  const counts = new Map(await countPlain(db, plainOf(filter)))
  const rows = await kept(db, filter)
    .select((eb) => [
      eb('c.started_at', '-', eb.parens('c.started_at', '%', HOUR)).as('hour'),
      eb.fn.countAll<number>().as('count'),
    ])
    .groupBy('hour')
    .execute()
  for (const { hour, count } of rows) counts.set(hour, (counts.get(hour) ?? 0) + count)
  return [...counts].toSorted(([a], [b]) => b - a)
}

const plainOf = ({ monitorId, statuses, started }: CheckFilter) => ({
  ...(monitorId === undefined ? {} : { monitorId }),
  ...(statuses === undefined ? {} : { statuses }),
  ...(started === undefined ? {} : { made: started }),
})

const rowOf = ({ monitorId, at, status, code, ms }: PlainLook): Row => ({
  id: null,
  monitor_id: monitorId,
  started_at: at,
  cause: null,
  finished_at: null,
  outcome: null,
  status,
  code,
  ms,
})

const numberOf = ({ id, monitor_id: monitorId, started_at: at }: Row): number =>
  id ?? sampleId(monitorId, at)

const newestFirst = (a: Row, b: Row): number =>
  b.started_at - a.started_at || numberOf(b) - numberOf(a)

/** Newest first, with how many there are. */
export async function listChecks(
  db: AccountTx,
  filter: CheckFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly checks: PastCheck[] }> {
  const found: Row[] = []
  let total = 0
  for (const [hour, count] of await countByHour(db, filter)) {
    const offset = Math.max(0, page.offset - total)
    const limit = page.limit - found.length
    total += count
    if (limit <= 0 || offset >= count) continue
    const ofHour: CheckFilter = {
      ...filter,
      started: [...(filter.started ?? []), { op: '>=', at: hour }, { op: '<', at: hour + HOUR }],
    }
    const all = [
      ...(await keptRows(db, ofHour).execute()),
      ...(await readPlain(db, plainOf(filter), hour, offset + limit)).map(rowOf),
    ]
    found.push(...all.toSorted(newestFirst).slice(offset, offset + limit))
  }
  return { total, checks: await recalled(db, found) }
}

/** @throws Fault `check_unknown`, also for another account's */
export async function getCheck(db: AccountTx, id: Id<'check'>): Promise<PastCheck> {
  const row =
    id < FIRST_OF_SAMPLES
      ? await keptRows(db, {}).where('c.id', '=', id).executeTakeFirst()
      : await findSampled(db, id)
  if (row === undefined) throw new Fault('check_unknown', { name: `#${id}` })
  const [check] = await recalled(db, [row])
  return check!
}

/** By the number that stands for its monitor and its second. */
async function findSampled(db: AccountTx, id: number): Promise<Row | undefined> {
  const monitorId = Math.floor(id / FIRST_OF_SAMPLES) as MonitorId
  const at = (id % FIRST_OF_SAMPLES) * SECOND
  const second = [
    { op: '>=', at },
    { op: '<', at: at + SECOND },
  ] as const
  const [look] = await readPlain(db, { monitorId, made: second }, at - (at % HOUR), 1)
  return look === undefined ? undefined : rowOf(look)
}
