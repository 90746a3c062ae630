import { countIncidents, listIncidents } from '../../src/incidents/index.ts'
import { SECOND, toIso } from '../../src/kernel/index.ts'
import { type MonitorView, signOf } from '../../src/monitors/index.ts'
import {
  formatPercent,
  markOf,
  readSteps,
  readWholes,
  slowTime,
  type Step,
  uptimePercent,
  type Whole,
} from '../../src/stats/index.ts'
import type { Chart } from '../charts/index.ts'
import type { Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { formatMs } from './phrases.ts'
import { monitorValue } from './present.ts'
import { facts, name, type Reply, type Run } from './reply.ts'
import { counted, fill, words } from './sentences.ts'
import { type Period, periodActions, PERIODS, stepsOf } from './stats-period.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  headline: '{monitor} · {uptime} in the last {period}',
  uptime: 'Uptime',
  down: '{uptime} · down {length}',
  observed: 'Watched',
  observedOf: '{length} of {period}',
  incidents: 'Incidents',
  noIncident: 'none',
  lasted: { one: '1, {length} long', other: '{count}, the longest {length}' },
  response: 'Response',
  usual: 'avg {avg} · p95 {p95}',
  usualOfDays: 'avg {avg} · p95 {p95} (median of days)',
  range: 'Range',
  ends: '{min} to {max}',
  noData: 'no data',
  checks: 'Checks',
  failed: '{checks}, {failures} failed',
  show: 'Show',
  period: 'last {period}',
  alt: '{monitor}, last {period}: uptime {uptime}, down {length}; response {response}.',
  altUnseen: '{monitor}, last {period}: no data.',
} as const

const timesOf = (step: Step): NonNullable<Chart['times']>[number] => {
  const { minMs, avgMs, maxMs } = step
  if (minMs !== null && avgMs !== null && maxMs !== null) return { minMs, avgMs, maxMs }
  return markOf(step) === 'up' ? 'between' : null
}

/** Steps for `--json`. */
export const stepValue = ({ at, observedMs, downMs, ...looks }: Step) => ({
  at: toIso(at),
  uptime: uptimePercent({ observedMs, downMs }),
  observedSeconds: Math.round(observedMs / SECOND),
  downSeconds: Math.round(downMs / SECOND),
  ...looks,
})

const MOST_READ = 500

async function readIncidents({ db, now }: Call, monitorId: number, from: number) {
  const filter = { monitorId, severities: ['down'], endedAfter: from } as const
  const lengths = (await listIncidents(db, filter, { limit: MOST_READ, offset: 0 })).map(
    (it) => (it.resolved_at ?? now) - Math.max(from, it.started_at),
  )
  return { count: await countIncidents(db, filter), longestMs: Math.max(0, ...lengths) }
}

const best = (numbers: readonly (number | null)[], pick: (...them: number[]) => number) => {
  const seen = numbers.filter((it) => it !== null)
  return seen.length === 0 ? null : pick(...seen)
}

interface Response {
  readonly avgMs: number | null
  readonly p95Ms: number | null
  readonly isOfDays: boolean
  readonly minMs: number | null
  readonly maxMs: number | null
}

const usualWords = ({ avgMs, p95Ms, isOfDays }: Response): string =>
  avgMs === null || p95Ms === null
    ? SAYS.noData
    : words(isOfDays ? SAYS.usualOfDays : SAYS.usual, {
        avg: formatMs(avgMs),
        p95: formatMs(p95Ms),
      })

function altOf(monitor: Run, whole: Whole, response: Response, period: string): Run[] {
  const uptime = uptimePercent(whole)
  if (uptime === null && response.avgMs === null) return fill(SAYS.altUnseen, { monitor, period })
  return fill(SAYS.alt, {
    monitor,
    period,
    uptime: formatPercent(uptime),
    length: formatDuration(whole.downMs),
    response: usualWords(response),
  })
}

/** How one monitor was in a period, with its chart. */
export async function statsOne(call: Call, view: MonitorView, period: Period): Promise<Reply> {
  const { db, now, account } = call
  const { id } = view.monitor
  const steps = stepsOf(period, now)
  const { from } = steps
  const series = await readSteps(db, id, steps)
  const whole = (await readWholes(db, [id], from, now)).get(id)!
  const slow = await slowTime(db, id, from, now)
  const incidents = await readIncidents(call, id, from)
  const response = {
    avgMs: whole.avgMs,
    p95Ms: slow.ms,
    isOfDays: slow.isOfDays,
    minMs: best(
      series.map(({ minMs }) => minMs),
      Math.min,
    ),
    maxMs: best(
      series.map(({ maxMs }) => maxMs),
      Math.max,
    ),
  }
  const checks = series.reduce((sum, it) => sum + it.checks, 0)
  const failures = series.reduce((sum, it) => sum + it.failures, 0)
  const percent = uptimePercent(whole)
  const uptime = formatPercent(percent)
  const { label } = PERIODS[period]
  const monitor = name(view.monitor.name)
  return say(fill(SAYS.headline, { monitor, uptime, period: label }), {
    ...signed(signOf(view, now)),
    body: [
      facts(
        [
          SAYS.uptime,
          whole.downMs > 0
            ? fill(SAYS.down, { uptime, length: formatDuration(whole.downMs) })
            : fill(uptime),
        ],
        [
          SAYS.observed,
          fill(SAYS.observedOf, { length: formatDuration(whole.observedMs), period: label }),
        ],
        [
          SAYS.incidents,
          incidents.count === 0
            ? fill(SAYS.noIncident)
            : fill(counted(SAYS.lasted, incidents.count), {
                count: incidents.count,
                length: formatDuration(incidents.longestMs),
              }),
        ],
        [SAYS.response, fill(usualWords(response))],
        ...(response.minMs === null || response.maxMs === null
          ? []
          : ([
              [
                SAYS.range,
                fill(SAYS.ends, { min: formatMs(response.minMs), max: formatMs(response.maxMs) }),
              ],
            ] as const)),
        [SAYS.checks, fill(SAYS.failed, { checks, failures })],
      ),
    ],
    image: {
      chart: {
        from,
        to: now,
        zone: account.timezone,
        period: words(SAYS.period, { period: label }),
        strips: [{ name: view.monitor.name, figure: uptime, marks: series.map(markOf) }],
        times: series.map(timesOf),
      },
      alt: altOf(monitor, whole, response, label),
    },
    actions: [
      ...periodActions(
        period,
        (it) => press('stats', id, it),
        (it) => `stats #${id} ${it}`,
      ),
      { label: SAYS.show, press: press('show', id), line: `show #${id}` },
    ],
    value: {
      monitor: monitorValue(view, now),
      period,
      from: toIso(from),
      to: toIso(now),
      uptime: percent,
      observedSeconds: Math.round(whole.observedMs / SECOND),
      downSeconds: Math.round(whole.downMs / SECOND),
      incidents: incidents.count,
      longestSeconds: Math.round(incidents.longestMs / SECOND),
      response,
      checks,
      failures,
      series: series.map(stepValue),
    },
  })
}
