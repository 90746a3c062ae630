import { SECOND, toIso } from '../../src/kernel/index.ts'
import { listMonitors, type MonitorView, signOf } from '../../src/monitors/index.ts'
import {
  addObserved,
  formatPercent,
  markOf,
  readSteps,
  readWholes,
  uptimePercent,
  type Whole,
} from '../../src/stats/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { formatMs } from './phrases.ts'
import { facts, name, type Node, type Reply } from './reply.ts'
import { counted, fill, words } from './sentences.ts'
import { stepValue } from './stats-one.ts'
import { type Period, periodActions, PERIODS, stepsOf } from './stats-period.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  headline: {
    one: '{uptime} over 1 monitor in the last {period}',
    other: '{uptime} over {count} monitors in the last {period}',
  },
  none: 'Nothing is watched yet. {example}',
  down: 'down {length}',
  slowest: 'Slowest',
  slow: '{monitor} {time}',
  period: 'last {period}',
  alt: 'Uptime in the last {period}: {monitors}.',
  altMonitor: '{monitor} {uptime}',
} as const

/** Those that are named and drawn. */
const WORST = 5
const SLOWEST = 3

interface Figures {
  readonly view: MonitorView
  readonly whole: Whole
  readonly percent: number | null
}

/** Worst uptime first; what nobody saw last. */
const byUptime = (a: Figures, b: Figures): number =>
  (a.percent ?? Infinity) - (b.percent ?? Infinity) ||
  b.whole.downMs - a.whole.downMs ||
  a.view.monitor.name.localeCompare(b.view.monitor.name, 'en')

function slowestFacts(all: readonly Figures[]): Node[] {
  const slowest = all
    .flatMap(({ view, whole }) => (whole.avgMs === null ? [] : [{ view, ms: whole.avgMs }]))
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, SLOWEST)
    .map(({ view, ms }) =>
      fill(SAYS.slow, { monitor: name(view.monitor.name), time: formatMs(ms) }),
    )
  return slowest.length === 0 ? [] : [facts([SAYS.slowest, dotted(...slowest)])]
}

/** How all monitors were in a period: in sum, the worst of them with a chart, the slowest. */
export async function statsAll(call: Call, period: Period): Promise<Reply> {
  const { db, deps, now, account, place } = call
  const views = await listMonitors(db, deps.sealer, {})
  if (views.length === 0)
    return say(fill(SAYS.none, { example: typed(place, 'add https://example.com') }), {
      ...signed('pending'),
      value: { period, monitors: [] },
    })
  const steps = stepsOf(period, now)
  const ids = views.map(({ monitor }) => monitor.id)
  const wholes = await readWholes(db, ids, steps.from, now)
  const all = views
    .map((view): Figures => {
      const whole = wholes.get(view.monitor.id)!
      return { view, whole, percent: uptimePercent(whole) }
    })
    .toSorted(byUptime)
  const worst = []
  for (const it of all.slice(0, WORST))
    worst.push({ ...it, series: await readSteps(db, it.view.monitor.id, steps) })
  const total = addObserved(wholes.values())
  const { label } = PERIODS[period]
  const uptime = formatPercent(uptimePercent(total))
  return say(
    fill(counted(SAYS.headline, all.length), { uptime, count: all.length, period: label }),
    {
      body: [
        {
          kind: 'rows',
          rows: worst.map(({ view, whole, percent }) => ({
            state: signOf(view, now),
            name: view.monitor.name,
            tail: dotted(
              formatPercent(percent),
              whole.downMs > 0 ? words(SAYS.down, { length: formatDuration(whole.downMs) }) : null,
            ),
          })),
        },
        ...slowestFacts(all),
      ],
      image: {
        chart: {
          from: steps.from,
          to: now,
          zone: account.timezone,
          period: words(SAYS.period, { period: label }),
          strips: worst.map(({ view, percent, series }) => ({
            name: view.monitor.name,
            figure: formatPercent(percent),
            marks: series.map(markOf),
          })),
        },
        alt: fill(SAYS.alt, {
          period: label,
          monitors: dotted(
            ...worst.map(({ view, percent }) =>
              fill(SAYS.altMonitor, {
                monitor: name(view.monitor.name),
                uptime: formatPercent(percent),
              }),
            ),
          ),
        }),
      },
      actions: periodActions(
        period,
        (it) => press('stats', 0, it),
        (it) => `stats ${it}`,
      ),
      value: {
        period,
        from: toIso(steps.from),
        to: toIso(now),
        uptime: uptimePercent(total),
        observedSeconds: Math.round(total.observedMs / SECOND),
        downSeconds: Math.round(total.downMs / SECOND),
        monitors: all.map(({ view, whole, percent }) => ({
          id: view.monitor.id,
          name: view.monitor.name,
          uptime: percent,
          observedSeconds: Math.round(whole.observedMs / SECOND),
          downSeconds: Math.round(whole.downMs / SECOND),
          avgMs: whole.avgMs,
        })),
        series: Object.fromEntries(
          worst.map(({ view, series }) => [view.monitor.id, series.map(stepValue)]),
        ),
      },
    },
  )
}
