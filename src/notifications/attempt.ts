import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { ChannelId, IncidentId, Instant } from '../kernel/index.ts'
import type { Db, Tables } from '../storage/index.ts'
import type { Channel } from './channels.ts'
import type { Address, Delivery, IncidentNews, Messenger, News, Post } from './contract.ts'
import { heldUntil } from './quiet.ts'
import { eventNameOf, hears, mannerOf } from './recipients.ts'
import { MAIL_SPACING_MS, STORM_SPACING_MS } from './spacing.ts'

export type Waiting = Selectable<Tables['notifications']>

/** Reads an incident as it is now; undefined when it is gone with its monitor. */
export type ReadNews = (
  db: Db,
  accountId: number,
  id: IncidentId,
  channelId: ChannelId,
) => Promise<
  | { news: IncidentNews; rev: number; closedAt: number | null; spokesmanId: IncidentId | null }
  | undefined
>

/** What came of a row: sent (with what it showed), needless, kept for later, or the platform's answer. */
export type Attempt =
  | { readonly kind: 'needless'; readonly shown?: Shown; readonly why?: string }
  | { readonly kind: 'held'; readonly until: Instant }
  | { readonly kind: 'answered'; readonly delivery: Delivery; readonly shown?: Shown }

/** The state of an incident that was shown, or that was there already. */
export interface Shown {
  readonly incidentId: IncidentId
  readonly rev: number
  /** The incident's message afterwards; a reply leaves it as it was. */
  readonly isMessage: boolean
  /** What changed meanwhile is shown no sooner than after this. */
  readonly spacingMs: number
}

export interface AttemptTools {
  readonly messenger: Messenger
  readonly readNews: ReadNews
  readonly now: Instant
}

const QUIET = 'nobody wanted to hear of it then, and it is over'

export const addressOf = (channel: Channel): Address => ({
  channelId: channel.channel_id,
  threadId: channel.thread_id,
})

/** The same on every attempt of a row, so that the platform can know a repeat. */
const nonceOf = (row: Waiting, part: string): string =>
  createHash('sha256').update(`${row.id}:${row.created_at}:${part}`).digest('hex').slice(0, 25)

type Said = Pick<Post, 'news'> & Partial<Pick<Post, 'replyTo' | 'silent' | 'mention'>>

export const postTo = (channel: Channel, nonce: string, said: Said): Post => ({
  address: addressOf(channel),
  keeps: { info: channel.info, secrets: channel.secrets },
  nonce,
  replyTo: null,
  silent: false,
  mention: null,
  ...said,
})

/** What the short reply says now; null: nobody needs it any more. */
function replyOf(
  row: Waiting,
  incident: IncidentNews,
  postedAt: Instant | null,
  closedAt: Instant | null,
  isAlone: boolean,
): News | null {
  // A channel that hears of ends alone has no message to reply to.
  if (postedAt === null) {
    const isEnd = row.event === 'recovery' && closedAt !== null
    return isAlone && isEnd ? { kind: 'recovery', incident } : null
  }
  if (row.event === 'reminder') {
    // Over, or somebody is on it since.
    if (incident.resolvedAt !== null || incident.acknowledgedAt !== null) return null
    // Who first heard of it after the reminder was due has just read so.
    return postedAt >= row.created_at ? null : { kind: 'reminder', incident, at: row.created_at }
  }
  if (row.event === 'acknowledged') {
    const isNew = incident.acknowledgedAt !== null && postedAt < incident.acknowledgedAt
    return isNew && incident.resolvedAt === null ? { kind: 'acknowledged', incident } : null
  }
  // Who first heard of it when it was over has read so already.
  return closedAt === null || postedAt >= closedAt ? null : { kind: 'recovery', incident }
}

/** Whether what a program was told of the incident before, if anything, was let be. */
async function wasSpared(db: Db, channel: Channel, row: Waiting): Promise<boolean> {
  const before = await db
    .selectFrom('notifications')
    .select('state')
    .where('channel_id', '=', channel.id)
    .where('incident_id', '=', row.incident_id)
    .where('event', '=', 'fact')
    .where('id', '<', row.id)
    .execute()
  const isFirst = before.length === 0 && row.is_held === 1
  return isFirst || (before.length > 0 && before.every(({ state }) => state === 'superseded'))
}

