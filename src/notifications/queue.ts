import type { ChannelId, IncidentId, Instant } from '../kernel/index.ts'
import { type AccountTx, type Db, prepared, type Tables } from '../storage/index.ts'
import type { Fact, News } from './contract.ts'
import { readFact } from './fact.ts'
import {
  activeChannels,
  type EventName,
  eventNameOf,
  hears,
  mannerOf,
  type Recipient,
  recipientsOf,
  type Saying,
  type Subject as Incident,
} from './recipients.ts'
import { STORM_SPACING_MS } from './spacing.ts'
import { type Message, toldAs } from './message.ts'

interface Subject extends Incident {
  readonly id: IncidentId
  readonly severity: Tables['incidents']['severity']
  readonly rev: number
}

/** As it is after a change. */
type Changed = Pick<Subject, 'id' | 'rev'> & {
  readonly resolved_at: Instant | null
  readonly storm_id: IncidentId | null
}

const incidents = (tx: AccountTx) =>
  tx
    .selectFrom('incidents')
    .select(['id', 'severity', 'rev', 'monitor_id', 'escalated_at', 'storm_id', 'resolved_at'])

const byId = prepared((tx: AccountTx, { ids }: { readonly ids: readonly IncidentId[] }) =>
  incidents(tx).where('id', 'in', ids),
)

/** Those of `ids`, in no order. */
export const readAll = (
  tx: AccountTx,
  ids: readonly IncidentId[],
): Promise<(Subject & Changed)[]> => byId(tx, { ids })

export const read = async (tx: AccountTx, id: IncidentId): Promise<Subject & Changed> =>
  (await readAll(tx, [id]))[0]!

type Row = {
  readonly channels: readonly ChannelId[]
  readonly id: IncidentId
  readonly rev: number
  readonly due_at: Instant
  readonly created_at: Instant
}

const insert = prepared((tx: AccountTx, { channels, id, ...row }: Row, event: Saying) =>
  tx
    .insertInto('notifications')
    .values(channels.map((channel_id) => ({ channel_id, incident_id: id, event, ...row })))
    .onConflict((oc) => oc.doNothing()),
)

export async function queue(
  tx: AccountTx,
  now: Instant,
  channels: readonly Pick<Recipient, 'id'>[],
  { id, rev }: Pick<Subject, 'id' | 'rev'>,
  event: Saying,
  waitMs = 0,
): Promise<void> {
  if (channels.length === 0) return
  const ids = channels.map((it) => it.id)
  await insert(tx, { channels: ids, id, rev, due_at: now + waitMs, created_at: now }, event)
}

export const isTold = ({ kind }: Recipient): boolean => mannerOf(kind) !== 'fact'

/** The channels of people. */
export const people = async (tx: AccountTx): Promise<Recipient[]> =>
  (await activeChannels(tx)).filter(isTold)

/** Those of people who hear that of an incident. */
async function peopleFor(tx: AccountTx, subject: Subject, saying: Saying) {
  const recipients = await recipientsOf(tx, await people(tx), [subject])
  return recipients(subject, eventNameOf(saying, subject.severity))
}

/**
 * Queues, in the caller's transaction, that people hear of an incident; those among `only`, where
 * that is given.
 */
export async function queueAlert(
  tx: AccountTx,
  now: Instant,
  id: IncidentId,
  only?: readonly ChannelId[],
): Promise<void> {
  const subject = await read(tx, id)
  const all = await peopleFor(tx, subject, 'alert')
  const wanted = all.filter((it) => only === undefined || only.includes(it.id))
  await queue(tx, now, wanted, subject, 'alert')
}

const shownTo = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }, isOver: boolean) =>
  tx
    .selectFrom('channels')
    .select(['channels.id', 'kind'])
    .where('is_active', '=', 1)
    .where((eb) => {
      const messages = eb
        .selectFrom('messages')
        .select('message_id')
        .whereRef('messages.channel_id', '=', 'channels.id')
        .where('incident_id', '=', id)
      const tried = eb
        .selectFrom('notifications as n')
        .select('n.id')
        .whereRef('n.channel_id', '=', 'channels.id')
        .where('n.incident_id', '=', id)
        .where('n.event', '=', 'alert')
        .where('n.state', '!=', 'superseded')
      // What nobody could be told while it went on is not worth a message once it is over.
      return isOver ? eb.exists(messages) : eb.or([eb.exists(messages), eb.exists(tried)])
    }),
)

/**
 * Something about an incident changed: whoever has its message, or is still to get it, is shown that.
 * A message still waiting says the newer state by itself.
 */
export async function queueChange(tx: AccountTx, now: Instant, changed: Changed): Promise<void> {
  const { id, resolved_at, storm_id } = changed
  const channels = await shownTo(tx, { id }, resolved_at !== null)
  const edited = channels.filter(({ kind }) => mannerOf(kind) === 'message')
  await queue(tx, now, edited, changed, 'alert', storm_id === id ? STORM_SPACING_MS : 0)
}

/**
 * What is said below the message of an incident that was told: it is over, goes on, or somebody is on
 * it. The last, and what becomes of a budget, is for mails alone: messages show it themselves.
 */
