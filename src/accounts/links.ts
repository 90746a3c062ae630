import type { AccountId, Id, Instant } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'
import type { Role } from './roles.ts'

/** A chat server or chat tied to an account. */
export interface ChatLink {
  readonly id: Id<'link'>
  readonly accountId: AccountId
  readonly accountName: string
  readonly timezone: string
  readonly linkedBy: string
  readonly linkedByName: string
  readonly defaultRole: Role
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