/** What happened is told as it was; only what nobody wanted then, and is over, is let be. */
async function attemptFact(
  db: Db,
  { now }: AttemptTools,
  channel: Channel,
  row: Waiting,
  post: (part: string, said: Said) => Promise<Delivery>,
): Promise<Attempt> {
  const incident = await db
    .selectFrom('incidents')
    .select(['severity', 'resolved_at'])
    .where('id', '=', row.incident_id)
    .executeTakeFirst()
  const until = heldUntil(channel, incident?.severity === 'down', now)
  if (until !== null) return { kind: 'held', until }
  if (incident?.resolved_at !== null && (await wasSpared(db, channel, row)))
    return { kind: 'needless', why: QUIET }
  const news = JSON.parse(row.notice ?? '') as News
  return { kind: 'answered', delivery: await post(row.event, { news }) }
}

/** One attempt at one row: reads its subject as it is now and posts, edits, replies or lets it be. */
export async function attempt(
  db: Db,
  tools: AttemptTools,
  channel: Channel,
  row: Waiting,
  signal: AbortSignal,
): Promise<Attempt> {
  const { messenger, readNews, now } = tools
  const post = async (part: string, said: Said): Promise<Delivery> =>
    messenger.post(postTo(channel, nonceOf(row, part), said), signal)

  if (row.event === 'fact') return attemptFact(db, tools, channel, row, post)
  if (row.event === 'notice' || row.incident_id === null) {
    const until = heldUntil(channel, false, now)
    if (until !== null) return { kind: 'held', until }
    if (row.notice === null) return { kind: 'needless' }
    const news = JSON.parse(row.notice) as News
    return { kind: 'answered', delivery: await post(row.event, { news }) }
  }
  const read = await readNews(db, row.account_id, row.incident_id, channel.id)
  if (read === undefined) return { kind: 'needless' }

  const { news: incident, rev, closedAt, spokesmanId } = read
  const isOutage = incident.severity === 'down'
  const message = await db
    .selectFrom('messages')
    .selectAll()
    .where('channel_id', '=', channel.id)
    // What is told with others has their message.
    .where('incident_id', 'in', [row.incident_id, spokesmanId ?? row.incident_id])
    .orderBy((eb) => eb('incident_id', '!=', row.incident_id))
    .executeTakeFirst()
  const isMail = mannerOf(channel.kind) === 'mail'
  const rages = incident.storm !== null && incident.storm.endedAt === null
  const shown = {
    incidentId: incident.incidentId,
    rev,
    isMessage: row.event === 'alert',
    spacingMs: rages ? (isMail ? MAIL_SPACING_MS : STORM_SPACING_MS) : 0,
  }
  if (row.event === 'alert' && message !== undefined) {
    if (message.shown_rev >= rev || (isMail && incident.storm === null))
      return { kind: 'needless', shown }
    const news = { kind: 'alert', incident } as const
    if (message.is_frozen === 0 && !isMail)
      return {
        kind: 'answered',
        delivery: await messenger.edit(addressOf(channel), message.message_id, news, signal),
        shown,
      }
    const said = { news, replyTo: message.message_id, silent: true }
    const delivery = await post(`change ${rev}`, said)
    return { kind: 'answered', delivery, shown: { ...shown, isMessage: false } }
  }

  const until = heldUntil(channel, isOutage, now)
  if (until !== null) return { kind: 'held', until }
  const isPast = row.is_held === 1 && incident.resolvedAt !== null
  if (isPast && (message === undefined || !isMail)) return { kind: 'needless', why: QUIET }
  if (row.event === 'alert') {
    const news = { kind: 'alert', incident } as const
    // A recovery nobody waited for rings nobody; an outage does.
    const isOver = incident.resolvedAt !== null
    const mention = isOver || !isOutage ? null : channel.mention
    const delivery = await post(row.event, { news, silent: isOver, mention })
    return { kind: 'answered', delivery, shown }
  }
  const isAlone = !hears(channel, eventNameOf('alert', incident.severity))
  const news = replyOf(row, incident, message?.posted_at ?? null, closedAt, isAlone)
  if (news === null) return { kind: 'needless' }
  const silent = row.event === 'recovery' && channel.ring_on_up === 0
  const said = { news, replyTo: message?.message_id ?? null, silent }
  return { kind: 'answered', delivery: await post(row.event, said), shown }
}