export async function queueReply(
  tx: AccountTx,
  now: Instant,
  id: IncidentId,
  saying: Exclude<Saying, 'alert'>,
): Promise<void> {
  const subject = await read(tx, id)
  const all = await peopleFor(tx, subject, saying)
  const isForMails = saying === 'acknowledged' || subject.severity === 'burning'
  const wanted = isForMails ? all.filter(({ kind }) => mannerOf(kind) === 'mail') : all
  await queue(tx, now, wanted, subject, saying)
}

/** A channel that is told from now on (again) hears of what the others were told and is going on. */
export async function queueOpen(tx: AccountTx, now: Instant, channelId: ChannelId): Promise<void> {
  const open = await incidents(tx)
    .where('resolved_at', 'is', null)
    .where('told_at', 'is not', null)
    .execute()
  for (const { id, storm_id } of open)
    await (storm_id === null
      ? queueAlert(tx, now, id, [channelId])
      : queue(tx, now, [{ id: channelId }], { id: storm_id, rev: 1 }, 'alert'))
}

type Stored = {
  readonly channels: readonly ChannelId[]
  readonly incident_id: IncidentId | null
  readonly notice: string
  readonly now: Instant
}

const insertNews = prepared(
  (tx: AccountTx, { channels, now, ...row }: Stored, event: 'fact' | 'notice') => {
    const stamps = { due_at: now, created_at: now, rev: 1 }
    return tx
      .insertInto('notifications')
      .values(channels.map((channel_id) => ({ channel_id, event, ...row, ...stamps })))
  },
)

async function store(
  tx: AccountTx,
  now: Instant,
  recipients: readonly Pick<Recipient, 'id'>[],
  news: News,
  incident_id: IncidentId | null = null,
): Promise<void> {
  if (recipients.length === 0) return
  const channels = recipients.map(({ id }) => id)
  const event = news.kind === 'fact' ? 'fact' : 'notice'
  await insertNews(tx, { channels, incident_id, notice: JSON.stringify(news), now }, event)
}

/** Tells programs, of each incident on its own; those among `only`, where that is given. */
export async function queueFacts(
  tx: AccountTx,
  now: Instant,
  ids: readonly IncidentId[],
  saying: Saying,
  only?: readonly ChannelId[],
): Promise<void> {
  const programs = (await activeChannels(tx)).filter(
    (it) => !isTold(it) && (only === undefined || only.includes(it.id)),
  )
  if (programs.length === 0 || ids.length === 0) return
  const subjects = await readAll(tx, ids)
  const recipients = await recipientsOf(tx, programs, subjects)
  for (const it of subjects.toSorted((a, b) => a.id - b.id)) {
    const event = eventNameOf(saying, it.severity)
    const wanted = recipients(it, event)
    if (wanted.length > 0)
      await store(tx, now, wanted, await readFact(tx, now, it.id, event), it.id)
  }
}

/** Tells every channel of the account's people something that is no incident. */
export async function queueNotice(tx: AccountTx, now: Instant, news: News): Promise<void> {
  await store(tx, now, await people(tx), news)
}

/**
 * Tells one channel something that it is told once at most on an occasion; nothing where it is switched
 * off.
 */
export async function queueOnce(
  tx: AccountTx,
  now: Instant,
  channelId: ChannelId,
  message: Message & { readonly occasion: string },
): Promise<void> {
  const channel = await tx
    .selectFrom('channels')
    .select('kind')
    .where('id', '=', channelId)
    .where('is_active', '=', 1)
    .executeTakeFirst()
  if (channel === undefined) return
  const news = toldAs(channel.kind, now, message)
  await tx
    .insertInto('notifications')
    .values({
      channel_id: channelId,
      event: news.kind === 'fact' ? 'fact' : 'notice',
      rev: 1,
      notice: JSON.stringify(news),
      due_at: now,
      created_at: now,
      summary_id: message.summaryId ?? null,
      occasion: message.occasion,
    })
    .onConflict((oc) => oc.doNothing())
    .execute()
}

/** Something that channels choose to hear, for people as `news` and for programs as its data. */
export async function queueEvent(
  tx: AccountTx,
  now: Instant,
  type: EventName,
  news: News,
  data: Fact['data'],
): Promise<void> {
  const hearing = (await activeChannels(tx)).filter((it) => hears(it, type))
  await store(tx, now, hearing.filter(isTold), news)
  const programs = hearing.filter((it) => !isTold(it))
  await store(tx, now, programs, { kind: 'fact', type, at: now, data })
}

/** Tells people of every account that we saw nothing for a while. */
export async function queueBlindness(db: Db, from: Instant, to: Instant): Promise<void> {
  const channels = await db
    .selectFrom('channels')
    .select(['id', 'account_id', 'kind'])
    .where('is_active', '=', 1)
    .execute()
  const told = channels.filter(({ kind }) => mannerOf(kind) !== 'fact')
  if (told.length === 0) return
  await db
    .insertInto('notifications')
    .values(
      told.map(({ id, account_id }) => ({
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
