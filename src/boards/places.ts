import type { Db } from '../storage/index.ts'

interface LinkRef {
  readonly platform: string
  readonly serverId: string
}

const ofPlace = (db: Db, { platform, serverId }: LinkRef) =>
  db
    .updateTable('boards')
    .where('chat_link_id', 'in', (eb) =>
      eb
        .selectFrom('chat_links')
        .select('chat_links.id')
        .where('platform', '=', platform)
        .where('server_id', '=', serverId),
    )

/** The bot was put out of a place: its boards there wait for its return. */
export async function restBoards(db: Db, place: LinkRef, why: string): Promise<void> {
  await ofPlace(db, place).set({ is_active: 0, trouble: why }).where('is_active', '=', 1).execute()
}

/** The bot is back. */
export async function wakeBoards(db: Db, place: LinkRef): Promise<void> {
  await ofPlace(db, place)
    .set({ is_active: 1, trouble: null, failures: 0, due_at: 0, unpinned_why: null })
    .where('is_active', '=', 0)
    .execute()
}

/**
 * A chat has another id now. Its messages are not known there by theirs, which others may have: the
 * board is posted anew. One that is there already stays as it is.
 */
export async function moveBoards(
  db: Db,
  platform: string,
  from: string,
  to: string,
): Promise<void> {
  await db
    .updateTable('boards')
    .set({
      channel_id: to,
      message_id: null,
      former_id: null,
      is_pinned: 0,
      unpinned_why: null,
      due_at: 0,
    })
    .where('platform', '=', platform)
    .where('channel_id', '=', from)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('boards as there')
            .select('there.id')
            .where('there.platform', '=', platform)
            .where('there.channel_id', '=', to)
            .where('there.thread_id', 'is not distinct from', eb.ref('boards.thread_id')),
        ),
      ),
    )
    .execute()
}
