import { isDeepStrictEqual } from 'node:util'
import { audit, type By, type Changes } from '../audit/index.ts'
import {
  type Chance,
  type ChannelId,
  Fault,
  HOUR,
  type Instant,
  InvalidInput,
  parseInput,
  type Violation,
} from '../kernel/index.ts'
import { type AccountDb, type AccountTx, type Sealer, sqliteCode } from '../storage/index.ts'
import { type Channel, SWITCHED_ON } from './channels.ts'
import { type ChannelConfig, type ChannelPolicy, ruleFor, type WebhookInfo } from './config.ts'
import { queueOpen } from './queue.ts'

/** What a change of channels is made with. */
export interface ChannelTools {
  readonly now: Instant
  readonly by: By
  readonly sealer: Sealer
  readonly chance: Chance
  readonly policy: ChannelPolicy
  /** The server or chat that a place lies in; null: not known to the platform. */
  readonly serverOf: (kind: string, place: Place) => Promise<string | null>
}

interface Place {
  readonly channelId: string
  readonly threadId: string | null
}

/** A webhook's sealed part; the second secret signs along until it ends. */
export interface WebhookSecrets extends WebhookInfo {
  readonly secret: string
  readonly old?: { readonly secret: string; readonly until: Instant }
}

const SECRET_BYTES = 32
const OVERLAP_MS = 24 * HOUR

const newSecret = (chance: Chance): string =>
  `whsec_${Buffer.from(chance.bytes(SECRET_BYTES)).toString('base64')}`

export const openSecrets = (
  { secrets }: { readonly secrets: string | null },
  sealer: Sealer,
): WebhookSecrets => JSON.parse(sealer.open(secrets ?? '')) as WebhookSecrets

/** The part of a configuration that its kind alone has. */
function infoOf(channel: Channel, sealer: Sealer): Partial<ChannelConfig> {
  switch (channel.kind) {
    case 'discord':
      return { discordInfo: { channelId: channel.channel_id } }
    case 'telegram':
      return { telegramInfo: { chatId: channel.channel_id, threadId: channel.thread_id } }
    case 'email':
      return { emailInfo: JSON.parse(channel.info ?? '') as { to: string[] } }
    case 'webhook': {
      const { url, headers } = openSecrets(channel, sealer)
      return { webhookInfo: { url, headers } }
    }
    default:
      return {}
  }
}

/** What people set of a channel, as `editChannel` hands it to a change. */
export const configOf = (channel: Channel, sealer: Sealer): ChannelConfig => ({
  name: channel.name,
  type: channel.kind,
  isActive: channel.is_active === 1,
  isDefault: channel.is_default === 1,
  events: JSON.parse(channel.events) as ChannelConfig['events'],
  targets:
    channel.targets === null ? null : (JSON.parse(channel.targets) as ChannelConfig['targets']),
  tags: JSON.parse(channel.tags) as string[],
  mutedUntil: channel.muted_until,
  quietHours:
    channel.quiet_hours === null
      ? null
      : (JSON.parse(channel.quiet_hours) as ChannelConfig['quietHours']),
  mention: channel.mention,
  ringOnUp: channel.ring_on_up === 1,
  ...infoOf(channel, sealer),
})

function toColumns(config: ChannelConfig) {
  const { discordInfo, telegramInfo, emailInfo } = config
  return {
    name: config.name,
    is_default: config.isDefault ? (1 as const) : (0 as const),
    events: JSON.stringify(config.events),
    targets: config.targets === null ? null : JSON.stringify(config.targets),
    tags: JSON.stringify(config.tags),
    muted_until: config.mutedUntil,
    quiet_hours: config.quietHours === null ? null : JSON.stringify(config.quietHours),
    mention: config.mention,
    ring_on_up: config.ringOnUp ? (1 as const) : (0 as const),
    ...(discordInfo === undefined ? {} : { channel_id: discordInfo.channelId }),
    ...(telegramInfo === undefined
      ? {}
      : { channel_id: telegramInfo.chatId, thread_id: telegramInfo.threadId }),
    ...(emailInfo === undefined ? {} : { info: JSON.stringify(emailInfo) }),
  }
}

/** @throws Fault `channel_unknown`, also for another account's */
export async function getChannel(db: AccountTx, id: ChannelId): Promise<Channel> {
  const found = await db.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst()
  if (found === undefined) throw new Fault('channel_unknown', { name: `#${id}` })
  return found
}

const iri = (id: ChannelId): string => `/api/channels/${id}`

