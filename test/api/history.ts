import { addChannel } from '../../src/notifications/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import type { Account, House } from './house.ts'

/** An incident of a target, as the engine would have written it. */
export async function addIncident(
  { db, clock }: House,
  account: Account,
  monitorId: number,
  more: { readonly resolvedAt?: number; readonly startedAt?: number } = {},
): Promise<number> {
  const startedAt = more.startedAt ?? clock.now() - 60_000
  const { id } = await bindAccount(db, account.id)
    .insertInto('incidents')
    .values({
      monitor_id: monitorId,
      monitor_name: 'Shop',
      url: 'https://shop.example/',
      severity: 'down',
      started_at: startedAt,
      detected_at: startedAt + 20_000,
      code: 'connect_refused',
      message: 'connection refused',
      failures: 2,
      ...(more.resolvedAt === undefined
        ? {}
        : { resolved_at: more.resolvedAt, closed_at: more.resolvedAt, end_reason: 'resolved' }),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** A Discord server of the account's, and its channel. */
export async function linked(house: House, account: Account, serverId: string): Promise<void> {
  const db = bindAccount(house.db, account.id)
  const { id } = await db
    .insertInto('chat_links')
    .values({
      platform: 'discord',
      server_id: serverId,
      title: 'Team',
      linked_by: '1',
      linked_by_name: 'Ann',
      linked_at: house.clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const channelId = `70000${serverId.replaceAll(/\D/g, '')}`
  await addChannel(db, house.clock.now(), {
    kind: 'discord',
    name: 'alerts',
    linkId: id,
    channelId,
    threadId: null,
  })
}
