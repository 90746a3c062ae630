import { z } from 'zod'
import { zoneRule } from '../accounts/index.ts'
import { type Instant, type MonitorId, nameRule, tagsRule } from '../kernel/index.ts'
import type { QuietHours } from './quiet.ts'
import { EVENTS, type EventName } from './recipients.ts'

/** What a webhook is told by. */
export interface WebhookInfo {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Everything about a channel that people set, valid as a whole. */
export interface ChannelConfig {
  readonly name: string
  readonly type: string
  readonly isActive: boolean
  readonly isDefault: boolean
  readonly events: readonly EventName[]
  /** Null: every monitor, or with tags those that carry one of them. */
  readonly targets: readonly MonitorId[] | null
  readonly tags: readonly string[]
  readonly mutedUntil: Instant | null
  readonly quietHours: QuietHours | null
  readonly mention: string | null
  readonly ringOnUp: boolean
  readonly discordInfo?: { readonly channelId: string }
  readonly telegramInfo?: { readonly chatId: string; readonly threadId: string | null }
  readonly emailInfo?: { readonly to: readonly string[] }
  readonly webhookInfo?: WebhookInfo
}

const EVENTS_RULE = `must be a list of ${EVENTS.join(', ')}; an empty one means all of them`
const FLAG_RULE = 'must be true or false'
const TARGETS_RULE = 'must be null for all, or a list of at most 1000 different monitors of yours'
const QUIET_RULE = 'must be null, or an object of from, to (HH:MM) and timezone'
const CLOCK_RULE = 'must be a time of day such as 22:00'
const MENTION_RULE =
  'must be null, everyone, here, role:ID or user:ID on Discord, and null or user:ID on Telegram'
const ADDRESSES_RULE = 'must be a list of 1 to 10 different mail addresses'
const MENTION = /^(?:everyone|here|(?:role|user):\d{1,20})$/
const HEADERS_RULE = 'must be an object of at most 20 header names and values'
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/
const HEADER_VALUE = /^[\t\x20-\x7e]{1,2000}$/
/** Ours to set: what a request says of itself, and what its signature stands on. */
const OWN_HEADER =
  /^(?:host|content-.*|connection|transfer-encoding|upgrade|te|trailer|expect|webhook-.*|user-agent|proxy-.*)$/i
const UNIT = { error: TARGETS_RULE, params: { code: 'length' } } as const

const differ = (items: readonly unknown[]): boolean => new Set(items).size === items.length

const clock = z.string(CLOCK_RULE).regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, CLOCK_RULE)

const quietHours = z
  .strictObject(
    {
      from: clock,
      to: clock,
      timezone: zoneRule.default('UTC'),
    },
    QUIET_RULE,
  )
  .refine(({ from, to }) => from !== to, {
    error: 'must end at another time than it begins',
    path: ['to'],
    params: { code: 'range' },
  })

const headers = z
  .record(z.string(), z.string(HEADERS_RULE), HEADERS_RULE)
  .refine((map) => Object.keys(map).length <= 20, {
    error: HEADERS_RULE,
    params: { code: 'length' },
  })
  .superRefine((map, context) => {
    for (const [name, value] of Object.entries(map)) {
      const rule = OWN_HEADER.test(name)
        ? 'is set by Uptalk itself; leave it out'
        : HEADER_NAME.test(name) && HEADER_VALUE.test(value)
          ? undefined
          : 'must be a header name with 1 to 2000 printable ASCII characters'
      if (rule !== undefined)
        context.addIssue({
          code: 'custom',
          message: rule,
          path: [name],
          params: { code: 'format' },
        })
    }
  })
  .transform((map) =>
    Object.fromEntries(Object.entries(map).map(([name, value]) => [name.toLowerCase(), value])),
  )
  .default({})

const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(host)

/** What this installation has to tell by. */
export interface ChannelPolicy {
  /** Kinds of channels that can be told at all. */
  readonly kinds: ReadonlySet<string>
  readonly allowsClearWebhooks: boolean
  /** Why a literal host may not be told. */
  readonly refusal: (host: string) => string | undefined
}