const flat = ({ webhookInfo, emailInfo, ...shared }: Partial<ChannelConfig>) => ({
  ...shared,
  ...(emailInfo === undefined ? {} : { to: emailInfo.to }),
  ...(webhookInfo === undefined ? {} : { webhookInfo }),
})

/** Old and new of each field that differs; where a webhook lies is a secret. */
function differences(before: Partial<ChannelConfig>, after: ChannelConfig): Changes {
  const [old, fresh] = [flat(before) as Record<string, unknown>, { ...flat(after) }]
  return Object.fromEntries(
    Object.entries(fresh)
      .filter(([field, value]) => !isDeepStrictEqual(old[field] ?? null, value ?? null))
      .map(([field, value]) => [
        field,
        field === 'webhookInfo' ? ['[redacted]', '[redacted]'] : [old[field] ?? null, value],
      ]),
  )
}

/** @throws InvalidInput */
function parse(
  input: Readonly<Record<string, unknown>>,
  { policy, now }: ChannelTools,
): ChannelConfig {
  const type = String(input['type'])
  const config: ChannelConfig = parseInput(ruleFor(type, policy), input)
  return config.mutedUntil !== null && config.mutedUntil <= now
    ? { ...config, mutedUntil: null }
    : config
}

async function refuseStrangers(tx: AccountTx, { targets }: ChannelConfig): Promise<void> {
  if (targets === null || targets.length === 0) return
  const rows = await tx.selectFrom('monitors').select('id').where('id', 'in', targets).execute()
  const mine = new Set(rows.map(({ id }) => id))
  const violations = targets.flatMap((id, index): Violation[] => {
    if (mine.has(id)) return []
    const path = `targets[${index}]`
    return [{ path, code: 'not_found', message: 'must be a monitor of yours' }]
  })
  if (violations.length > 0) throw new InvalidInput(violations)
}

/** A chat lies in a server or chat that is linked to the account. @throws InvalidInput */
async function linkOf(tx: AccountTx, config: ChannelConfig, server: string | null) {
  const field = config.type === 'discord' ? 'discordInfo.channelId' : 'telegramInfo.chatId'
  const link =
    server === null
      ? undefined
      : await tx
          .selectFrom('chat_links')
          .select('id')
          .where('platform', '=', config.type)
          .where('server_id', '=', server)
          .executeTakeFirst()
  if (link !== undefined) return link.id
  const message = 'must be in a chat that is linked to your account; link it first'
  throw new InvalidInput([{ path: field, code: 'not_found', message }])
}

const placeOf = (config: ChannelConfig): Place | undefined => {
  if (config.discordInfo !== undefined) return { ...config.discordInfo, threadId: null }
  if (config.telegramInfo === undefined) return undefined
  const { chatId, threadId } = config.telegramInfo
  return { channelId: chatId, threadId }
}

async function refuseTaken<T>(config: ChannelConfig, store: () => Promise<T>): Promise<T> {
  try {
    return await store()
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
    throw new Fault('place_told', { name: JSON.stringify(config.name) })
  }
}

const MADE_BY_HAND = ['discord', 'telegram', 'webhook', 'email']
const NOT_SET_UP: Readonly<Record<string, string>> = {
  discord: 'DISCORD_TOKEN',
  telegram: 'TELEGRAM_TOKEN',
  email: 'SMTP_URL and SMTP_FROM',
}

function kindTrouble(type: unknown, { kinds }: ChannelPolicy): Violation | undefined {
  if (type === undefined) return { path: 'type', code: 'required', message: 'is required' }
  if (typeof type !== 'string' || !MADE_BY_HAND.includes(type))
    return { path: 'type', code: 'enum', message: `must be ${MADE_BY_HAND.join(', ')}` }
  if (kinds.has(type)) return undefined
  const message = `cannot be ${type}: it is not set up here (${NOT_SET_UP[type]})`
  return { path: 'type', code: 'conflict', message }
}

/**
 * A channel; a chat hears at once of what is going on. A webhook's signing secret is in this answer
 * alone. @throws InvalidInput, Fault `place_told`
 */
