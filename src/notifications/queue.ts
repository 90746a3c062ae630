import type { ChannelId, IncidentId, Instant } from '../kernel/index.ts'
import type { AccountTx, Db, Tables } from '../storage/index.ts'
import type { News } from './contract.ts'

/** What a channel may choose to be told of; the names are the wire's. */
export const EVENTS = [
  'target.down',
  'target.up',
  'target.reminder',
  'target.degraded',
  'target.expiring',
] as const

type EventName = (typeof EVENTS)[number]
type Severity = Tables['incidents']['severity']
type Kind = 'alert' | 'recovery' | 'reminder'

const OUTAGE: Readonly<Record<Kind, EventName>> = {
  alert: 'target.down',
  recovery: 'target.up',
  reminder: 'target.reminder',
}

/** What an incident's message is called, as channels choose. */
export function eventNameOf(kind: Kind, severity: Severity): EventName {
  if (severity === 'down') return OUTAGE[kind]
  return severity === 'degraded' ? 'target.degraded' : 'target.expiring'
}

/** A channel with an empty list hears of everything. */
const hears = (events: string, event: EventName): boolean =>
  events === '[]' || (JSON.parse(events) as string[]).includes(event)

async function told(tx: AccountTx): Promise<{ id: ChannelId; events: string }[]> {
  return tx.selectFrom('channels').select(['id', 'events']).where('is_active', '=', 1).execute()
}

interface Subject {
  readonly id: IncidentId
  readonly severity: Severity
  readonly rev: number
}

async function queue(
  tx: AccountTx,
  now: Instant,
  channels: readonly ChannelId[],
  subjects: readonly Subject[],
  event: Kind,
): Promise<void> {
  if (channels.length === 0 || subjects.length === 0) return
  await tx
    .insertInto('notifications')
    .values(
      channels.flatMap((channel) =>
        subjects.map(({ id, rev }) => ({
          channel_id: channel,
          incident_id: id,
          event,
          rev,
          due_at: now,
          created_at: now,
        })),
      ),
    )
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/**
 * Queues, in the caller's transaction, that the account's channels show the incident as it is then:
 * its one message, posted or edited. A message still waiting says the newer state by itself.
 */
export async function queueAlert(tx: AccountTx, now: Instant, subject: Subject): Promise<void> {
  const event = eventNameOf('alert', subject.severity)
  const channels = (await told(tx)).filter(({ events }) => hears(events, event))
  await queue(
    tx,
    now,
    channels.map(({ id }) => id),
    [subject],
    'alert',
  )
}

/** The short reply below the message of an incident that was told: it is over, or goes on. */
export async function queueReply(
  tx: AccountTx,
  now: Instant,
  id: IncidentId,
  kind: 'recovery' | 'reminder',
): Promise<void> {
  const subject = await tx
    .selectFrom('incidents')
    .select(['id', 'severity', 'rev'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const event = eventNameOf(kind, subject.severity)
  const channels = (await told(tx)).filter(({ events }) => hears(events, event))
  await queue(
    tx,
    now,
    channels.map((it) => it.id),
    [subject],
    kind,
  )
}

/** A channel that is told from now on (again) hears of what the others were told and is going on. */
export async function queueOpen(tx: AccountTx, now: Instant, channelId: ChannelId): Promise<void> {
  const open = await tx
    .selectFrom('incidents')
    .select(['id', 'rev', 'severity'])
    .where('resolved_at', 'is', null)
    .where('told_at', 'is not', null)
    .execute()
  const channel = await tx
    .selectFrom('channels')
    .select('events')
    .where('id', '=', channelId)
    .executeTakeFirstOrThrow()
  const wanted = open.filter(({ severity }) =>
    hears(channel.events, eventNameOf('alert', severity)),
  )
  await queue(tx, now, [channelId], wanted, 'alert')
}

/** Tells every channel of the account something that is no incident. */
export async function queueNotice(tx: AccountTx, now: Instant, news: News): Promise<void> {
  const channels = await told(tx)
  if (channels.length === 0) return
  await tx
    .insertInto('notifications')
    .values(
      channels.map(({ id }) => ({
        channel_id: id,
        event: 'notice' as const,
        rev: 1,
        notice: JSON.stringify(news),
        due_at: now,
        created_at: now,
      })),
    )
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
