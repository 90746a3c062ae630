import { type Incident, listIncidents } from '../../src/incidents/index.ts'
import { DAY, type Instant, isoOrNull, type MonitorId, toIso } from '../../src/kernel/index.ts'
import { isInMaintenance, type Outline, shownStatus, signOf } from '../../src/monitors/index.ts'
import type { AccountTx } from '../../src/storage/index.ts'
import { dotted } from './compose.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { causeWords, dayAndClock, formatAge, formatMs, onItRuns } from './phrases.ts'
import { name, type Run, type StateSign, text, time } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  states: {
    up: 'up',
    degraded: 'degraded',
    down: 'down',
    paused: 'paused',
    maintenance: 'maintenance',
    pending: 'pending',
  },
  counts: {
    up: '{count} up',
    degraded: '{count} degraded',
    down: '{count} down',
    paused: '{count} paused',
    maintenance: '{count} in maintenance',
    pending: '{count} pending',
  },
  until: 'until {moment}',
  downFor: 'down {length}',
  inMaintenance: 'maintenance {until}',
  usually: '{length} (usually {usual})',
  lastFailed: 'last look failed, {cause}',
  pausedBy: 'by {person}',
  firstLook: 'waits for its first look',
  noVerdict: 'no verdict yet',
  andMore: '{names} and {count} more',
} as const

const NONE = { total: 0, pending: 0, up: 0, degraded: 0, down: 0, paused: 0, maintenance: 0 }

export type Counts = Readonly<Record<'total' | StateSign, number>>

/** How many are in each state. */
export function countSigns(signs: Iterable<readonly [StateSign, number]>): Counts {
  const counts = { ...NONE }
  for (const [sign, count] of signs) {
    counts[sign] += count
    counts.total += count
  }
  return counts
}

/** `2 up`, `1 in maintenance` */
export const countWords = (count: number, sign: StateSign): string =>
  words(SAYS.counts[sign], { count })

/** `22:00`, with the day where it is not within a day from now. */
export const momentRuns = (at: Instant, now: Instant): Run[] =>
  at - now < DAY ? [time(at, 'clock')] : dayAndClock(at)

/** `until 15:02`, with the day where it is not today's. */
export function untilRuns(at: Instant, now: Instant): Run[] {
  return fill(SAYS.until, { moment: momentRuns(at, now) })
}

const MOST_OPEN = 200

/** The open incidents by monitor, the newest ones where there are very many. */
export async function openIncidents(
  db: AccountTx,
): Promise<ReadonlyMap<MonitorId | null, Incident>> {
  const open = await listIncidents(db, { isOpen: true }, { limit: MOST_OPEN, offset: 0 })
  return new Map(open.map((it) => [it.monitor_id, it]))
}

/** What a row needs beside the monitor itself. */
export interface RowFacts {
  readonly now: Instant
  readonly open?: ReadonlyMap<MonitorId | null, Incident>
  readonly usualMs?: number | null
  readonly uptime?: number | null
}

/** The outage began with the first failure; the state changed when it was confirmed. */
function downWords({ state }: Outline, incident: Incident | undefined, now: Instant): string {
  const since = incident?.started_at ?? state.changedAt
  return since === null ? SAYS.states.down : words(SAYS.downFor, { length: formatAge(now - since) })
}

/** The rest of a monitor's row: `down 12 min · connection refused · Ann is on it`. */
export function tailOf(view: Outline, facts: RowFacts): Run[] {
  if (!isInMaintenance(view, facts.now)) return stateTail(view, facts)
  const until = untilRuns(view.state.maintainedUntil!, facts.now)
  return dotted(fill(SAYS.inMaintenance, { until }), stateTail(view, facts))
}