export async function createChannel(
  db: AccountDb,
  tools: ChannelTools,
  input: Readonly<Record<string, unknown>>,
): Promise<{ readonly channel: Channel; readonly secret: string | undefined }> {
  const { now, by, sealer, chance } = tools
  const trouble = kindTrouble(input['type'], tools.policy)
  if (trouble !== undefined) throw new InvalidInput([trouble])
  const config = parse(input, tools)
  const place = placeOf(config)
  const server = place === undefined ? null : await tools.serverOf(config.type, place)
  const secret = config.type === 'webhook' ? newSecret(chance) : undefined
  const sealed: Pick<Channel, 'secrets'> = {
    secrets:
      secret === undefined ? null : sealer.seal(JSON.stringify({ ...config.webhookInfo!, secret })),
  }
  const unique = Buffer.from(chance.bytes(12)).toString('hex')
  return db.transaction().execute(async (tx) => {
    await refuseStrangers(tx, config)
    const linkId = place === undefined ? null : await linkOf(tx, config, server)
    const { id } = await refuseTaken(config, () =>
      tx
        .insertInto('channels')
        .values({
          kind: config.type,
          channel_id: unique,
          ...toColumns(config),
          ...sealed,
          chat_link_id: linkId,
          is_active: config.isActive ? 1 : 0,
          created_at: now,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
    if (config.isActive) await queueOpen(tx, now, id)
    await audit(tx, now, by, 'channel.create', iri(id), differences({}, config))
    return { channel: await getChannel(tx, id), secret }
  })
}

/**
 * Changes a channel to what `change` makes of its configuration, as a whole or not at all.
 * @throws Fault `channel_unknown`, `place_told`, InvalidInput
 */
export async function editChannel(
  db: AccountDb,
  tools: ChannelTools,
  id: ChannelId,
  change: (config: ChannelConfig) => Readonly<Record<string, unknown>>,
): Promise<Channel> {
  const { now, by, sealer } = tools
  const wanted = (channel: Channel) => {
    const before = configOf(channel, sealer)
    const input = change(before)
    if (input['type'] !== undefined && input['type'] !== before.type)
      throw new InvalidInput([
        { path: 'type', code: 'immutable', message: `is ${before.type} and stays so` },
      ])
    return [before, parse({ ...input, type: before.type }, tools)] as const
  }
  // Asked of the platform before the transaction: no network is awaited inside.
  const [seen, asked] = wanted(await getChannel(db, id))
  const place = placeOf(asked)
  const hasMoved = !isDeepStrictEqual(placeOf(seen), place)
  const server = hasMoved && place !== undefined ? await tools.serverOf(asked.type, place) : null

  return db.transaction().execute(async (tx) => {
    const channel = await getChannel(tx, id)
    const [before, after] = wanted(channel)
    if (isDeepStrictEqual(before, after)) return channel
    if (!isDeepStrictEqual(before.targets, after.targets)) await refuseStrangers(tx, after)
    const linkId = hasMoved ? await linkOf(tx, after, server) : channel.chat_link_id
    const isBack = after.isActive && !before.isActive
    const secrets =
      after.webhookInfo === undefined || isDeepStrictEqual(before.webhookInfo, after.webhookInfo)
        ? channel.secrets
        : sealer.seal(JSON.stringify({ ...openSecrets(channel, sealer), ...after.webhookInfo }))
    await refuseTaken(after, () =>
      tx
        .updateTable('channels')
        .set({
          ...toColumns(after),
          secrets,
          chat_link_id: linkId,
          ...(isBack ? SWITCHED_ON : {}),
          ...(after.isActive ? {} : { is_active: 0, off_reason: `switched off by ${by.name}` }),
        })
        .where('id', '=', id)
        .execute(),
    )
    if (hasMoved) await tx.deleteFrom('messages').where('channel_id', '=', id).execute()
    const waiting = tx
      .updateTable('notifications')
      .where('channel_id', '=', id)
      .where('state', '=', 'pending')
    if (!after.isActive) await waiting.set({ state: 'superseded' }).execute()
    // Whether it still wants quiet is asked anew.
    else await waiting.set({ due_at: now }).where('is_held', '=', 1).execute()
    if (isBack) await queueOpen(tx, now, id)
    await audit(tx, now, by, 'channel.update', iri(id), differences(before, after))
    return getChannel(tx, id)
  })
}

/** A new signing secret; the old one signs along for a day. @throws Fault `channel_unsigned` */
export async function rotateSecret(
  db: AccountDb,
  { now, by, sealer, chance }: ChannelTools,
  id: ChannelId,
): Promise<string> {
  return db.transaction().execute(async (tx) => {
    const channel = await getChannel(tx, id)
    if (channel.kind !== 'webhook') throw new Fault('channel_unsigned', { name: channel.name })
    const { secret: old, ...rest } = openSecrets(channel, sealer)
    const secret = newSecret(chance)
    const next: WebhookSecrets = { ...rest, secret, old: { secret: old, until: now + OVERLAP_MS } }
    await tx
      .updateTable('channels')
      .set({ secrets: sealer.seal(JSON.stringify(next)) })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'channel.rotate_secret', iri(id))
    return secret
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
    await audit(tx, now, by, 'channel.delete', iri(id), { name: [name, null] })
  })
}
