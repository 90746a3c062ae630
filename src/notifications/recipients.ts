import type { ChannelId, MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared, type Tables } from '../storage/index.ts'

/** What a channel may choose to be told of; the names are the wire's. */
export const EVENTS = [
  'target.down',
  'target.up',
  'target.reminder',
  'target.degraded',
  'target.expiring',
  'target.burning',
  'incident.acknowledged',
  'summary',
  'key.exposed',
  'test',
] as const

export type EventName = (typeof EVENTS)[number]
type Severity = Tables['incidents']['severity']
/** What is said of an incident. */
export type Saying = 'alert' | 'recovery' | 'reminder' | 'acknowledged'

const OUTAGE: Readonly<Record<Saying, EventName>> = {
  alert: 'target.down',
  recovery: 'target.up',
  reminder: 'target.reminder',
  acknowledged: 'incident.acknowledged',
}

const WARNINGS = {
  degraded: 'target.degraded',
  warning: 'target.expiring',
  burning: 'target.burning',
} as const satisfies Partial<Record<Severity, EventName>>

/** What is said of an incident, as channels choose it. */
export function eventNameOf(saying: Saying, severity: Severity): EventName {
  return severity === 'down' || saying === 'acknowledged' ? OUTAGE[saying] : WARNINGS[severity]
}

/** How a kind of channel is told: one message that is edited, a mail each, a fact each. */
export type Manner = 'message' | 'mail' | 'fact'

const MANNERS: Readonly<Partial<Record<string, Manner>>> = { email: 'mail', webhook: 'fact' }

export const mannerOf = (kind: string): Manner => MANNERS[kind] ?? 'message'

export interface Recipient {
  readonly id: ChannelId
  readonly kind: string
  readonly events: string
  readonly targets: string | null
  readonly tags: string
  readonly is_default: 0 | 1
}

/** A channel with an empty list hears of everything. */
export const hears = ({ events }: Pick<Recipient, 'events'>, event: EventName): boolean =>
  events === '[]' || (JSON.parse(events) as string[]).includes(event)

/** With tags, no list of monitors names none. */
function covers({ targets, tags }: Recipient, id: MonitorId, tagsOfIt: readonly string[]): boolean {
  const wanted = JSON.parse(tags) as string[]
  if (targets === null && wanted.length === 0) return true
  const named = targets === null ? [] : (JSON.parse(targets) as MonitorId[])
  return named.includes(id) || tagsOfIt.some((tag) => wanted.includes(tag))
}

/** Whether a channel is told of a monitor that is not escalated: picked by it, and not narrowed to others. */
export const isToldOf = (
  channel: Recipient,
  monitor: {
    readonly id: MonitorId
    readonly tags: readonly string[]
    /** Null: the default channels. */
    readonly channels: readonly ChannelId[] | null
  },
): boolean =>
  (monitor.channels === null ? channel.is_default === 1 : monitor.channels.includes(channel.id)) &&
  covers(channel, monitor.id, monitor.tags)

const active = prepared((db: AccountTx) =>
  db
    .selectFrom('channels')
    .select(['id', 'kind', 'events', 'targets', 'tags', 'is_default'])
    .where('is_active', '=', 1)
    .orderBy('id'),
)

export const activeChannels = (db: AccountTx): Promise<Recipient[]> => active(db, {})

export interface Subject {
  readonly monitor_id: MonitorId | null
  readonly escalated_at: number | null
}

interface Picks {
  /** Null: the default channels. */
  readonly channels: readonly ChannelId[] | null
  readonly escalateTo: readonly ChannelId[]
}

/** Whether a channel hears of a monitor's outages, by what the monitor picks and the channel wants. */
export async function channelHears(
  db: AccountTx,
  channelId: ChannelId,
): Promise<(id: MonitorId | null) => boolean> {
  const channel = (await activeChannels(db)).find(({ id }) => id === channelId)
  if (channel === undefined) return () => true
  const rows = await db.selectFrom('monitors').select(['id', 'policy', 'tags']).execute()
  const hearing = rows.filter((monitor) => picks(monitor, false)(channel))
  const ids = new Set(hearing.map(({ id }) => id))
  return (id) => id === null || ids.has(id)
}

interface Picking {
  readonly id: MonitorId
  readonly policy: string
  readonly tags: string
}

/** Which channels are told of a monitor; once it is escalated those it escalates to, too. */
function picks(monitor: Picking, isEscalated: boolean): (channel: Recipient) => boolean {
  const { channels = null, escalateTo = [] } = JSON.parse(monitor.policy) as Partial<Picks>
  const tags = JSON.parse(monitor.tags) as string[]
  const { id } = monitor
  return (it) =>
    isToldOf(it, { id, tags, channels }) ||
    (isEscalated && escalateTo.includes(it.id) && covers(it, id, tags))
}

const picking = prepared((tx: AccountTx, { ids }: { readonly ids: readonly MonitorId[] }) =>
  tx.selectFrom('monitors').select(['id', 'policy', 'tags']).where('id', 'in', ids),
)

/**
 * Who of `channels` hears of these incidents: those their monitors pick, and once one is escalated those
 * it escalates to, each narrowed by what the channel itself wants.
 */
export async function recipientsOf(
  tx: AccountTx,
  channels: readonly Recipient[],
  incidents: readonly Subject[],
): Promise<(incident: Subject, event: EventName) => readonly Recipient[]> {
  const ids = incidents.flatMap(({ monitor_id }) => monitor_id ?? [])
  const rows = channels.length === 0 || ids.length === 0 ? [] : await picking(tx, { ids })
  const monitors = new Map(rows.map((it) => [it.id, it]))
  return ({ monitor_id, escalated_at }, event) => {
    const monitor = monitor_id === null ? undefined : monitors.get(monitor_id)
    if (monitor === undefined) return []
    const isPicked = picks(monitor, escalated_at !== null)
    return channels.filter((it) => isPicked(it) && hears(it, event))
  }
}
