import type { Selectable } from 'kysely'
import { Fault, type Id, type Instant, type MonitorId } from '../kernel/index.ts'
import type { Outcome } from '../probes/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'
import type { Check } from './look.ts'

export interface CheckFilter {
  readonly monitorId?: MonitorId
  readonly statuses?: readonly Outcome['status'][]
  readonly started?: readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]
}

const toCheck = (row: Selectable<Tables['checks']>): Check => ({
  id: row.id,
  monitorId: row.monitor_id,
  cause: row.cause,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  outcome: JSON.parse(row.outcome) as Outcome,
})

function matching(db: AccountTx, { monitorId, statuses, started }: CheckFilter) {
  let query = db.selectFrom('checks')
  if (monitorId !== undefined) query = query.where('monitor_id', '=', monitorId)
  if (statuses !== undefined)
    query = query.where((eb) =>
      eb(eb.fn<string>('json_extract', ['outcome', eb.val('$.status')]), 'in', statuses),
    )
  for (const { op, at } of started ?? []) query = query.where('started_at', op, at)
  return query
}

export async function countChecks(db: AccountTx, filter: CheckFilter): Promise<number> {
  const { count } = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Newest first. */
export async function listChecks(
  db: AccountTx,
  filter: CheckFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<Check[]> {
  const rows = await matching(db, filter)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return rows.map(toCheck)
}

/** @throws Fault `check_unknown`, also for another account's */
export async function getCheck(db: AccountTx, id: Id<'check'>): Promise<Check> {
  const row = await matching(db, {}).selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Fault('check_unknown', { name: `#${id}` })
  return toCheck(row)
}