/** What of a webhook's address is wrong; nothing: it may be told. */
function addressTrouble(text: string, policy: ChannelPolicy): string | undefined {
  const url = /^https?:\/\/\S+$/i.test(text) ? URL.parse(text) : null
  if (url === null || text.length > 2048)
    return 'must be a web address such as https://example.com/hooks/1, at most 2048 characters'
  if (url.username !== '' || url.password !== '')
    return 'must be an address without user and password; put them in webhookInfo.headers'
  if (url.protocol === 'http:' && !policy.allowsClearWebhooks && !isLoopback(url.hostname))
    return 'must begin with https://; plain http is for this machine alone'
  const refused = policy.refusal(url.hostname)
  return refused === undefined ? undefined : `cannot be that: ${refused}`
}

const shared = {
  name: nameRule,
  isActive: z.boolean(FLAG_RULE).default(true),
  isDefault: z.boolean(FLAG_RULE).default(true),
  events: z
    .array(z.enum(EVENTS, EVENTS_RULE), EVENTS_RULE)
    .max(2 * EVENTS.length, EVENTS_RULE)
    .transform((events) => [...new Set(events)])
    .default([]),
  targets: z
    .array(z.int(TARGETS_RULE).min(1, TARGETS_RULE), TARGETS_RULE)
    .max(1000, TARGETS_RULE)
    .refine(differ, UNIT)
    .nullable()
    .default(null),
  tags: tagsRule,
  mutedUntil: z.int().nullable().default(null),
  quietHours: quietHours.nullable().default(null),
  mention: z.null(MENTION_RULE).default(null),
  ringOnUp: z.boolean(FLAG_RULE).default(false),
}

const mentioned = z
  .string(MENTION_RULE)
  // As Discord writes them itself.
  .transform((text) =>
    text
      .trim()
      .replace(/^<@&(\d+)>$/, 'role:$1')
      .replace(/^<@!?(\d+)>$/, 'user:$1')
      .replace(/^@(everyone|here)$/, '$1'),
  )

const SNOWFLAKE_RULE = 'must be a Discord channel id, all digits'
const CHAT_RULE = 'must be a Telegram chat id such as -1001234567890'
const TOPIC_RULE = 'must be null, or a topic id, all digits'

/** What a kind of channel takes besides what all do, and how it is kept. */
export function ruleFor(type: string, policy: ChannelPolicy) {
  const base = { ...shared, type: z.literal(type) }
  switch (type) {
    case 'discord':
      return z.strictObject({
        ...base,
        mention: mentioned
          .refine((text) => MENTION.test(text), { error: MENTION_RULE, params: { code: 'format' } })
          .nullable()
          .default(null),
        discordInfo: z.strictObject(
          { channelId: z.string(SNOWFLAKE_RULE).regex(/^\d{1,20}$/, SNOWFLAKE_RULE) },
          'must be an object of channelId',
        ),
      })
    case 'telegram':
      return z.strictObject({
        ...base,
        mention: mentioned
          .refine((text) => /^user:\d+$/.test(text), {
            error: MENTION_RULE,
            params: { code: 'format' },
          })
          .nullable()
          .default(null),
        telegramInfo: z.strictObject(
          {
            chatId: z.string(CHAT_RULE).regex(/^-?\d{1,20}$/, CHAT_RULE),
            threadId: z
              .string(TOPIC_RULE)
              .regex(/^\d{1,20}$/, TOPIC_RULE)
              .nullable()
              .default(null),
          },
          'must be an object of chatId and threadId',
        ),
      })
    case 'email':
      return z.strictObject({
        ...base,
        emailInfo: z.strictObject(
          {
            to: z
              .array(z.email(ADDRESSES_RULE).max(254, ADDRESSES_RULE), ADDRESSES_RULE)
              .min(1, ADDRESSES_RULE)
              .max(10, ADDRESSES_RULE)
              .refine(differ, { error: ADDRESSES_RULE, params: { code: 'length' } }),
          },
          'must be an object of to',
        ),
      })
    case 'webhook':
      return z.strictObject({
        ...base,
        webhookInfo: z.strictObject(
          {
            url: z.string('must be a web address').superRefine((text, context) => {
              const trouble = addressTrouble(text, policy)
              // The address is a secret itself: it is not repeated.
              const params = { code: 'format', secret: true }
              if (trouble !== undefined)
                context.addIssue({ code: 'custom', message: trouble, params })
            }),
            headers,
          },
          'must be an object of url and headers',
        ),
      })
    default:
      // A terminal is where the demo runs: it is there, and nothing of it is set by its kind.
      return z.strictObject(base)
  }
}
