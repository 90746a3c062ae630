import { type Incident, listIncidents } from '../../src/incidents/index.ts'
import type { Instant, MonitorId } from '../../src/kernel/index.ts'
import { toIso } from '../../src/kernel/index.ts'
import { type MonitorView, shownStatus } from '../../src/monitors/index.ts'
import type { AccountTx } from '../../src/storage/index.ts'
import { dotted } from './compose.ts'
import { causeWords, formatAge, formatMs, formatPercent } from './phrases.ts'
import { name, type Run, type StateSign, text, time } from './reply.ts'

const RANK: Readonly<Record<StateSign, number>> = {
  down: 0,
  degraded: 1,
  pending: 2,
  maintenance: 3,
  up: 4,
  paused: 5,
}

/** Worst first, then by name. */
export const worstFirst = (a: MonitorView, b: MonitorView): number =>
  RANK[shownStatus(a)] - RANK[shownStatus(b)] || byName(a, b)

const byName = (a: MonitorView, b: MonitorView): number =>
  a.monitor.name.localeCompare(b.monitor.name, 'en') || a.monitor.id - b.monitor.id

/** `until 15:02`, with the day where it is not today's. */
export function untilRuns(at: Instant, now: Instant): Run[] {
  const day = 86_400_000
  return at - now < day
    ? [text('until '), time(at, 'clock')]
    : [text('until '), time(at, 'date'), text(' '), time(at, 'clock')]
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
function downWords({ state }: MonitorView, incident: Incident | undefined, now: Instant): string {
  const since = incident?.started_at ?? state.changedAt
  return since === null ? 'down' : `down ${formatAge(now - since)}`
}

/** The rest of a monitor's row: `down 12 min · connection refused · Ann is on it`. */
export function tailOf(view: MonitorView, { now, open, usualMs, uptime }: RowFacts): Run[] {
  const { monitor, state } = view
  switch (shownStatus(view)) {
    case 'down': {
      const incident = open?.get(monitor.id)
      const code = incident?.code ?? state.lastCode
      return dotted(
        downWords(view, incident, now),
        code === null ? null : causeWords(code, incident?.http_status),
        onIt(incident),
      )
    }
    case 'degraded': {
      const usual = usualMs == null ? '' : ` (usually ${formatMs(usualMs)})`
      return dotted('degraded', state.lastMs === null ? null : `${formatMs(state.lastMs)}${usual}`)
    }
    case 'up':
      // One failure is no outage, and no secret either.
      if (state.lastStatus === 'down')
        return dotted('up', `last look failed, ${causeWords(state.lastCode ?? '')}`)
      return dotted(
        'up',
        state.lastMs === null ? null : formatMs(state.lastMs),
        uptime == null ? null : formatPercent(uptime),
      )
    case 'paused':
      return dotted(
        'paused',
        monitor.pausedUntil === null ? null : untilRuns(monitor.pausedUntil, now),
        monitor.pausedBy === null ? null : [text('by '), name(monitor.pausedBy)],
      )
    default:
      return state.lastCode === null
        ? [text('waits for its first look')]
        : dotted('no verdict yet', causeWords(state.lastCode))
  }
}

const onIt = (incident: Incident | undefined): Run[] | null =>
  incident?.acknowledged_by == null ? null : [name(incident.acknowledged_by), text(' is on it')]

/** The label of a choice: `🔴 Shop · down 12 min` without its sign. */
export function stateWords(
  view: MonitorView,
  incident: Incident | undefined,
  now: Instant,
): string {
  const { state } = view
  const status = shownStatus(view)
  if (status === 'up' && state.lastMs !== null) return formatMs(state.lastMs)
  if (status === 'down') return downWords(view, incident, now)
  return status
}

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at))

/** A monitor for `--json`: no secret options, times in ISO 8601. */
export const monitorValue = (view: MonitorView) => ({
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
