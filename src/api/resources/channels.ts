import { z } from 'zod'
import { type Instant, InvalidInput } from '../../kernel/index.ts'
import {
  type Channel,
  deleteChannel,
  editChannel,
  EVENTS,
  getChannel,
  listChannels,
  settingsOf,
} from '../../notifications/index.ts'
import { rawBody } from '../fields.ts'
import { readMerge } from '../merge.ts'
import { choice, flag } from '../parameters.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { isoOrNull, required, wire, written } from '../wire.ts'

const PATH = '/api/channels'

const shape = z.object({
  id: wire.id,
  name: required(z.string().min(1).max(50)),
  type: wire.text,
  isActive: written(wire.flag),
  events: written(z.array(z.enum(EVENTS))),
  isFailing: wire.flag,
  failingSince: wire.time.nullable(),
  offReason: wire.text.nullable(),
  lastDeliveryAt: wire.time.nullable(),
  discordInfo: z.object({ channelId: wire.text }).optional(),
  telegramInfo: z.object({ chatId: wire.text, threadId: wire.text.nullable() }).optional(),
  createdAt: wire.time,
})

const pathOf = ({ id }: Channel): string => `${PATH}/${id}`

function placeOf(channel: Channel) {
  if (channel.kind === 'discord') return { discordInfo: { channelId: channel.channel_id } }
  if (channel.kind !== 'telegram') return {}
  return { telegramInfo: { chatId: channel.channel_id, threadId: channel.thread_id } }
}

const fieldsOf = (channel: Channel) => ({
  id: channel.id,
  ...settingsOf(channel),
  type: channel.kind,
  isFailing: channel.failing_since !== null,
  failingSince: isoOrNull(channel.failing_since),
  offReason: channel.off_reason,
  lastDeliveryAt: isoOrNull(channel.last_delivery_at),
  ...placeOf(channel),
  createdAt: isoOrNull(channel.created_at satisfies Instant),
})

const itemOf = (channel: Channel): Answer => ({
  kind: 'item',
  type: 'Channel',
  path: pathOf(channel),
  fields: fieldsOf(channel),
})

const find = ({ db, id }: Call): Promise<Channel> => getChannel(db, id)

export const channels: Resource = {
  name: 'Channel',
  title: 'A place that is told: a Discord channel, a Telegram chat or topic',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists channels, newest first; linking a chat makes them',
      parameters: {
        isActive: flag,
        type: choice({ DISCORD: ['discord'], TELEGRAM: ['telegram'], TERMINAL: ['terminal'] }),
      },
      pageSize: 30,
      run: async ({ db, query, page }) => {
        const found = (await listChannels(db))
          .filter((it) => query.isActive === undefined || (it.is_active === 1) === query.isActive)
          .filter(({ kind }) => query.type === undefined || query.type.some((it) => it === kind))
          .toReversed()
        return {
          kind: 'members',
          type: 'Channel',
          path: PATH,
          total: found.length,
          members: found
            .slice(page.offset, page.offset + page.limit)
            .map((it) => ({ path: pathOf(it), fields: fieldsOf(it) })),
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads a channel: what it is told of, and whether telling works',
      find,
      run: async (_, channel) => itemOf(channel),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Changes what a channel is told of, or switches it off or on',
      example: { events: ['target.down', 'target.up'] },
      body: rawBody,
      find,
      revOf: () => 0,
      run: async (call, _, raw) => {
        const { db, now, by, id, isLenient } = call
        const channel = await editChannel(db, now, by, id, (base) => {
          const { wanted, violations } = readMerge(shape, raw, { isLenient, base })
          if (violations.length > 0) throw new InvalidInput(violations)
          return { isActive: true, events: [], ...wanted }
        })
        call.deps.looker.nudge()
        return itemOf(channel)
      },
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Deletes a channel: it is told nothing any more',
      find,
      revOf: () => 0,
      run: async ({ db, now, by, id }) => {
        await deleteChannel(db, now, by, id)
        return { kind: 'nothing' }
      },
    }),
  ],
}
