import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { SummaryNews, Troubled } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { dotted, say, signed } from './compose.ts'
import { troubleRuns } from './objectives.ts'
import { causeWords, formatAge, formatMs } from './phrases.ts'
import { line, name, type Node, type Reply, type Run, text, time } from './reply.ts'
import { counted, fill, words } from './sentences.ts'
import { summaryChart } from './summary-chart.ts'
import { inDays } from './words.ts'

const SAYS = {
  lastDay: 'Last 24 h',
  lastWeek: 'Last 7 days',
  week: '{from} – {to}',
  uptime: { one: '{percent} over {count} monitor', other: '{percent} over {count} monitors' },
  dayBefore: '{uptime} (day before {percent})',
  weekBefore: '{uptime} (week before {percent})',
  noIncident: 'no incident',
  incidents: { one: '{count} incident, {length} down', other: '{count} incidents, {length} down' },
  once: '{clock}, {length}',
  moreOften: '{count} times, at worst {clock}, {length}',
  slower: 'slower than the week before: {length} (+{percent} %)',
  endsSoon: 'Ends soon: {list}',
  paused: 'Paused: {list}',
  noData: 'No data: {list}',
  downNow: 'Down now: {list}',
  dated: '{monitor} {length}',
  downSince: '{monitor} since {clock}',
  quiet: 'Nothing happened.',
  othersWell: { one: '{count} other without trouble.', other: '{count} others without trouble.' },
} as const

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
  if (!isWhole) return period === 'day' ? SAYS.lastDay : SAYS.lastWeek
  if (period === 'day') return dayOf(from, timezone)
  return words(SAYS.week, { from: dayOf(from, timezone), to: dayOf(to - 1, timezone) })
}

function headline(it: SummaryNews): Run[] {
  const uptime = words(counted(SAYS.uptime, it.monitors), {
    percent: formatPercent(it.uptime),
    count: it.monitors,
  })
  const compared = it.period === 'day' ? SAYS.dayBefore : SAYS.weekBefore
  return dotted(
    spanOf(it),
    it.uptimeBefore === null
      ? uptime
      : words(compared, { uptime, percent: formatPercent(it.uptimeBefore) }),
    it.incidents === 0
      ? SAYS.noIncident
      : words(counted(SAYS.incidents, it.incidents), {
          count: it.incidents,
          length: formatAge(it.downMs),
        }),
  )
}

function troubledRow({ monitorName, uptime, incidents, ...longest }: Troubled) {
  const of = { clock: time(longest.startedAt, 'clock'), length: formatAge(longest.durationMs) }
  return {
    state: 'down' as const,
    name: monitorName,
    tail: dotted(
      formatPercent(uptime),
      incidents === 1 ? fill(SAYS.once, of) : fill(SAYS.moreOften, { count: incidents, ...of }),
      causeWords(longest.code, longest.httpStatus),
    ),
  }
}

const slowerRow = ({ monitorName, ms, beforeMs }: SummaryNews['slower'][number]) => ({
  state: 'degraded' as const,
  name: monitorName,
  tail: fill(SAYS.slower, {
    length: formatMs(ms),
    percent: Math.round((ms / beforeMs - 1) * 100),
  }),
})

/** `Certificates: mail 9 d · shop 12 d`; nothing where there is none. */
const listed = (sentence: `${string}{list}`, items: readonly (readonly Run[])[]): Node[] =>
  items.length === 0 ? [] : [line(...fill(sentence, { list: dotted(...items) }))]

const dated = (monitorName: string, ms: number): Run[] =>
  fill(SAYS.dated, {
    monitor: name(monitorName),
    length: inDays(Math.max(0, Math.floor(ms / DAY))),
  })

/** What people want to read in ten seconds; when nothing happened, two lines. */
export function summaryReply(it: SummaryNews): Reply {
  const rows = [...it.troubled.map(troubledRow), ...it.slower.map(slowerRow)]
  const others = it.monitors - new Set(rows.map((row) => row.name)).size - it.unseen.length
  const more = [
    ...listed(
      SAYS.endsSoon,
      it.ending.map((end) => dated(end.monitorName, end.endsAt - it.to)),
    ),
    ...listed(
      SAYS.paused,
      it.paused.map((pause) => dated(pause.monitorName, it.to - pause.since)),
    ),
    ...listed(
      SAYS.noData,
      it.unseen.map((monitor) => [name(monitor)]),
    ),
    ...listed(
      SAYS.downNow,
      it.open.map((outage) =>
        fill(SAYS.downSince, {
          monitor: name(outage.monitorName),
          clock: time(outage.since, 'clock'),
        }),
      ),
    ),
  ]
  const { objectives } = it
  if (objectives != null && objectives.troubled > 0)
    more.push(line(...troubleRuns(objectives, objectives.worst)))
  const well =
    rows.length === 0
      ? SAYS.quiet
      : others > 0
        ? words(counted(SAYS.othersWell, others), { count: others })
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
