import { type RawBuilder, sql } from 'kysely'
import {
  type AccountId,
  type ChannelId,
  type IncidentId,
  type Instant,
  MINUTE,
  type MonitorId,
  SECOND,
} from '../kernel/index.ts'
import { queueAlert, queueFacts, queueReply } from '../notifications/index.ts'
import { type AccountTx, bindAccount, type Db, prepared } from '../storage/index.ts'
import type { Severity } from './list.ts'
import { showBelow } from './show.ts'
import { isStormy, joinStorm } from './storm.ts'

/** How long a dependant waits for what it depends on to be looked at. */
const PATIENCE_MS = 2 * MINUTE

interface Due {
  readonly id: IncidentId
  readonly account_id: AccountId
  readonly monitor_id: MonitorId
  readonly severity: Severity
  readonly heard_at: Instant | null
  readonly has_dependencies: 0 | 1
  readonly is_for_people: 0 | 1
  readonly is_flapping: 0 | 1
}

type At = { readonly now: Instant }

const askable = <Row>(db: Db, query: RawBuilder<Row>) => ({
  execute: async () => (await query.execute(db)).rows,
  compile: () => query.compile(db),
})

/**
 * What is to be told now: not before `alertAfter` and not in maintenance. People also not of what is
 * folded into another's message, nor while what it depends on is down, doubtful, or back for less
 * than two intervals; programs hear each.
 */
const dueNow = prepared(
  (db: Db, { now, ids }: At & { readonly ids: string }, of: 'all' | 'some') => {
    // Of what is over there is ever more: left to itself SQLite would read all of it.
    const [index, ofThem] =
      of === 'all'
        ? [sql.ref('incidents_open'), sql``]
        : [
            sql.ref('incidents_one_open'),
            sql`and i.monitor_id in (select value from json_each(${ids}))`,
          ]
    const query = sql<Due>`
  select * from (
    select i.id, i.account_id, i.monitor_id, i.severity, i.heard_at,
      m.depends_on <> '[]' as has_dependencies, i.folded_into is not null as is_flapping,
      i.told_at is null and (i.folded_into is null or i.folded_into = i.id)
        and (m.depends_on = '[]' or i.severity not in ('down', 'burning') or not exists (
          select 1 from json_each(m.depends_on) as p
            join monitors pm on pm.id = p.value and pm.is_active = 1
            join monitor_states ps on ps.monitor_id = pm.id
          where ps.status = 'down'
            or ps.judged ->> '$.streak.kind' = 'failing'
            or (i.severity = 'down' and coalesce(ps.last_check_at, 0) < i.started_at
              and i.detected_at > ${now} - ${PATIENCE_MS})
            or exists (
              select 1 from incidents pi
              where pi.monitor_id = pm.id and pi.severity = 'down' and pi.closed_at > i.started_at
                and pi.closed_at > ${now} - 2 * m.interval_ms))) as is_for_people
    from incidents i indexed by ${index} join monitors m on m.id = i.monitor_id
    where i.resolved_at is null and i.alert_at <= ${now}
      and (i.told_at is null or i.heard_at is null)
      ${ofThem}
      and not exists (
        select 1 from maintenance_spans s
        where s.monitor_id = i.monitor_id and s.ended_at > ${now} and s.started_at <= ${now}))
  where is_for_people = 1 or heard_at is null
  order by id`
    return askable(db, query)
  },
)

/** In one transaction: some milliseconds in which nothing else runs. */
const MOST_TOGETHER = 32

/**
 * Queues, in the caller's transaction or one for some at a time, what is to be told now; of some
 * monitors or of all. True when there was any.
 */
export async function tellDue(
  db: Db,
  now: Instant,
  monitorIds?: readonly MonitorId[],
): Promise<boolean> {
  const ids = JSON.stringify(monitorIds ?? [])
  const rows = await dueNow(db, { now, ids }, monitorIds === undefined ? 'all' : 'some')
  for (const [accountId, all] of Map.groupBy(rows, (it) => it.account_id))
    for (let at = 0; at < all.length; at += MOST_TOGETHER) {
      const some = all.slice(at, at + MOST_TOGETHER)
      const tell = (tx: Db) => tellSome(bindAccount(tx, accountId), now, some)
      await (db.isTransaction ? tell(db) : db.transaction().execute(tell))
    }
  return rows.length > 0
}

