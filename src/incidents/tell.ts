import { sql } from 'kysely'
import {
  type AccountId,
  type IncidentId,
  type Instant,
  MINUTE,
  type MonitorId,
  SECOND,
} from '../kernel/index.ts'
import { queueAlert, queueReply } from '../notifications/index.ts'
import { bindAccount, type Db } from '../storage/index.ts'
import type { Severity } from './list.ts'
import { showBelow } from './show.ts'

/** How long a dependant waits for what it depends on to be looked at. */
const PATIENCE_MS = 2 * MINUTE

interface Due {
  readonly id: IncidentId
  readonly account_id: AccountId
  readonly monitor_id: MonitorId
  readonly severity: Severity
  readonly rev: number
  readonly has_dependencies: 0 | 1
}

/**
 * What people are to be told of now: not before `alertAfter`, not in maintenance, and not while what
 * it depends on is down, doubtful, or back for less than two intervals.
 */
const dueNow = (now: Instant, monitorId: MonitorId | null) => sql<Due>`
  select i.id, i.account_id, i.monitor_id, i.severity, i.rev, m.depends_on <> '[]' as has_dependencies
  from incidents i join monitors m on m.id = i.monitor_id
  where i.resolved_at is null and i.alert_at <= ${now} and i.told_at is null
    and (i.folded_into is null or i.folded_into = i.id)
    and (${monitorId} is null or i.monitor_id = ${monitorId})
    and not exists (
      select 1 from maintenance_spans s
      where s.monitor_id = i.monitor_id and s.ended_at > ${now} and s.started_at <= ${now})
    and (m.depends_on = '[]' or i.severity <> 'down' or not exists (
      select 1 from json_each(m.depends_on) as p
        join monitors pm on pm.id = p.value and pm.is_active = 1
        join monitor_states ps on ps.monitor_id = pm.id
      where ps.status = 'down'
        or ps.judged ->> '$.streak.kind' = 'failing'
        or (coalesce(ps.last_check_at, 0) < i.started_at and i.detected_at > ${now - PATIENCE_MS})
        or exists (
          select 1 from incidents pi
          where pi.monitor_id = pm.id and pi.severity = 'down' and pi.closed_at > i.started_at
            and pi.closed_at > ${now} - 2 * m.interval_ms)))
  order by i.id`

/**
 * Queues, in the caller's transaction or one for each, the messages whose time has come; of one
 * monitor or of all. True when there were any.
 */
export async function tellDue(db: Db, now: Instant, monitorId?: MonitorId): Promise<boolean> {
  const { rows } = await dueNow(now, monitorId ?? null).execute(db)
  for (const { account_id, id, rev, severity, monitor_id, has_dependencies } of rows) {
    const tell = async (tx: Db) => {
      const bound = bindAccount(tx, account_id)
      const { numUpdatedRows } = await bound
        .updateTable('incidents')
        .set({ told_at: now })
        .where('id', '=', id)
        .where('told_at', 'is', null)
        .where('resolved_at', 'is', null)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows === 0n) return
      await queueAlert(bound, now, { id, rev, severity })
      // Counted below until now.
      if (has_dependencies === 1 && severity === 'down') await showBelow(bound, now, monitor_id)
    }
    await (db.isTransaction ? tell(db) : db.transaction().execute(tell))
  }
  return rows.length > 0
}

/** Down, told, nobody on it: said again every `reminderSeconds`, but not in maintenance. */
export async function remindDue(db: Db, now: Instant): Promise<boolean> {
  const { rows } = await sql<Pick<Due, 'id' | 'account_id'>>`
    select i.id, i.account_id
    from incidents i join monitors m on m.id = i.monitor_id
    where i.resolved_at is null and i.severity = 'down' and i.told_at is not null
      and i.acknowledged_at is null and i.folded_into is null
      and m.policy ->> '$.reminderSeconds' > 0
      and coalesce(i.reminded_at, i.told_at) + m.policy ->> '$.reminderSeconds' * ${SECOND} <= ${now}
      and not exists (
        select 1 from maintenance_spans s
        where s.monitor_id = i.monitor_id and s.ended_at > ${now} and s.started_at <= ${now})`.execute(
    db,
  )
  for (const { account_id, id } of rows)
    await db.transaction().execute(async (tx) => {
      const bound = bindAccount(tx, account_id)
      await bound.updateTable('incidents').set({ reminded_at: now }).where('id', '=', id).execute()
      await queueReply(bound, now, id, 'reminder')
    })
  return rows.length > 0
}
