import { z } from 'zod'
import { type Instant, InvalidInput, isoOrNull } from '../../kernel/index.ts'
import {
  type Channel,
  type ChannelConfig,
  type ChannelTools,
  configOf,
  createChannel,
  deleteChannel,
  editChannel,
  EVENTS,
  getChannel,
  listChannels,
  rotateSecret,
  testChannel,
} from '../../notifications/index.ts'
import { isObject, rawBody } from '../fields.ts'
import { mergePatch, moment, readMerge, relationsTo, type Turn } from '../merge.ts'
import { choice, flag } from '../parameters.ts'
import { type Answer, type Call, pageOf, type Resource, route } from '../route.ts'
import { patchMap, REDACTED, redacted } from '../secrets.ts'
import { required, wire, written } from '../wire.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/channels'
const TARGETS = '/api/targets'
const KINDS = ['discord', 'telegram', 'webhook', 'email', 'terminal'] as const

const shape = z.object({
  id: wire.id,
  name: required(z.string().min(1).max(50)),
  type: required(wire.one(...KINDS)),
  isActive: written(wire.flag),
  isDefault: written(wire.flag),
  events: written(z.array(z.enum(EVENTS))),
  targets: written(z.array(wire.iri('Target')).nullable()),
  tags: written(z.array(wire.text).max(20)),
  mutedUntil: written(wire.time.nullable()),
  quietHours: written(
    z.object({ from: wire.text, to: wire.text, timezone: wire.text }).partial().nullable(),
  ),
  mention: written(wire.text.nullable()),
  ringOnUp: written(wire.flag),
  isFailing: wire.flag,
  failingSince: wire.time.nullable(),
  offReason: wire.text.nullable(),
  lastDeliveryAt: wire.time.nullable(),
  discordInfo: written(z.object({ channelId: wire.text }).optional()),
  telegramInfo: written(
    z.object({ chatId: wire.text, threadId: wire.text.nullable().optional() }).optional(),
  ),
  emailInfo: written(z.object({ to: z.array(wire.text).min(1).max(10) }).optional()),
  webhookInfo: written(
    z.object({ url: wire.text, headers: z.record(z.string(), wire.text).optional() }).optional(),
  ),
  createdAt: wire.time,
  /** In the answer that makes a webhook, and nowhere else; null where that is replayed. */
  secret: wire.text.nullable().optional(),
})

const pathOf = ({ id }: Channel): string => `${PATH}/${id}`

/** Where a webhook lies is a secret of those who set it; who only reads learns at whose host. */
function shownWebhook({ webhookInfo }: ChannelConfig, { principal }: Call) {
  if (webhookInfo === undefined) return {}
  const isOwner = principal.scope === 'admin'
  const { origin, pathname, search } = new URL(webhookInfo.url)
  const isBare = pathname === '/' && search === ''
  return {
    webhookInfo: {
      url: isOwner || isBare ? webhookInfo.url : `${origin}/${REDACTED}`,
      headers: redacted(webhookInfo.headers, isOwner),
    },
  }
}

function fieldsOf(channel: Channel, call: Call): Fields {
  const config = configOf(channel, call.deps.sealer)
  const { discordInfo, telegramInfo, emailInfo } = config
  return {
    id: channel.id,
    name: config.name,
    type: config.type,
    isActive: config.isActive,
    isDefault: config.isDefault,
    events: config.events,
    targets: config.targets?.map((id) => call.site.iri(`${TARGETS}/${id}`)) ?? null,
    tags: config.tags,
    mutedUntil: isoOrNull(config.mutedUntil),
    quietHours: config.quietHours,
    mention: config.mention,
    ringOnUp: config.ringOnUp,
    isFailing: channel.failing_since !== null,
    failingSince: isoOrNull(channel.failing_since),
    offReason: channel.off_reason,
    lastDeliveryAt: isoOrNull(channel.last_delivery_at),
    ...(discordInfo === undefined ? {} : { discordInfo }),
    ...(telegramInfo === undefined ? {} : { telegramInfo }),
    ...(emailInfo === undefined ? {} : { emailInfo }),
    ...shownWebhook(config, call),
    createdAt: isoOrNull(channel.created_at satisfies Instant),
  }
}

const itemOf = (channel: Channel, call: Call): Answer => ({
  kind: 'item',
  type: 'Channel',
  path: pathOf(channel),
  fields: fieldsOf(channel, call),
})

const toolsOf = ({ deps, now, by }: Call): ChannelTools => ({
  now,
  by,
  sealer: deps.sealer,
  chance: deps.chance,
  policy: {
    kinds: new Set(Object.keys(deps.messengers)),
    allowsClearWebhooks: deps.settings.allowInsecureWebhooks,
    refusal: deps.refusal,
  },
  serverOf: async (kind, place) =>
    (await deps.messengers[kind]?.serverOf?.(place, AbortSignal.timeout(PATIENCE_MS))) ?? null,
})

