import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { audit, type By } from '../audit/index.ts'
import { type ChannelId, Fault, type Instant, nameRule, parseInput } from '../kernel/index.ts'
import type { AccountDb, AccountTx } from '../storage/index.ts'
import { type Channel, SWITCHED_ON } from './channels.ts'
import { EVENTS, queueOpen } from './queue.ts'

const EVENTS_RULE = `must be a list of ${EVENTS.join(', ')}; an empty one means all of them`

const fields = z.strictObject({
  name: nameRule,
  isActive: z.boolean('must be true or false'),
  events: z
    .array(z.enum(EVENTS, EVENTS_RULE), EVENTS_RULE)
    .max(EVENTS.length, EVENTS_RULE)
    .transform((events) => [...new Set(events)]),
})

/** What people set of a channel. */
export type ChannelSettings = z.output<typeof fields>

export const settingsOf = (channel: Channel): ChannelSettings => ({
  name: channel.name,
  isActive: channel.is_active === 1,
  events: JSON.parse(channel.events) as ChannelSettings['events'],
})

/** @throws Fault `channel_unknown`, also for another account's */
export async function getChannel(db: AccountTx, id: ChannelId): Promise<Channel> {
  const found = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst()
  if (found === undefined) throw new Fault('channel_unknown', { name: `#${id}` })
  return found
}

/** @throws Fault `channel_unknown`, InvalidInput */
export async function editChannel(
  db: AccountDb,
  now: Instant,
  by: By,
  id: ChannelId,
  change: (settings: ChannelSettings) => Readonly<Record<string, unknown>>,
): Promise<Channel> {
  return db.transaction().execute(async (tx) => {
    const before = settingsOf(await getChannel(tx, id))
    const after = parseInput(fields, change(before))
    if (isDeepStrictEqual(before, after)) return getChannel(tx, id)
    const isBack = after.isActive && !before.isActive
    await tx
      .updateTable('channels')
      .set({
        name: after.name,
        events: JSON.stringify(after.events),
        ...(isBack ? SWITCHED_ON : {}),
        ...(after.isActive ? {} : { is_active: 0, off_reason: `switched off by ${by.name}` }),
      })
      .where('id', '=', id)
      .execute()
    if (!after.isActive)
      await tx
        .updateTable('notifications')
        .set({ state: 'superseded' })
        .where('channel_id', '=', id)
        .where('state', '=', 'pending')
        .execute()
    if (isBack) await queueOpen(tx, now, id)
    const changes = Object.fromEntries(
      (Object.keys(after) as (keyof ChannelSettings)[])
        .filter((field) => !isDeepStrictEqual(before[field], after[field]))
        .map((field) => [field, [before[field], after[field]] as const]),
    )
    await audit(tx, now, by, 'channel.update', `/api/channels/${id}`, changes)
    return getChannel(tx, id)
  })
}

/** It is told nothing any more, and what was told there is forgotten. @throws Fault `channel_unknown` */
export async function deleteChannel(
  db: AccountDb,
  now: Instant,
  by: By,
  id: ChannelId,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { name } = await getChannel(tx, id)
    await tx.deleteFrom('channels').where('id', '=', id).execute()
    await audit(tx, now, by, 'channel.delete', `/api/channels/${id}`, { name: [name, null] })
  })
}
