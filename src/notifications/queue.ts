import type { ChannelId, IncidentId, Instant } from '../kernel/index.ts'
import type { News } from './contract.ts'
import type { AccountTx, Db } from '../storage/index.ts'

/**
 * Queues, in the caller's transaction, that every channel of the account show the incident as it is
 * then: its one message, posted or edited. A message still waiting says the newer state by itself.
 * Answers whether anybody has been told of the incident or will be: one that ends before its
 * `dueAt` came is told to nobody.
 */
export async function queueAlert(
  tx: AccountTx,
  now: Instant,
  incidentId: IncidentId,
  rev: number,
  dueAt: Instant,
): Promise<boolean> {
  if (rev > 1) {
    const isOver = await tx
      .selectFrom('incidents')
      .select('id')
      .where('id', '=', incidentId)
      .where('resolved_at', 'is not', null)
      .executeTakeFirst()
    const held = await tx
      .selectFrom('notifications')
      .select('id')
      .where('incident_id', '=', incidentId)
      .where('event', '=', 'alert')
      .where('state', '=', 'pending')
      .where('due_at', '>', now)
      .executeTakeFirst()
    if (held !== undefined) {
      if (isOver === undefined) return true
      await tx
        .updateTable('notifications')
        .set({ state: 'superseded' })
        .where('incident_id', '=', incidentId)
        .where('state', '=', 'pending')
        .execute()
      return false
    }
  }
  await queue(tx, now, incidentId, 'alert', rev, dueAt)
  return true
}

/** The short reply that it is over, for those who were told that it began. */
export async function queueRecovery(
  tx: AccountTx,
  now: Instant,
  incidentId: IncidentId,
  rev: number,
): Promise<void> {
  await queue(tx, now, incidentId, 'recovery', rev, now)
}

async function queue(
  tx: AccountTx,
  now: Instant,
  incidentId: IncidentId,
  event: 'alert' | 'recovery',
  rev: number,
  dueAt: Instant,
): Promise<void> {
  const channels = await tx.selectFrom('channels').select('id').where('is_active', '=', 1).execute()
  if (channels.length === 0) return
  await tx
    .insertInto('notifications')
    .values(
      channels.map(({ id }) => ({
        channel_id: id,
        incident_id: incidentId,
        event,
        rev,
        due_at: dueAt,
        created_at: now,
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/**
 * A channel that is told from now on (again) hears of what is going on: of what is still held back
 * when its time comes, as all do.
 */
export async function queueOpen(tx: AccountTx, now: Instant, channelId: ChannelId): Promise<void> {
  const open = await tx
    .selectFrom('incidents')
    .select(['id', 'rev'])
    .where('resolved_at', 'is', null)
    .execute()
  if (open.length === 0) return
  const dues = await tx
    .selectFrom('notifications')
    .select((eb) => ['incident_id', eb.fn.max('due_at').as('due_at')])
    .where('event', '=', 'alert')
    .where(
      'incident_id',
      'in',
      open.map(({ id }) => id),
    )
    .groupBy('incident_id')
    .execute()
  const dueAt = new Map(dues.map((it) => [it.incident_id, it.due_at]))
  await tx
    .insertInto('notifications')
    .values(
      open.map(({ id, rev }) => ({
        channel_id: channelId,
        incident_id: id,
        event: 'alert' as const,
        rev,
        due_at: Math.max(now, dueAt.get(id) ?? now),
        created_at: now,
      })),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/** Tells every channel of every account that we saw nothing for a while. */
export async function queueBlindness(db: Db, from: Instant, to: Instant): Promise<void> {
  const channels = await db
    .selectFrom('channels')
    .select(['id', 'account_id'])
    .where('is_active', '=', 1)
    .execute()
  if (channels.length === 0) return
  await db
    .insertInto('notifications')
    .values(
      channels.map(({ id, account_id }) => ({
        account_id,
        channel_id: id,
        event: 'notice' as const,
        rev: 1,
        notice: JSON.stringify({ kind: 'blind', from, to } satisfies News),
        due_at: to,
        created_at: to,
      })),
    )
    .execute()
}