/** Without a word of maintenance. */
export function stateTail(view: Outline, { now, open, usualMs, uptime }: RowFacts): Run[] {
  const { monitor, state } = view
  switch (shownStatus(view)) {
    case 'down': {
      const incident = open?.get(monitor.id)
      const code = incident?.code ?? state.lastCode
      return dotted(
        downWords(view, incident, now),
        code === null ? null : causeWords(code, incident?.http_status),
        incident?.acknowledged_by == null ? null : onItRuns(incident.acknowledged_by),
      )
    }
    case 'degraded': {
      if (state.lastMs === null) return [text(SAYS.states.degraded)]
      const length = formatMs(state.lastMs)
      return dotted(
        SAYS.states.degraded,
        usualMs == null ? length : words(SAYS.usually, { length, usual: formatMs(usualMs) }),
      )
    }
    case 'up':
      // One failure is no outage, and no secret either.
      if (state.lastStatus === 'down')
        return dotted(
          SAYS.states.up,
          words(SAYS.lastFailed, { cause: causeWords(state.lastCode ?? '') }),
        )
      return dotted(
        SAYS.states.up,
        state.lastMs === null ? null : formatMs(state.lastMs),
        uptime == null ? null : formatPercent(uptime),
      )
    case 'paused':
      return dotted(
        SAYS.states.paused,
        monitor.pausedUntil === null ? null : untilRuns(monitor.pausedUntil, now),
        monitor.pausedBy === null ? null : fill(SAYS.pausedBy, { person: name(monitor.pausedBy) }),
      )
    default:
      return state.lastCode === null
        ? fill(SAYS.firstLook)
        : dotted(SAYS.noVerdict, causeWords(state.lastCode))
  }
}

/** The label of a choice: `🔴 Shop · down 12 min` without its sign. */
export function stateWords(view: Outline, incident: Incident | undefined, now: Instant): string {
  const { state } = view
  const status = signOf(view, now)
  if (status === 'up' && state.lastMs !== null) return formatMs(state.lastMs)
  if (status === 'down') return downWords(view, incident, now)
  return SAYS.states[status]
}

/** A monitor for `--json`: no secret options, times in ISO 8601. */
export const monitorValue = (view: Outline, now: Instant) => ({
  id: view.monitor.id,
  name: view.monitor.name,
  type: view.monitor.type,
  url: view.monitor.url,
  status: shownStatus(view),
  since: isoOrNull(view.state.changedAt),
  lastCheckAt: isoOrNull(view.state.lastCheckAt),
  lastMs: view.state.lastMs,
  lastCode: view.state.lastCode,
  lastMessage: view.state.lastMessage,
  intervalSeconds: view.monitor.intervalMs / 1000,
  maintainedUntil: isInMaintenance(view, now) ? isoOrNull(view.state.maintainedUntil) : null,
  pausedUntil: isoOrNull(view.monitor.pausedUntil),
  pausedBy: view.monitor.pausedBy,
  tags: view.monitor.tags,
})

/** An incident for `--json`. */
export const incidentValue = (it: Incident) => ({
  id: it.id,
  monitorId: it.monitor_id,
  monitorName: it.monitor_name,
  severity: it.severity,
  startedAt: toIso(it.started_at),
  detectedAt: toIso(it.detected_at),
  resolvedAt: isoOrNull(it.resolved_at),
  endReason: it.end_reason,
  code: it.code,
  message: it.message,
  httpStatus: it.http_status,
  acknowledgedAt: isoOrNull(it.acknowledged_at),
  acknowledgedBy: it.acknowledged_by,
})

const MOST_NAMES = 5

export const withCommas = (runs: readonly Run[]): Run[] =>
  runs.flatMap((run, at) => (at === 0 ? [run] : [text(', '), run]))

/** Names with commas between them, the first few. */
export function nameRuns(names: readonly string[]): Run[] {
  const shown = withCommas(names.slice(0, MOST_NAMES).map(name))
  const rest = names.length - MOST_NAMES
  return rest > 0 ? fill(SAYS.andMore, { names: shown, count: rest }) : shown
}
