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
import { counted, fill } from './sentences.ts'

const SAYS = {
  events: {
    'target.down': 'outages',
    'target.up': 'recoveries',
    'target.reminder': 'reminders',
    'target.degraded': 'slowness',
    'target.expiring': 'what expires',
    'target.burning': 'budgets spent too fast',
    'incident.acknowledged': 'acknowledgements',
    summary: 'summaries',
    'key.exposed': 'exposed keys',
    test: 'tests',
  },
  everything: 'everything',
  kinds: { discord: 'Discord', telegram: 'Telegram', email: 'e-mail' },
  tagged: { one: 'tag {tags}', other: 'tags {tags}' },
  on: 'on',
  off: 'off',
  offBecause: 'off: {reason}',
  muted: 'muted {until}',
  failing: 'nothing gets through, first noticed {ago}',
  quietNow: 'outages only {until}',
  noMonitor: 'none now',
  allMonitors: 'all {count}',
  someMonitors: '{names} ({count} of {total})',
  onlyNaming: 'only those that name it',
  role: 'the role {id}',
  person: 'the person {id}',
  ring: 'ring',
  doNotRing: 'do not ring',
  quietHours: '{from} to {to} by the clocks of {zone}, but for outages',
  toldOf: 'Told of',
  monitors: 'Monitors',
  recoveries: 'Recoveries',
  outagesCall: 'Outages call',
  quiet: 'Quiet',
  lastTold: 'Last told',
} as const

type EventName = ChannelConfig['events'][number]

/** What `level down` leaves: an outage from its beginning to its end. */
export const OUTAGES: readonly EventName[] = ['target.down', 'target.up', 'target.reminder']

const KINDS: Readonly<Partial<Record<string, string>>> = SAYS.kinds

const heardWords = (events: readonly EventName[]): string =>
  events.map((event) => SAYS.events[event]).join(', ')

const tagRuns = (tags: readonly string[]): Run[] =>
  tags.length === 0
    ? []
    : fill(counted(SAYS.tagged, tags.length), { tags: withCommas(tags.map(verbatim)) })

/** Why it hears nothing now, or not all; nothing to say where it simply does. */
export function stateOf(
  channel: Channel,
  { quietHours }: ChannelConfig,
  now: Instant,
): { readonly sign: StateSign; readonly why: readonly Run[] | null } {
  if (channel.is_active === 0) {
    const reason = channel.off_reason
    return {
      sign: 'paused',
      why: reason === null ? fill(SAYS.off) : fill(SAYS.offBecause, { reason: verbatim(reason) }),
    }
  }
  if (channel.muted_until !== null && channel.muted_until > now)
    return {
      sign: 'paused',
      why: fill(SAYS.muted, { until: untilRuns(channel.muted_until, now) }),
    }
  if (channel.failing_since !== null) {
    const ago = time(channel.failing_since, 'relative')
    return { sign: 'degraded', why: fill(SAYS.failing, { ago }) }
  }
  const quiet = quietHours === null ? null : quietUntil(quietHours, now)
  if (quiet === null) return { sign: 'up', why: null }
  return { sign: 'up', why: fill(SAYS.quietNow, { until: untilRuns(quiet, now) }) }
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
      ? fill(SAYS.noMonitor)
      : told.length === all.length
        ? fill(SAYS.allMonitors, { count: all.length })
        : fill(SAYS.someMonitors, {
            names: nameRuns(told),
            count: told.length,
            total: all.length,
          })
  return dotted(isDefault ? null : SAYS.onlyNaming, tagRuns(tags), which)
}

function mentionRuns(mention: string): Run[] {
  const [kind = '', id] = mention.split(':')
  if (id === undefined) return [text(kind)]
  return fill(kind === 'role' ? SAYS.role : SAYS.person, { id: verbatim(id) })
}

/** What a channel is told of, and how. */
export function channelFacts(
  channel: Channel,
  config: ChannelConfig,
  all: readonly MonitorView[],
): Node {
  const { events, quietHours, mention, ringOnUp } = config
  const pairs: (readonly [string, readonly Run[]])[] = [
    [SAYS.toldOf, [text(events.length === 0 ? SAYS.everything : heardWords(events))]],
    [SAYS.monitors, monitorRuns(channel, config, all)],
    [SAYS.recoveries, fill(ringOnUp ? SAYS.ring : SAYS.doNotRing)],
  ]
  if (mention !== null) pairs.push([SAYS.outagesCall, mentionRuns(mention)])
  if (quietHours !== null) {
    const { from, to, timezone } = quietHours
    pairs.push([SAYS.quiet, fill(SAYS.quietHours, { from, to, zone: timezone })])
  }
  if (channel.last_delivery_at !== null)
    pairs.push([SAYS.lastTold, [time(channel.last_delivery_at, 'relative')]])
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
      KINDS[channel.kind] ?? channel.kind,
      why ?? SAYS.on,
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
