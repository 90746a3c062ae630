import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { SummaryNews, Troubled } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { dotted, say, signed } from './compose.ts'
import { troubleRuns } from './objectives.ts'
import { causeWords, dayAndClock, formatAge, formatMs } from './phrases.ts'
import { line, name, type Node, type Reply, type Run, text, time } from './reply.ts'
import { counted, fill, words } from './sentences.ts'
import { headline, spanOf } from './summary-head.ts'
import { summaryChart } from './summary-chart.ts'
import { inDays } from './words.ts'

const SAYS = {
  carried: {
    day: 'since {moment}, {length} of the day',
    week: 'since {moment}, {length} of the week',
  },
  once: '{moment}, {length}',
  moreOften: '{count} times, at worst {longest}',
  slower: 'slower than the week before: {length} (+{percent} %)',
  slowest: 'Slowest: {list}',
  endsSoon: 'Ends soon: {list}',
  paused: 'Paused: {list}',
  noData: 'No data: {list}',
  downNow: 'Down now: {list}',
  measured: '{monitor} {length}',
  downSince: '{monitor} since {moment}',
  andMore: '{count} more',
  quiet: 'Nothing happened.',
  quietSlowest: 'Nothing happened. Slowest: {list}.',
  moreTroubled: { one: '{count} other was down.', other: '{count} others were down.' },
  moreSlower: { one: '{count} other was slower.', other: '{count} others were slower.' },
  othersWell: { one: '{count} other without trouble.', other: '{count} others without trouble.' },
} as const

/** When something began: with its date where the clock alone would be taken for another day's. */
const momentOf = ({ period, from }: SummaryNews, at: Instant): Run[] =>
  period === 'week' || at < from ? dayAndClock(at) : [time(at, 'clock')]

function troubledRow(it: SummaryNews, { monitorName, uptime, incidents, ...longest }: Troubled) {
  const one = fill(longest.startedAt < it.from ? SAYS.carried[it.period] : SAYS.once, {
    moment: momentOf(it, longest.startedAt),
    length: formatAge(longest.durationMs),
  })
  return {
    state: 'down' as const,
    name: monitorName,
    tail: dotted(
      formatPercent(uptime),
      incidents === 1 ? one : fill(SAYS.moreOften, { count: incidents, longest: one }),
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

/** `Ends soon: mail 9 d · shop 12 d · 3 more`; nothing where there is none. */
const listed = (
  sentence: `${string}{list}${string}`,
  items: readonly (readonly Run[])[],
  unnamed = 0,
): Node[] => {
  if (items.length === 0) return []
  const more = unnamed === 0 ? null : words(SAYS.andMore, { count: unnamed })
  return [line(...fill(sentence, { list: dotted(...items, more) }))]
}

const dated = (monitorName: string, ms: number): Run[] =>
  fill(SAYS.measured, {
    monitor: name(monitorName),
    length: inDays(Math.max(0, Math.floor(ms / DAY))),
  })

const slowestOf = ({ slowest = [] }: SummaryNews): readonly Run[][] =>
  slowest.map(({ monitorName, ms }) =>
    fill(SAYS.measured, { monitor: name(monitorName), length: formatMs(ms) }),
  )

/** How the others were, in a line or two; that there was nothing, where something was seen at all. */
function restOf(it: SummaryNews, rows: number): Node[] {
  const slowest = slowestOf(it)
  if (rows === 0) {
    if (it.uptime === null) return []
    return slowest.length > 0 ? listed(SAYS.quietSlowest, slowest) : [line(text(SAYS.quiet))]
  }
  const { well = 0, unnamed } = it
  const rest = (
    [
      [SAYS.moreTroubled, unnamed?.troubled ?? 0],
      [SAYS.moreSlower, unnamed?.slower ?? 0],
      [SAYS.othersWell, well],
    ] as const
  )
    .filter(([, count]) => count > 0)
    .map(([forms, count]) => words(counted(forms, count), { count }))
  return [
    ...(rest.length === 0 ? [] : [line(text(rest.join(' ')))]),
    ...listed(SAYS.slowest, slowest),
  ]
}

/** What is no matter of the span alone: what ends, stands still, or is down now. */
const standing = (it: SummaryNews): Node[] => [
  ...listed(
    SAYS.downNow,
    it.open.map((outage) =>
      fill(SAYS.downSince, {
        monitor: name(outage.monitorName),
        moment: momentOf(it, outage.since),
      }),
    ),
    it.unnamed?.open,
  ),
  ...(it.objectives != null && it.objectives.troubled > 0
    ? [line(...troubleRuns(it.objectives, it.objectives.worst))]
    : []),
  ...listed(
    SAYS.endsSoon,
    it.ending.map((end) => dated(end.monitorName, end.endsAt - it.to)),
    it.unnamed?.ending,
  ),
  ...listed(
    SAYS.noData,
    it.unseen.map((monitor) => [name(monitor)]),
    it.unnamed?.unseen,
  ),
  ...listed(
    SAYS.paused,
    it.paused.map((pause) => dated(pause.monitorName, it.to - pause.since)),
    it.unnamed?.paused,
  ),
]

/** What people want to read in ten seconds; when nothing happened, two lines. */
export function summaryReply(it: SummaryNews): Reply {
  const rows = [...it.troubled.map((who) => troubledRow(it, who)), ...it.slower.map(slowerRow)]
  return say(headline(it), {
    ...signed(it.open.length > 0 ? 'down' : it.incidents > 0 ? 'degraded' : 'up'),
    body: [
      ...(rows.length === 0 ? [] : [{ kind: 'rows' as const, rows }]),
      ...restOf(it, rows.length),
      ...standing(it),
    ],
    ...summaryChart(it, spanOf(it)),
    zone: it.timezone,
  })
}
