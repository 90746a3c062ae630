import { type Instant, isoOrNull } from '../../src/kernel/index.ts'
import type { MonitorView } from '../../src/monitors/index.ts'
import {
  type Channel,
  type ChannelConfig,
  configOf,
  isToldOf,
  quietUntil,
} from '../../src/notifications/index.ts'
import type { Sealer } from '../../src/storage/index.ts'
import { dotted } from './compose.ts'
import { nameRuns, untilRuns, withCommas } from './present.ts'
import { facts, type Node, type Run, type StateSign, text, time, verbatim } from './reply.ts'

type EventName = ChannelConfig['events'][number]

/** What `level down` leaves: an outage from its beginning to its end. */
export const OUTAGES: readonly EventName[] = ['target.down', 'target.up', 'target.reminder']

const EVENT_WORDS: Readonly<Record<EventName, string>> = {
  'target.down': 'outages',
  'target.up': 'recoveries',
  'target.reminder': 'reminders',
  'target.degraded': 'slowness',
  'target.expiring': 'what expires',
  'incident.acknowledged': 'acknowledgements',
  summary: 'summaries',
  'key.exposed': 'exposed keys',
  test: 'tests',
}

const KIND_WORDS: Readonly<Partial<Record<string, string>>> = {
  discord: 'Discord',
  telegram: 'Telegram',
  email: 'e-mail',
}

const heardWords = (events: readonly EventName[]): string =>
  events.map((event) => EVENT_WORDS[event]).join(', ')

const tagRuns = (tags: readonly string[]): Run[] =>
  tags.length === 0
    ? []
    : [text(tags.length === 1 ? 'tag ' : 'tags '), ...withCommas(tags.map(verbatim))]

/** Why it hears nothing now, or not all; nothing to say where it simply does. */
export function stateOf(
  channel: Channel,
  { quietHours }: ChannelConfig,
  now: Instant,
): { readonly sign: StateSign; readonly why: readonly Run[] | null } {
  if (channel.is_active === 0) {
    const reason = channel.off_reason === null ? [] : [text(': '), verbatim(channel.off_reason)]
    return { sign: 'paused', why: [text('off'), ...reason] }
  }
  if (channel.muted_until !== null && channel.muted_until > now)
    return { sign: 'paused', why: [text('muted '), ...untilRuns(channel.muted_until, now)] }
  if (channel.failing_since !== null) {
    const noticed = time(channel.failing_since, 'relative')
    return { sign: 'degraded', why: [text('nothing gets through, first noticed '), noticed] }
  }
  const quiet = quietHours === null ? null : quietUntil(quietHours, now)
  if (quiet === null) return { sign: 'up', why: null }
  return { sign: 'up', why: [text('outages only '), ...untilRuns(quiet, now)] }
}

function monitorRuns(
  channel: Channel,
  { tags, isDefault }: ChannelConfig,
  all: readonly MonitorView[],
): Run[] {
  const told = all
    .filter(({ monitor: { id, tags: carried, policy } }) =>
      isToldOf(channel, { id, tags: carried, channels: policy.channels }),
    )
    .map(({ monitor }) => monitor.name)
    .toSorted((a, b) => a.localeCompare(b, 'en'))
  const which =
    told.length === 0
      ? [text('none now')]
      : told.length === all.length
        ? [text(`all ${all.length}`)]
        : [...nameRuns(told), text(` (${told.length} of ${all.length})`)]
  return dotted(isDefault ? null : 'only those that name it', tagRuns(tags), which)
}

function mentionRuns(mention: string): Run[] {
  const [kind = '', id] = mention.split(':')
  if (id === undefined) return [text(kind)]
  return [text(kind === 'role' ? 'the role ' : 'the person '), verbatim(id)]
}

/** What a channel is told of, and how. */
export function channelFacts(
  channel: Channel,
  config: ChannelConfig,
  all: readonly MonitorView[],
): Node {
  const { events, quietHours, mention, ringOnUp } = config
  const pairs: (readonly [string, readonly Run[]])[] = [
    ['Told of', [text(events.length === 0 ? 'everything' : heardWords(events))]],
    ['Monitors', monitorRuns(channel, config, all)],
    ['Recoveries', [text(ringOnUp ? 'ring' : 'do not ring')]],
  ]
  if (mention !== null) pairs.push(['Outages call', mentionRuns(mention)])
  if (quietHours !== null) {
    const { from, to, timezone } = quietHours
    pairs.push(['Quiet', [text(`${from} to ${to} by the clocks of ${timezone}, but for outages`)]])
  }
  if (channel.last_delivery_at !== null)
    pairs.push(['Last told', [time(channel.last_delivery_at, 'relative')]])
  return facts(...pairs)
}

/** One among others; where a webhook or a mail goes to is nobody's business in a chat. */
export function channelRow(channel: Channel, sealer: Sealer, now: Instant) {
  const config = configOf(channel, sealer)
  const { sign, why } = stateOf(channel, config, now)
  return {
    state: sign,
    name: channel.name,
    tail: dotted(
      KIND_WORDS[channel.kind] ?? channel.kind,
      why ?? 'on',
      config.events.length === 0 ? null : heardWords(config.events),
      tagRuns(config.tags),
    ),
  }
}

/** One for `--json`. */
export function channelValue(channel: Channel, sealer: Sealer) {
  const { name, type, isActive, isDefault, events, targets, tags, quietHours, mention, ringOnUp } =
    configOf(channel, sealer)
  return {
    id: channel.id,
    name,
    type,
    isActive,
    offReason: channel.off_reason,
    isDefault,
    events,
    targets,
    tags,
    mutedUntil: isoOrNull(channel.muted_until),
    quietHours,
    mention,
    ringOnUp,
    failingSince: isoOrNull(channel.failing_since),
    lastDeliveryAt: isoOrNull(channel.last_delivery_at),
  }
}
