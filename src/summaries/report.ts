import { setImmediate as others } from 'node:timers/promises'
import { DAY, dayStart, type Instant, type MonitorId } from '../kernel/index.ts'
import type { SummaryNews, Troubled } from '../notifications/index.ts'
import { budgetsOf, inTrouble, isMissed } from '../objectives/index.ts'
import {
  addObserved,
  averageTimes,
  markOf,
  type Observed,
  observedTime,
  readSteps,
  uptimePercent,
} from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** Monitors read at once: nothing else waits longer than a few milliseconds for them. */
const AT_ONCE = 50
const MOST_NAMED = 5
/** Slower than usual: by half and by more than a person notices, of times worth an average. */
const SLOWER_BY = 1.5
const SLOWER_MS = 100
const ENOUGH_LOOKS = 20
const LONG_PAUSE_MS = DAY

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

interface Watched {
  readonly id: MonitorId
  readonly name: string
  readonly is_active: 0 | 1
  readonly updated_at: Instant
}

async function readWatched(db: AccountTx, { targets, tags }: Whom): Promise<Watched[]> {
  const rows = await db
    .selectFrom('monitors')
    .select(['id', 'name', 'tags', 'is_active', 'updated_at'])
    .orderBy('id')
    .execute()
  if (targets === null && tags.length === 0) return rows
  return rows.filter(
    (row) =>
      targets?.includes(row.id) === true ||
      (JSON.parse(row.tags) as string[]).some((tag) => tags.includes(tag)),
  )
}

interface Figures {
  readonly observed: ReadonlyMap<MonitorId, Observed>
  readonly before: ReadonlyMap<MonitorId, Observed>
  readonly slower: SummaryNews['slower']
}

async function readFigures(
  db: AccountTx,
  watched: readonly Watched[],
  { from, to }: Span,
): Promise<Figures> {
  const observed = new Map<MonitorId, Observed>()
  const before = new Map<MonitorId, Observed>()
  const slower: { monitorName: string; ms: number; beforeMs: number }[] = []
  for (let at = 0; at < watched.length; at += AT_ONCE) {
    const some = watched.slice(at, at + AT_ONCE)
    const ids = some.map(({ id }) => id)
    for (const [id, it] of await observedTime(db, ids, from, to)) observed.set(id, it)
    for (const [id, it] of await observedTime(db, ids, from - (to - from), from)) before.set(id, it)
    const [times, usual] = [
      await averageTimes(db, ids, from, to),
      await averageTimes(db, ids, from - 7 * DAY, from),
    ]
    for (const { id, name } of some) {
      const [now, then] = [times.get(id), usual.get(id)]
      if (now === undefined || then === undefined) continue
      const isEnough = Math.min(now.count, then.count) >= ENOUGH_LOOKS
      if (isEnough && now.avgMs > then.avgMs * SLOWER_BY && now.avgMs - then.avgMs > SLOWER_MS)
        slower.push({ monitorName: name, ms: now.avgMs, beforeMs: then.avgMs })
    }
    await others()
  }
  slower.sort((a, b) => b.ms / b.beforeMs - a.ms / a.beforeMs)
  return { observed, before, slower: slower.slice(0, MOST_NAMED) }
}

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

/** Of those watched, what they were to keep at the end of the span. */
async function readObjectives(
  db: AccountTx,
  to: Instant,
  isWatched: (id: MonitorId) => boolean,
): Promise<NonNullable<SummaryNews['objectives']> | null> {
  const all = (await budgetsOf(db, 'all', to)).filter(({ monitorId }) => isWatched(monitorId))
  if (all.length === 0) return null
  const troubled = inTrouble(all)
  return {
    total: all.length,
    missed: troubled.filter(isMissed).length,
    troubled: troubled.length,
    worst: troubled
      .slice(0, MOST_NAMED)
      .map(({ monitorName, slo, budgetMs, leftMs, isBurning }) => ({
        monitorName,
        objective: slo.objective,
        days: slo.days,
        budgetMs,
        leftMs,
        isBurning,
      })),
  }
}

/** How a day or a week was, of everything or of some. */
export async function reportOn(
  db: AccountTx,
  period: 'day' | 'week',
  span: Span,
  timezone: string,
  whom: Whom,
): Promise<SummaryNews> {
  const { from, to } = span
  const watched = await readWatched(db, whom)
  const byId = new Map(watched.map((it) => [it.id, it]))
  const { observed, before, slower } = await readFigures(db, watched, span)
  const incidents = await db
    .selectFrom('incidents')
    .select([
      'monitor_id',
      'severity',
      'started_at',
      'resolved_at',
      'code',
      'http_status',
      'ends_at',
    ])
    .where('monitor_id', 'is not', null)
    .where('started_at', '<', to)
    .where((eb) => eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', from)]))
    .orderBy('id')
    .execute()
  const mine = incidents.filter(({ monitor_id }) => byId.has(monitor_id!))
  const outages = mine.filter(({ severity }) => severity === 'down')
  const lengthOf = (it: (typeof mine)[number]) =>
    Math.min(it.resolved_at ?? to, to) - Math.max(it.started_at, from)

  const troubled = [...Map.groupBy(outages, ({ monitor_id }) => monitor_id!)].map(
    ([id, its]): Troubled => {
      const longest = its.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a))
      return {
        monitorId: id,
        monitorName: byId.get(id)!.name,
        uptime: uptimePercent(observed.get(id) ?? { observedMs: 0, downMs: 0 }),
        incidents: its.length,
        startedAt: longest.started_at,
        durationMs: lengthOf(longest),
        code: longest.code,
        httpStatus: longest.http_status,
      }
    },
  )
  troubled.sort((a, b) => (a.uptime ?? 0) - (b.uptime ?? 0))
  const named = troubled.slice(0, MOST_NAMED)
  const total = addObserved(observed.values())
  const isOpen = ({ resolved_at }: (typeof mine)[number]) => resolved_at === null
  return {
    kind: 'summary',
    period,
    ...span,
    timezone,
    monitors: watched.length,
    uptime: uptimePercent(total),
    uptimeBefore: uptimePercent(addObserved(before.values())),
    incidents: outages.length,
    downMs: total.downMs,
    troubled: named,
    strips: await readStrips(db, period, span, named),
    slower,
    ending: mine
      .filter((it) => it.severity === 'warning' && isOpen(it) && it.ends_at !== null)
      .toSorted((a, b) => a.ends_at! - b.ends_at!)
      .slice(0, MOST_NAMED)
      .map((it) => ({ monitorName: byId.get(it.monitor_id!)!.name, endsAt: it.ends_at! })),
    paused: watched
      .filter((it) => it.is_active === 0 && to - it.updated_at > LONG_PAUSE_MS)
      .toSorted((a, b) => a.updated_at - b.updated_at)
      .slice(0, MOST_NAMED)
      .map((it) => ({ monitorName: it.name, since: it.updated_at })),
    unseen: watched
      .filter((it) => it.is_active === 1 && (observed.get(it.id)?.observedMs ?? 0) === 0)
      .slice(0, MOST_NAMED)
      .map(({ name }) => name),
    objectives: await readObjectives(db, to, (id) => byId.has(id)),
    open: outages
      .filter(isOpen)
      .slice(0, MOST_NAMED)
      .map((it) => ({ monitorName: byId.get(it.monitor_id!)!.name, since: it.started_at })),
  }
}