const PATIENCE_MS = 10_000

/** An object of the body as merge patch on what is there. */
const onto =
  (base: unknown): Turn =>
  (value) =>
    isObject(value) ? mergePatch(base, value) : value

/** The same, of which `[redacted]` keeps what is stored. */
const webhookOnto =
  (base: ChannelConfig['webhookInfo']): Turn =>
  (value, name, violations) => {
    if (!isObject(value)) return value
    const { headers, url, ...strange } = value
    const stored = base?.headers ?? {}
    const patched = isObject(headers)
      ? patchMap(`${name}.headers`, stored, headers, violations)
      : headers === undefined
        ? stored
        : (headers ?? {})
    return {
      ...strange,
      headers: patched,
      ...(url === undefined && base !== undefined ? { url: base.url } : { url }),
    }
  }

/** A whole one, or a merge patch on `base`. @throws InvalidInput */
function read(raw: Fields, { site, isLenient }: Call, base?: ChannelConfig): Fields {
  const turns = {
    targets: relationsTo(TARGETS, site),
    mutedUntil: moment,
    quietHours: onto(base?.quietHours),
    telegramInfo: onto(base?.telegramInfo),
    webhookInfo: webhookOnto(base?.webhookInfo),
  }
  const { wanted, violations } = readMerge(shape, raw, { isLenient, base, turns })
  if (violations.length > 0) throw new InvalidInput(violations)
  return wanted
}

const find = ({ db, id }: Call): Promise<Channel> => getChannel(db, id)

const tested = z.object({ status: wire.one('sent', 'failed'), error: wire.text.nullable() })
const renewed = z.object({ secret: wire.text.nullable() })

export const channels: Resource = {
  name: 'Channel',
  title: 'A place that is told: a Discord channel, a Telegram chat or topic, a webhook, a mailbox',
  path: PATH,
  shape,
  others: [
    { name: 'ChannelTest', title: 'What came of telling a channel now', shape: tested },
    { name: 'ChannelSecret', title: 'A webhook’s new signing secret', shape: renewed },
  ],
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists channels, newest first; linking a chat makes one, too',
      parameters: {
        isActive: flag,
        type: choice(Object.fromEntries(KINDS.map((kind) => [kind.toUpperCase(), [kind]]))),
      },
      pageSize: 30,
      run: async (call) => {
        const { db, query } = call
        const found = (await listChannels(db))
          .filter((it) => query.isActive === undefined || (it.is_active === 1) === query.isActive)
          .filter(({ kind }) => query.type === undefined || query.type.some((it) => it === kind))
          .toReversed()
        return pageOf('Channel', PATH, found, call, (it) => ({
          path: pathOf(it),
          fields: fieldsOf(it, call),
        }))
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'admin',
      summary: 'Adds a channel; a webhook’s signing secret is in this answer alone',
      example: {
        name: 'On-call',
        type: 'webhook',
        events: ['target.down', 'target.up'],
        webhookInfo: { url: 'https://hooks.example.com/uptalk' },
      },
      creates: true,
      body: rawBody,
      run: async (call, _, raw) => {
        const { channel, secret } = await createChannel(call.db, toolsOf(call), read(raw, call))
        call.deps.looker.nudge()
        return {
          kind: 'item',
          type: 'Channel',
          path: pathOf(channel),
          status: 201,
          fields: { ...fieldsOf(channel, call), ...(secret === undefined ? {} : { secret }) },
          secrets: ['secret'],
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads a channel: what it is told of, and whether telling works',
      find,
      run: async (call, channel) => itemOf(channel, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Changes what a channel is told of, mutes it, or switches it off or on',
      example: { events: ['target.down', 'target.up'] },
      body: rawBody,
      find,
      revOf: () => 0,
      run: async (call, _, raw) => {
        const { db, id } = call
        const change = (base: ChannelConfig) => read(raw, call, base)
        const channel = await editChannel(db, toolsOf(call), id, change)
        call.deps.looker.nudge()
        return itemOf(channel, call)
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/test`,
      scope: 'admin',
      summary: 'Tells a channel something now, and says whether that worked',
      answers: 'ChannelTest',
      find,
      run: async (call, channel) => {
        const { deps, db, by } = call
        const fields = { ...(await testChannel(db, deps, channel, by.name)) }
        deps.looker.nudge()
        return { kind: 'item', type: 'ChannelTest', path: null, fields }
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/rotate_secret`,
      scope: 'admin',
      summary: 'Makes a webhook’s new signing secret; the old one signs along for a day',
      answers: 'ChannelSecret',
      find,
      run: async (call) => ({
        kind: 'item',
        type: 'ChannelSecret',
        path: null,
        fields: { secret: await rotateSecret(call.db, toolsOf(call), call.id) },
        secrets: ['secret'],
      }),
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
