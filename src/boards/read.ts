import { createHash } from 'node:crypto'
import { type Incident, listIncidents } from '../incidents/index.ts'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { listMonitors, type MonitorView, signOf } from '../monitors/index.ts'
import type { BoardNews, BoardRow } from '../notifications/index.ts'
import { addObserved, observedTime, uptimePercent } from '../stats/index.ts'
import type { AccountTx, Sealer } from '../storage/index.ts'
import type { Board } from './board.ts'

const MOST_ROWS = 20
const MOST_OPEN = 500
/** All that is watched is read for it, and it says little that is new sooner. */
const UPTIME_KEPT_MS = HOUR

const RANK = { down: 0, degraded: 1, maintenance: 2 } as const

type State = BoardNews['rows'][number]['state']

function rowOf({ monitor, state }: MonitorView, is: State, incident?: Incident): BoardRow {
  const base = { monitorName: monitor.name, state: is, httpStatus: null, acknowledgedBy: null }
  switch (is) {
    case 'maintenance':
      return { ...base, at: state.maintainedUntil, code: null }
    case 'degraded':
      return { ...base, at: incident?.started_at ?? state.changedAt, code: incident?.code ?? null }
    default:
      return {
        ...base,
        at: incident?.started_at ?? state.changedAt,
        code: incident?.code ?? state.lastCode,
        httpStatus: incident?.http_status ?? null,
        acknowledgedBy: incident?.acknowledged_by ?? null,
      }
  }
}

async function uptimeOf(db: AccountTx, ids: readonly MonitorId[], now: Instant) {
  return uptimePercent(addObserved((await observedTime(db, ids, now - DAY, now)).values()))
}

/** What a board shows now; its uptime is the one it showed last, unless that is old. */
export async function drawBoard(
  db: AccountTx,
  sealer: Sealer,
  now: Instant,
  timezone: string,
  { uptime, uptime_at }: Pick<Board, 'uptime' | 'uptime_at'>,
): Promise<BoardNews> {
  const all = await listMonitors(db, sealer, {})
  const counts = { total: 0, pending: 0, up: 0, degraded: 0, down: 0, paused: 0, maintenance: 0 }
  const bad: { readonly view: MonitorView; readonly state: State }[] = []
  for (const view of all) {
    const state = signOf(view, now)
    counts.total += 1
    counts[state] += 1
    if (state === 'down' || state === 'degraded' || state === 'maintenance')
      bad.push({ view, state })
  }
  const shown = bad
    .toSorted(
      (a, b) =>
        RANK[a.state] - RANK[b.state] ||
        a.view.monitor.name.localeCompare(b.view.monitor.name, 'en') ||
        a.view.monitor.id - b.view.monitor.id,
    )
    .slice(0, MOST_ROWS)
  const filter = { isOpen: true, severities: ['down', 'degraded'] } as const
  const open =
    shown.length === 0 ? [] : await listIncidents(db, filter, { limit: MOST_OPEN, offset: 0 })
  const incidents = new Map(open.map((it) => [`${it.severity} ${it.monitor_id}`, it]))
  const isFresh = uptime_at !== null && uptime_at <= now && now - uptime_at < UPTIME_KEPT_MS
  return {
    kind: 'board',
    counts,
    rows: shown.map(({ view, state }) =>
      rowOf(view, state, incidents.get(`${state} ${view.monitor.id}`)),
    ),
    more: bad.length - shown.length,
    uptime: isFresh
      ? uptime
      : await uptimeOf(
          db,
          all.map(({ monitor }) => monitor.id),
          now,
        ),
    uptimeAt: isFresh ? uptime_at : now,
    timezone,
    shownAt: now,
  }
}

/** What tells one picture from another: all of it but the uptime, which comes along. */
export function sketchOf({ counts, rows, more, timezone }: BoardNews): string {
  const steady = JSON.stringify([counts, rows, more, timezone])
  return createHash('sha256').update(steady).digest('hex').slice(0, 32)
}
