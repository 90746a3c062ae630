import type { Instant } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'

/** Whether something waits to be told in a chat, or is being told: what can wait gives way to it. */
export async function isTelling(
  db: Db,
  now: Instant,
  kind: string,
  channelId: string,
): Promise<boolean> {
  const waiting = await db
    .selectFrom('notifications')
    .innerJoin('channels', 'channels.id', 'notifications.channel_id')
    .select('notifications.id')
    .where('channels.kind', '=', kind)
    .where('channels.channel_id', '=', channelId)
    .where('channels.is_active', '=', 1)
    .where('notifications.state', '=', 'pending')
    .where('notifications.due_at', '<=', now)
    .executeTakeFirst()
  return waiting !== undefined
}
