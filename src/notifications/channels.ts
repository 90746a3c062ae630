import { moveLink } from '../accounts/index.ts'
import { audit, type By } from '../audit/index.ts'
import type { Selectable } from 'kysely'
import type { AccountId, ChannelId, Id, Instant } from '../kernel/index.ts'
import {
  type AccountDb,
  type AccountTx,
  bindAccount,
  type Db,
  type Tables,
} from '../storage/index.ts'
import type { Address } from './contract.ts'
import { queueNotice, queueOpen } from './queue.ts'

export type Channel = Selectable<Tables['channels']>

/** A channel that is told again. */
export const SWITCHED_ON = {
  is_active: 1,
  off_reason: null,
  failures: 0,
  failing_since: null,
  resume_at: 0,
} as const

/**
 * A place that is told from now on, of what is going on already first; one that is there already is
 * switched on again.
 */
export async function addChannel(
  tx: AccountTx,
  now: Instant,
  channel: {
    readonly kind: string
    readonly name: string
    readonly linkId: Id<'link'> | null
  } & Address,
): Promise<ChannelId> {
  const values = { name: channel.name, chat_link_id: channel.linkId }
  // Never taken out and put in anew: its messages and what waits for it would go with it.
  const known = await tx
    .updateTable('channels')
    .set({ ...SWITCHED_ON, ...values })
    .where('kind', '=', channel.kind)
    .where('channel_id', '=', channel.channelId)
    .where('thread_id', 'is not distinct from', channel.threadId)
    .returning('id')
    .executeTakeFirst()
  const { id } =
    known ??
    (await tx
      .insertInto('channels')
      .values({
        ...values,
        kind: channel.kind,
        channel_id: channel.channelId,
        thread_id: channel.threadId,
        created_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow())
  await queueOpen(tx, now, id)
  return id
}

/** Tells a place again that was switched off; false where it was not. */
export async function reopenChannel(
  db: AccountDb,
  now: Instant,
  by: By,
  kind: string,
  { channelId, threadId }: Address,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const channel = await tx
      .updateTable('channels')
      .set(SWITCHED_ON)
      .where('kind', '=', kind)
      .where('channel_id', '=', channelId)
      .where('thread_id', 'is not distinct from', threadId)
      .where('is_active', '=', 0)
      .returning('id')
      .executeTakeFirst()
    if (channel === undefined) return false
    await queueOpen(tx, now, channel.id)
    await audit(tx, now, by, 'channel.reopen', `/api/channels/${channel.id}`)
    return true
  })
}

export async function listChannels(db: AccountTx): Promise<Channel[]> {
  return db.selectFrom('channels').selectAll().orderBy('id').execute()
}

interface LinkRef {
  readonly platform: string
  readonly serverId: string
}

async function channelsOfPlace(db: Db, place: LinkRef): Promise<Channel[]> {
  return db
    .selectFrom('channels')
    .innerJoin('chat_links', 'chat_links.id', 'channels.chat_link_id')
    .where('chat_links.platform', '=', place.platform)
    .where('chat_links.server_id', '=', place.serverId)
    .selectAll('channels')
    .execute()
}

/**
 * Switches a channel off for a reason people are shown; what waits for it is given up, and the
 * account's other channels are told once.
 */
export async function switchOff(
  tx: Db,
  now: Instant,
  channel: { readonly id: ChannelId; readonly account_id: AccountId; readonly name: string },
  why: string,
): Promise<void> {
  const bound = bindAccount(tx, channel.account_id)
  const { numUpdatedRows } = await bound
    .updateTable('channels')
    .set({ is_active: 0, off_reason: why })
    .where('id', '=', channel.id)
    .where('is_active', '=', 1)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return
  await bound
    .updateTable('notifications')
    .set({ state: 'failed', error: why })
    .where('channel_id', '=', channel.id)
    .where('state', '=', 'pending')
    .execute()
  await queueNotice(bound, now, { kind: 'notice', channelName: channel.name, why })
}

/** The bot was put out of a chat: its channels there are off at once. */
export async function switchOffPlace(
  db: Db,
  now: Instant,
  place: LinkRef,
  why: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const channel of await channelsOfPlace(tx, place)) await switchOff(tx, now, channel, why)
  })
}

/** The bot is back: what it told there before, it tells again. */
export async function switchOnPlace(db: Db, now: Instant, place: LinkRef): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const { id, account_id } of await channelsOfPlace(tx, place)) {
      await tx.updateTable('channels').set(SWITCHED_ON).where('id', '=', id).execute()
      await queueOpen(bindAccount(tx, account_id), now, id)
    }
  })
}

/**
 * The platform says that a channel is elsewhere now: in General since its topic is gone, or the whole
 * chat has another id. False when that place is told already, and this one switched off instead.
 */
export async function readdress(
  tx: Db,
  now: Instant,
  channel: Channel,
  { address, why }: { readonly address: Address; readonly why: string },
): Promise<boolean> {
  const { channelId, threadId } = address
  const there = await tx
    .selectFrom('channels')
    .select('id')
    .where('kind', '=', channel.kind)
    .where('channel_id', '=', channelId)
    .where('thread_id', 'is not distinct from', threadId)
    .where('id', '!=', channel.id)
    .executeTakeFirst()
  if (there !== undefined) {
    await switchOff(tx, now, channel, why)
    return false
  }
  await tx
    .updateTable('channels')
    .set({ channel_id: channelId, thread_id: threadId })
    .where('id', '=', channel.id)
    .execute()
  if (channelId === channel.channel_id) return true
  await moveChannels(tx, channel.kind, channel.channel_id, channelId)
  await moveLink(tx, { platform: channel.kind, serverId: channel.channel_id }, channelId)
  return true
}

/** A chat has another id now; what is told there already stays as it is. */
export async function moveChannels(db: Db, kind: string, from: string, to: string): Promise<void> {
  await db
    .updateTable('channels')
    .set({ channel_id: to })
    .where('kind', '=', kind)
    .where('channel_id', '=', from)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('channels as there')
            .select('there.id')
            .where('there.kind', '=', kind)
            .where('there.channel_id', '=', to)
            .where('there.thread_id', 'is not distinct from', eb.ref('channels.thread_id')),
        ),
      ),
    )
    .execute()
}