async function tellSome(tx: AccountTx, now: Instant, due: readonly Due[]): Promise<void> {
  const unheard = due.filter((it) => it.heard_at === null)
  await queueFacts(tx, now, await claim(tx, now, unheard, 'heard_at'), 'alert')
  const forPeople = due.filter((it) => it.is_for_people === 1)
  const ids = new Set(await claim(tx, now, forPeople, 'told_at'))
  const told = forPeople.filter(({ id }) => ids.has(id))
  for (const [severity, some] of Map.groupBy(told, (it) => it.severity))
    await tellAlike(tx, now, severity, some)
  // Counted below until now.
  for (const { has_dependencies, severity, monitor_id } of told)
    if (has_dependencies === 1 && severity === 'down') await showBelow(tx, now, monitor_id)
}

/** Those that can be, in a storm's message; the others each in its own. */
async function tellAlike(
  tx: AccountTx,
  now: Instant,
  severity: Severity,
  told: readonly Due[],
): Promise<void> {
  const joining = told.filter((it) => it.is_flapping === 0).map(({ id }) => id)
  const isJoined =
    isStormy(severity) && joining.length > 0 && (await joinStorm(tx, now, severity, joining))
  for (const { id, is_flapping } of told)
    if (!isJoined || is_flapping === 1) await queueAlert(tx, now, id)
}

type Mark = 'told_at' | 'heard_at' | 'escalated_at'
type Marking = { readonly ids: readonly IncidentId[]; readonly now: Instant }

const marked = prepared((tx: AccountTx, it: Marking, mark: Mark) =>
  tx
    .updateTable('incidents')
    .set({ [mark]: it.now })
    .where('id', 'in', it.ids)
    .where(mark, 'is', null)
    .where('resolved_at', 'is', null)
    .returning('id'),
)

/** Which of them are ours to tell: still open, and nobody was before us. In no order. */
async function claim(
  tx: AccountTx,
  now: Instant,
  incidents: readonly Pick<Due, 'id'>[],
  mark: Mark,
): Promise<readonly IncidentId[]> {
  if (incidents.length === 0) return []
  const rows = await marked(tx, { ids: incidents.map(({ id }) => id), now }, mark)
  return rows.map(({ id }) => id)
}

/** From when on a setting counts; a null is never due. */
const SINCE = {
  // Of one that flaps its own message says how it stands.
  reminderSeconds: sql`iif(i.folded_into is null, coalesce(i.reminded_at, i.told_at), null)`,
  escalateAfterSeconds: sql`iif(i.escalated_at is null, i.told_at, null)`,
}

/** Outages people were told of and nobody is on, for as long as the policy says; not in maintenance. */
const unattended = prepared((db: Db, { now }: At, setting: keyof typeof SINCE) => {
  const seconds = sql`(m.policy ->> ${`$.${setting}`})`
  const query = sql<Pick<Due, 'id' | 'account_id'> & { readonly policy: string }>`
    select i.id, i.account_id, m.policy
    from incidents i indexed by incidents_open join monitors m on m.id = i.monitor_id
    where i.resolved_at is null and i.alert_at <= ${now} and i.severity = 'down'
      and i.told_at is not null
      and i.acknowledged_at is null
      and ${seconds} > 0 and ${SINCE[setting]} + ${seconds} * ${SECOND} <= ${now}
      and not exists (
        select 1 from maintenance_spans s
        where s.monitor_id = i.monitor_id and s.ended_at > ${now} and s.started_at <= ${now})`
  return askable(db, query)
})

/** Down, told, nobody on it: said again every `reminderSeconds`. */
export async function remindDue(db: Db, now: Instant): Promise<boolean> {
  const rows = await unattended(db, { now }, 'reminderSeconds')
  for (const { account_id, id } of rows)
    await db.transaction().execute(async (tx) => {
      const bound = bindAccount(tx, account_id)
      await bound.updateTable('incidents').set({ reminded_at: now }).where('id', '=', id).execute()
      await queueReply(bound, now, id, 'reminder')
      await queueFacts(bound, now, [id], 'reminder')
    })
  return rows.length > 0
}

/** Down, told, nobody on it for `escalateAfterSeconds`: `escalateTo` is told, too. */
export async function escalateDue(db: Db, now: Instant): Promise<boolean> {
  const rows = await unattended(db, { now }, 'escalateAfterSeconds')
  for (const { account_id, id, policy } of rows)
    await db.transaction().execute(async (tx) => {
      const bound = bindAccount(tx, account_id)
      if ((await claim(bound, now, [{ id }], 'escalated_at')).length === 0) return
      const { escalateTo } = JSON.parse(policy) as { readonly escalateTo: readonly ChannelId[] }
      await queueAlert(bound, now, id, escalateTo)
      await queueFacts(bound, now, [id], 'alert', escalateTo)
    })
  return rows.length > 0
}
