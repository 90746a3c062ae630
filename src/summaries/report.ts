import { DAY, dayStart, type Instant, type MonitorId } from '../kernel/index.ts'
import { overlapMs } from '../maintenance/index.ts'
import type { SummaryNews, Troubled } from '../notifications/index.ts'
import { addObserved, markOf, type Observed, readSteps, uptimePercent } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { readFigures } from './figures.ts'
import { readObjectives } from './kept.ts'
import { chargedMs, type Outage, readIncidents, readWindows } from './outages.ts'

const MOST_NAMED = 5
const SLOWEST_NAMED = 3
const LONG_PAUSE_MS = DAY
const NOTHING: Observed = { observedMs: 0, downMs: 0 }

export interface Whom {
  readonly targets: readonly MonitorId[] | null
  readonly tags: readonly string[]
}

export interface Span {
  readonly from: Instant
  readonly to: Instant
  readonly isWhole: boolean
}

const DAYS = { day: 1, week: 7 } as const

/** The local day or week that ended last before `now`. */
export const lastWhole = (period: 'day' | 'week', timezone: string, now: Instant): Span => ({
  from: dayStart(timezone, now, DAYS[period]),
  to: dayStart(timezone, now),
  isWhole: true,
})

/** The day or week up to `now`. */
export const upToNow = (period: 'day' | 'week', now: Instant): Span => ({
  from: now - DAYS[period] * DAY,
  to: now,
  isWhole: false,
})

/** Those that were there before a span ended. */
async function readWatched(db: AccountTx, { targets, tags }: Whom, to: Instant) {
  const rows = await db
    .selectFrom('monitors')
    .select(['id', 'name', 'tags', 'is_active', 'paused_at', 'created_at'])
    .where('created_at', '<=', to)
    .orderBy('id')
    .execute()
  if (targets === null && tags.length === 0) return rows
  return rows.filter(
    (row) =>
      targets?.includes(row.id) === true ||
      (JSON.parse(row.tags) as string[]).some((tag) => tags.includes(tag)),
  )
}

type Watched = Awaited<ReturnType<typeof readWatched>>[number]

const STEPS = { day: 144, week: 168 } as const

/** The span in the steps of a chart. */
async function readStrips(
  db: AccountTx,
  period: 'day' | 'week',
  { from, to }: Span,
  troubled: readonly Troubled[],
): Promise<NonNullable<SummaryNews['strips']>> {
  const count = STEPS[period]
  // A day of 23 or 25 hours has as many.
  const steps = { from, count, stepMs: Math.ceil((to - from) / count) }
  const strips = []
  for (const { monitorId, monitorName, uptime } of troubled) {
    const marks = (await readSteps(db, monitorId, steps)).map(markOf)
    strips.push({ monitorName, uptime, marks })
  }
  return strips
}

/** Who was down, the worst first: with the longest outage of each. */
function troubledOf(
  outages: readonly Outage[],
  nameOf: (it: Outage) => string,
  lengthOf: (it: Outage) => number,
  observed: ReadonlyMap<MonitorId, Observed>,
): Troubled[] {
  const troubled = [...Map.groupBy(outages, ({ monitor_id }) => monitor_id!)].map(
    ([id, its]): Troubled => {
      const longest = its.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a))
      return {
        monitorId: id,
        monitorName: nameOf(longest),
        uptime: uptimePercent(observed.get(id) ?? NOTHING),
        incidents: its.length,
        startedAt: longest.started_at,
        durationMs: lengthOf(longest),
        code: longest.code,
        httpStatus: longest.http_status,
      }
    },
  )
  return troubled.toSorted((a, b) => (a.uptime ?? 0) - (b.uptime ?? 0))
}

/** What ends soon, the soonest first; a certificate of many once. */
function endingOf(open: readonly Outage[], nameOf: (it: Outage) => string) {
  const warnings = open.filter((it) => it.severity === 'warning' && it.ends_at !== null)
  const each = new Map(warnings.toReversed().map((it) => [it.subject ?? it, it]))
  return [...each.values()]
    .toSorted((a, b) => a.ends_at! - b.ends_at!)
    .map((it) => ({ monitorName: nameOf(it), endsAt: it.ends_at! }))
}

