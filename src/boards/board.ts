import type { Selectable } from 'kysely'
import { audit, type By } from '../audit/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { Address } from '../notifications/index.ts'
import type { AccountDb, AccountTx, Tables } from '../storage/index.ts'

export type Board = Selectable<Tables['boards']>

/** A channel, a chat or a topic of it. */
interface BoardPlace extends Address {
  readonly platform: string
}

export const subjectOf = (linkId: Id<'link'> | null): string => `/api/chat_links/${linkId}`

/** The board of a place, also one that is in trouble; not one that is being wound up. */
export const findBoard = (db: AccountTx, place: BoardPlace): Promise<Board | undefined> =>
  db
    .selectFrom('boards')
    .selectAll()
    .where('platform', '=', place.platform)
    .where('channel_id', '=', place.channelId)
    .where('thread_id', 'is not distinct from', place.threadId)
    .where('chat_link_id', 'is not', null)
    .where('end_why', 'is', null)
    .executeTakeFirst()

/** A place has a board from now on; one that was off is kept again, one that is not pinned may be. */
export async function switchBoardOn(
  db: AccountDb,
  now: Instant,
  by: By,
  { linkId, platform, channelId, threadId }: BoardPlace & { readonly linkId: Id<'link'> },
): Promise<Board> {
  const place = { platform, channelId, threadId }
  return db.transaction().execute(async (tx) => {
    const before = await findBoard(tx, place)
    if (before === undefined) {
      await tx
        .insertInto('boards')
        .values({
          chat_link_id: linkId,
          platform,
          channel_id: channelId,
          thread_id: threadId,
          due_at: now,
          created_at: now,
        })
        .execute()
      await audit(tx, now, by, 'board.create', subjectOf(linkId), { channel: [null, channelId] })
    } else {
      const isOff = before.is_active === 0
      // A platform that asked for patience is given it.
      const isFree = isOff || (before.unpinned_why !== null && before.failures === 0)
      await tx
        .updateTable('boards')
        .set({
          unpinned_why: null,
          ...(isOff ? { is_active: 1, trouble: null, failures: 0 } : {}),
          ...(isFree ? { due_at: now } : {}),
        })
        .where('id', '=', before.id)
        .execute()
      if (isOff)
        await audit(tx, now, by, 'board.resume', subjectOf(linkId), {
          trouble: [before.trouble, null],
        })
    }
    return (await findBoard(tx, place))!
  })
}

/** The board is wound up: its message says so, then its row goes. */
export async function switchBoardOff(
  db: AccountDb,
  now: Instant,
  by: By,
  board: Board,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await tx
      .updateTable('boards')
      .set({ end_why: 'asked', due_at: now })
      .where('id', '=', board.id)
      .execute()
    await audit(tx, now, by, 'board.delete', subjectOf(board.chat_link_id), {
      channel: [board.channel_id, null],
    })
  })
}
