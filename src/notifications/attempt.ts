import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { IncidentId, Instant } from '../kernel/index.ts'
import type { Db, Tables } from '../storage/index.ts'
import type { Channel } from './channels.ts'
import type { Address, Delivery, IncidentNews, Messenger, News } from './contract.ts'

export type Waiting = Selectable<Tables['notifications']>

/** Reads an incident as it is now; undefined when it is gone with its monitor. */
export type ReadNews = (
  db: Db,
  accountId: number,
  id: IncidentId,
) => Promise<{ news: IncidentNews; rev: number; closedAt: number | null } | undefined>

/** What came of a row: sent (with what it showed), needless, or the platform's answer. */
export type Attempt =
  | { readonly kind: 'needless'; readonly shown?: Shown }
  | { readonly kind: 'answered'; readonly delivery: Delivery; readonly shown?: Shown }

/** The state of an incident that was shown, or that was there already. */
export interface Shown {
  readonly incidentId: IncidentId
  readonly rev: number
  /** The incident's message afterwards; a reply leaves it as it was. */
  readonly isMessage: boolean
}

const addressOf = (channel: Channel): Address => ({
  channelId: channel.channel_id,
  threadId: channel.thread_id,
})

/** The same on every attempt of a row, so that the platform can know a repeat. */
const nonceOf = (row: Waiting, part: string): string =>
  createHash('sha256').update(`${row.id}:${row.created_at}:${part}`).digest('hex').slice(0, 25)

/** What the short reply says now; null: nobody needs it any more. */
function replyOf(
  row: Waiting,
  incident: IncidentNews,
  postedAt: Instant | null,
  closedAt: Instant | null,
): News | null {
  if (postedAt === null) return null
  if (row.event === 'reminder') {
    // Over, or somebody is on it since.
    if (incident.resolvedAt !== null || incident.acknowledgedAt !== null) return null
    // Who first heard of it after the reminder was due has just read so.
    return postedAt >= row.created_at ? null : { kind: 'reminder', incident, at: row.created_at }
  }
  // Who first heard of it when it was over has read so already.
  return closedAt === null || postedAt >= closedAt ? null : { kind: 'recovery', incident }
}

/** One attempt at one row: reads its subject as it is now and posts, edits, replies or lets it be. */
export async function attempt(
  db: Db,
  messenger: Messenger,
  readNews: ReadNews,
  channel: Channel,
  row: Waiting,
  signal: AbortSignal,
): Promise<Attempt> {
  const address = addressOf(channel)
  if (row.event === 'notice') {
    const news = JSON.parse(row.notice ?? '') as News
    const post = { address, news, nonce: nonceOf(row, row.event), replyTo: null, silent: false }
    return { kind: 'answered', delivery: await messenger.post(post, signal) }
  }
  if (row.incident_id === null) return { kind: 'needless' }
  const read = await readNews(db, row.account_id, row.incident_id)
  if (read === undefined) return { kind: 'needless' }
  const { news: incident, rev, closedAt } = read
  const message = await db
    .selectFrom('messages')
    .selectAll()
    .where('channel_id', '=', channel.id)
    .where('incident_id', '=', row.incident_id)
    .executeTakeFirst()
  const shown = { incidentId: incident.incidentId, rev, isMessage: row.event === 'alert' }
  if (row.event !== 'alert') {
    const news = replyOf(row, incident, message?.posted_at ?? null, closedAt)
    if (news === null) return { kind: 'needless' }
    const post = {
      address,
      news,
      nonce: nonceOf(row, row.event),
      replyTo: message!.message_id,
      silent: row.event === 'recovery',
    }
    return { kind: 'answered', delivery: await messenger.post(post, signal), shown }
  }
  const news = { kind: 'alert', incident } as const
  if (message === undefined) {
    // A recovery nobody waited for rings nobody; an outage does.
    const silent = incident.resolvedAt !== null
    const post = { address, news, nonce: nonceOf(row, row.event), replyTo: null, silent }
    return { kind: 'answered', delivery: await messenger.post(post, signal), shown }
  }
  if (message.shown_rev >= rev) return { kind: 'needless', shown }
  if (message.is_frozen === 0)
    return {
      kind: 'answered',
      delivery: await messenger.edit(address, message.message_id, news, signal),
      shown,
    }
  const nonce = nonceOf(row, `change ${rev}`)
  const post = { address, news, nonce, replyTo: message.message_id, silent: true }
  return {
    kind: 'answered',
    delivery: await messenger.post(post, signal),
    shown: { ...shown, isMessage: false },
  }
}