/** How a day or a week was, of everything or of some. */
export async function reportOn(
  db: AccountTx,
  period: 'day' | 'week',
  span: Span,
  timezone: string,
  whom: Whom,
): Promise<SummaryNews> {
  const { from, to, isWhole } = span
  const watched = await readWatched(db, whom, to)
  const byId = new Map(watched.map((it) => [it.id, it]))
  const beforeFrom = isWhole ? dayStart(timezone, from, DAYS[period]) : from - (to - from)
  const { observed, before, slower, slowerIds, slowest } = await readFigures(
    db,
    watched,
    beforeFrom,
    from,
    to,
  )
  const windows = await readWindows(db, from, to)
  const windowsOf = (id: MonitorId) => windows.get(id) ?? []
  const nameOf = (it: Outage) => byId.get(it.monitor_id!)!.name
  const lengthOf = (it: Outage) => chargedMs(it, windowsOf(it.monitor_id!), from, to)

  const mine = (await readIncidents(db, from, to)).filter((it) => byId.has(it.monitor_id!))
  const open = mine.filter(({ resolved_at }) => resolved_at === null)
  const outages = mine.filter(
    (it) =>
      it.severity === 'down' &&
      it.started_at < to &&
      // In maintenance it was nobody's.
      lengthOf(it) > 0,
  )
  const observedMs = ({ id }: Watched): number => observed.get(id)?.observedMs ?? 0
  const isMaintained = ({ id, created_at }: Watched): boolean => {
    const since = Math.max(created_at, from)
    return overlapMs(windowsOf(id), since, to) === to - since
  }
  const lists = {
    troubled: troubledOf(outages, nameOf, lengthOf, observed),
    slower,
    ending: endingOf(open, nameOf),
    paused: watched
      .filter((it) => it.is_active === 0 && to - it.paused_at! > LONG_PAUSE_MS)
      .toSorted((a, b) => a.paused_at! - b.paused_at!)
      .map((it) => ({ monitorName: it.name, since: it.paused_at! })),
    unseen: watched
      .filter((it) => it.is_active === 1 && observedMs(it) === 0 && !isMaintained(it))
      .map(({ name }) => name),
    open: open
      .filter(({ severity }) => severity === 'down')
      .map((it) => ({ monitorName: nameOf(it), since: it.started_at })),
  }
  const total = addObserved(observed.values())
  const isTroubled = new Set([...lists.troubled.map(({ monitorId }) => monitorId), ...slowerIds])
  const named = lists.troubled.slice(0, MOST_NAMED)
  const unnamed = (list: keyof typeof lists) => Math.max(0, lists[list].length - MOST_NAMED)
  return {
    kind: 'summary',
    period,
    from,
    to,
    isWhole,
    timezone,
    monitors: watched.length,
    uptime: uptimePercent(total),
    uptimeBefore: uptimePercent(addObserved(before.values())),
    incidents: outages.length,
    downMs: total.downMs,
    troubled: named,
    strips: await readStrips(db, period, span, named),
    slower: slower.slice(0, MOST_NAMED),
    slowest: slowest.length > 1 ? slowest.slice(0, SLOWEST_NAMED) : [],
    well: watched.filter((it) => observedMs(it) > 0 && !isTroubled.has(it.id)).length,
    ending: lists.ending.slice(0, MOST_NAMED),
    paused: lists.paused.slice(0, MOST_NAMED),
    unseen: lists.unseen.slice(0, MOST_NAMED),
    open: lists.open.slice(0, MOST_NAMED),
    objectives: await readObjectives(db, to, (id) => byId.has(id)),
    unnamed: {
      troubled: unnamed('troubled'),
      slower: unnamed('slower'),
      ending: unnamed('ending'),
      paused: unnamed('paused'),
      unseen: unnamed('unseen'),
      open: unnamed('open'),
    },
  }
}
