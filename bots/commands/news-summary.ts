import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { SummaryNews, Troubled } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { dotted, say, signed } from './compose.ts'
import { causeWords, formatAge, formatMs, plural } from './phrases.ts'
import { line, name, type Node, type Reply, type Run, text, time } from './reply.ts'
import { summaryChart } from './summary-chart.ts'

/** `Mon 3 Mar`, by the clock of the summary's own zone. */
const dayOf = (at: Instant, timezone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: timezone,
  })
    .format(at)
    .replace(',', '')

function spanOf({ period, isWhole, from, to, timezone }: SummaryNews): string {
  if (!isWhole) return period === 'day' ? 'Last 24 h' : 'Last 7 days'
  if (period === 'day') return dayOf(from, timezone)
  return `${dayOf(from, timezone)} – ${dayOf(to - 1, timezone)}`
}

function headline(it: SummaryNews): Run[] {
  const before = it.period === 'day' ? 'day before' : 'week before'
  const change = it.uptimeBefore === null ? '' : ` (${before} ${formatPercent(it.uptimeBefore)})`
  return dotted(
    spanOf(it),
    `${formatPercent(it.uptime)} over ${plural(it.monitors, 'monitor')}${change}`,
    it.incidents === 0
      ? 'no incident'
      : `${plural(it.incidents, 'incident')}, ${formatAge(it.downMs)} down`,
  )
}

const troubledRow = ({ monitorName, uptime, incidents, ...longest }: Troubled) => ({
  state: 'down' as const,
  name: monitorName,
  tail: dotted(
    formatPercent(uptime),
    [
      ...(incidents === 1 ? [] : [text(`${incidents} times, at worst `)]),
      time(longest.startedAt, 'clock'),
      text(`, ${formatAge(longest.durationMs)}`),
    ],
    causeWords(longest.code, longest.httpStatus),
  ),
})

const slowerRow = ({ monitorName, ms, beforeMs }: SummaryNews['slower'][number]) => ({
  state: 'degraded' as const,
  name: monitorName,
  tail: [
    text(
      `slower than the week before: ${formatMs(ms)} (+${Math.round((ms / beforeMs - 1) * 100)} %)`,
    ),
  ],
})

/** `Certificates: mail 9 d · shop 12 d`; nothing where there is none. */
function listed(label: string, items: readonly (readonly Run[])[]): Node[] {
  return items.length === 0 ? [] : [line(text(`${label}: `), ...dotted(...items))]
}

const days = (ms: number): string => `${Math.max(0, Math.floor(ms / DAY))} d`

/** What people want to read in ten seconds; when nothing happened, two lines. */
export function summaryReply(it: SummaryNews): Reply {
  const rows = [...it.troubled.map(troubledRow), ...it.slower.map(slowerRow)]
  const others = it.monitors - new Set(rows.map((row) => row.name)).size - it.unseen.length
  const more = [
    ...listed(
      'Ends soon',
      it.ending.map((end) => [name(end.monitorName), text(` ${days(end.endsAt - it.to)}`)]),
    ),
    ...listed(
      'Paused',
      it.paused.map((pause) => [name(pause.monitorName), text(` ${days(it.to - pause.since)}`)]),
    ),
    ...listed(
      'No data',
      it.unseen.map((monitor) => [name(monitor)]),
    ),
    ...listed(
      'Down now',
      it.open.map((outage) => [
        name(outage.monitorName),
        text(` since `),
        time(outage.since, 'clock'),
      ]),
    ),
  ]
  const well =
    rows.length === 0
      ? 'Nothing happened.'
      : others > 0
        ? `${plural(others, 'other')} without trouble.`
        : null
  return say(headline(it), {
    ...signed(it.open.length > 0 ? 'down' : it.incidents > 0 ? 'degraded' : 'up'),
    body: [
      ...(rows.length === 0 ? [] : [{ kind: 'rows' as const, rows }]),
      ...(well === null || it.monitors === 0 ? [] : [line(text(well))]),
      ...more,
    ],
    ...summaryChart(it, spanOf(it)),
    zone: it.timezone,
  })
}
