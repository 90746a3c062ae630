import type { ChannelId, Id, Instant, MonitorId } from '../kernel/index.ts'
import { Fault } from '../kernel/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'
import type { News } from './contract.ts'

/** One thing a channel was or is to be told, and what came of it. */
export interface Told {
  readonly id: Id<'notification'>
  readonly channelId: ChannelId
  readonly kind: string
  readonly event: Tables['notifications']['event']
  readonly state: 'pending' | 'sent' | 'superseded' | 'failed'
  readonly incidentId: number | null
  readonly monitorId: MonitorId | null
  readonly monitorName: string | null
  readonly severity: Tables['incidents']['severity'] | null
  readonly isOver: boolean
  readonly notice: News | null
  readonly attempts: number
  readonly error: string | null
  readonly createdAt: Instant
  readonly sentAt: Instant | null
}

export interface ToldFilter {
  readonly kinds?: readonly string[]
  readonly states?: readonly Told['state'][]
  readonly monitorId?: MonitorId
}

function matching(db: AccountTx, { kinds, states, monitorId }: ToldFilter) {
  let query = db
    .selectFrom('notifications as n')
    .innerJoin('channels as c', 'c.id', 'n.channel_id')
    .leftJoin('incidents as i', 'i.id', 'n.incident_id')
  if (kinds !== undefined) query = query.where('c.kind', 'in', kinds)
  if (states !== undefined) query = query.where('n.state', 'in', states)
  if (monitorId !== undefined) query = query.where('i.monitor_id', '=', monitorId)
  return query
}

const rows = (db: AccountTx, filter: ToldFilter) =>
  matching(db, filter).select([
    'n.id',
    'n.channel_id',
    'c.kind',
    'n.event',
    'n.state',
    'n.incident_id',
    'i.monitor_id',
    'i.monitor_name',
    'i.severity',
    'i.resolved_at',
    'n.notice',
    'n.attempts',
    'n.error',
    'n.created_at',
    'n.sent_at',
  ])

type Row = Awaited<ReturnType<ReturnType<typeof rows>['executeTakeFirstOrThrow']>>

const toTold = (row: Row): Told => ({
  id: row.id,
  channelId: row.channel_id,
  kind: row.kind,
  event: row.event,
  state: row.state,
  incidentId: row.incident_id,
  monitorId: row.monitor_id,
  monitorName: row.monitor_name,
  severity: row.severity,
  isOver: row.resolved_at !== null,
  notice: row.notice === null ? null : (JSON.parse(row.notice) as News),
  attempts: row.attempts,
  error: row.error,
  createdAt: row.created_at,
  sentAt: row.sent_at,
})

/** Newest first, with how many there are. */
export async function listTold(
  db: AccountTx,
  filter: ToldFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly told: readonly Told[] }> {
  const { total } = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const found = await rows(db, filter)
    .orderBy('n.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { total, told: found.map(toTold) }
}

/** @throws Fault `notification_unknown`, also for another account's */
export async function getTold(db: AccountTx, id: Id<'notification'>): Promise<Told> {
  const found = await rows(db, {}).where('n.id', '=', id).executeTakeFirst()
  if (found === undefined) throw new Fault('notification_unknown', { name: `#${id}` })
  return toTold(found)
}
