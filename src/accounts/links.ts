import type { Selectable } from 'kysely'
import { z } from 'zod'
import { audit, type By, differences } from '../audit/index.ts'
import { type AccountId, Fault, type Id, type Instant, parseInput } from '../kernel/index.ts'
import type { AccountDb, AccountTx, Db, Tables } from '../storage/index.ts'
import { DEFAULT_ROLES, type DefaultRole } from './roles.ts'

/** A chat server or chat tied to an account. */
export interface ChatLink {
  readonly id: Id<'link'>
  readonly accountId: AccountId
  readonly accountName: string
  readonly timezone: string
  readonly linkedBy: string
  readonly linkedByName: string
  readonly defaultRole: DefaultRole
}

/** Where a link belongs: platform and server (or chat) id. */
export interface LinkPlace {
  readonly platform: string
  readonly serverId: string
}

export async function findLink(db: Db, place: LinkPlace): Promise<ChatLink | undefined> {
  return db
    .selectFrom('chat_links')
    .innerJoin('accounts', 'accounts.id', 'chat_links.account_id')
    .select([
      'chat_links.id',
      'chat_links.account_id as accountId',
      'accounts.name as accountName',
      'accounts.timezone',
      'chat_links.linked_by as linkedBy',
      'chat_links.linked_by_name as linkedByName',
      'chat_links.default_role as defaultRole',
    ])
    .where('chat_links.platform', '=', place.platform)
    .where('chat_links.server_id', '=', place.serverId)
    .executeTakeFirst()
}

/**
 * The bot was put out of a place (or came back): its settings wait there for its return. False when
 * that was known.
 */
export async function markLinkLeft(
  db: Db,
  place: LinkPlace,
  leftAt: Instant | null,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('chat_links')
    .set({ left_at: leftAt })
    .where('platform', '=', place.platform)
    .where('server_id', '=', place.serverId)
    .where('left_at', leftAt === null ? 'is not' : 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** A place got a new id (a Telegram group became a supergroup); a link there already stays. */
export async function moveLink(db: Db, place: LinkPlace, serverId: string): Promise<void> {
  // A place linked under its new id already is no longer this one's to be.
  if ((await findLink(db, { ...place, serverId })) !== undefined) return
  await db
    .updateTable('chat_links')
    .set({ server_id: serverId })
    .where('platform', '=', place.platform)
    .where('server_id', '=', place.serverId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('chat_links as there')
            .select('there.id')
            .where('there.platform', '=', place.platform)
            .where('there.server_id', '=', serverId),
        ),
      ),
    )
    .execute()
}

export type LinkRow = Selectable<Tables['chat_links']>

/** Newest first. */
export const listLinks = (db: AccountTx): Promise<LinkRow[]> =>
  db
    .selectFrom('chat_links')
    .selectAll()
    .where('left_at', 'is', null)
    .orderBy('id', 'desc')
    .execute()

/** @throws Fault `link_unknown`, also for another account's */
export async function getLink(db: AccountTx, id: Id<'link'>): Promise<LinkRow> {
  const found = (await listLinks(db)).find((link) => link.id === id)
  if (found === undefined) throw new Fault('link_unknown', { name: `#${id}` })
  return found
}

const linkFields = z.strictObject({
  // As long as Telegram lets a chat be called.
  title: z.string('must be 1 to 128 characters').trim().min(1).max(128),
  defaultRole: z.enum(DEFAULT_ROLES, 'must be viewer, responder, manager or none'),
})

/** What everybody there may do, and what it is called. @throws Fault `link_unknown`, InvalidInput */
export async function editLink(
  db: AccountDb,
  now: Instant,
  by: By,
  id: Id<'link'>,
  change: (link: z.output<typeof linkFields>) => Readonly<Record<string, unknown>>,
): Promise<LinkRow> {
  return db.transaction().execute(async (tx) => {
    const before = await getLink(tx, id)
    const old = { title: before.title, defaultRole: before.default_role }
    const wanted = parseInput(linkFields, change(old))
    const changes = differences(old, wanted)
    if (Object.keys(changes).length === 0) return before
    await tx
      .updateTable('chat_links')
      .set({ title: wanted.title, default_role: wanted.defaultRole })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'link.update', `/api/chat_links/${id}`, changes)
    return getLink(tx, id)
  })
}

/** The place belongs to nobody from now on; its channels go with it. @throws Fault `link_unknown` */
export async function unlink(
  db: AccountDb,
  now: Instant,
  by: By,
  id: Id<'link'>,
): Promise<LinkRow> {
  return db.transaction().execute(async (tx) => {
    const link = await getLink(tx, id)
    await tx.deleteFrom('chat_links').where('id', '=', id).execute()
    await audit(tx, now, by, 'link.delete', `/api/chat_links/${id}`, { title: [link.title, null] })
    return link
  })
}
