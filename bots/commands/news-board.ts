import type { BoardNews, BoardRow, News } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { BESIDE, dotted, press, say, signed } from './compose.ts'
import { causeWords } from './phrases.ts'
import {
  type Action,
  line,
  name,
  type Node,
  note,
  type Reply,
  type Run,
  type StateSign,
  text,
  time,
} from './reply.ts'
import { counted, fill, words } from './sentences.ts'

const SAYS = {
  nothing: 'Nothing is watched yet',
  down: { one: '{count} of {total} is down', other: '{count} of {total} are down' },
  degraded: { one: '{count} of {total} is degraded', other: '{count} of {total} are degraded' },
  up: { one: '1 is up', other: 'All {count} are up' },
  pending: {
    one: '{count} of {total} waits for its first look',
    other: '{count} of {total} wait for their first look',
  },
  maintained: {
    one: '{count} of {total} is in maintenance',
    other: '{count} of {total} are in maintenance',
  },
  paused: { one: '1 is paused', other: 'All {count} are paused' },
  downSince: 'down, since {time}',
  degradedSince: 'degraded, since {time}',
  maintenanceUntil: 'maintenance, until {time}',
  onIt: '{person} is on it',
  more: '… and {count} more',
  counts: {
    up: '{count} up',
    pending: '{count} pending',
    maintenance: '{count} in maintenance',
    paused: '{count} paused',
  },
  uptime: '{percent} in the 24 h before {time}',
  asOf: 'As of {date} {time}; it changes by itself.',
  over: 'This board is no longer kept',
  overAsked: 'It was switched off on {date} {time}.',
  overDeleted: 'It was deleted twice within a day. Who wants it back: /uptime board on',
  incidents: 'Incidents',
  list: 'List',
  refresh: 'Refresh',
} as const

// The board stays what it is: what is asked of it is answered beside it.
const ACTIONS: readonly Action[] = [
  { label: SAYS.incidents, press: press('incs', 1, BESIDE), line: 'incidents' },
  { label: SAYS.list, press: press('list', 1, BESIDE), line: 'list' },
  { label: SAYS.refresh, press: press('board', 0) },
]

function verdict({ total, ...counts }: BoardNews['counts']): [StateSign, string] {
  const { down, degraded, up, pending, maintenance, paused } = counts
  const of = (count: number) => ({ count, total })
  if (total === 0) return ['pending', SAYS.nothing]
  if (down > 0) return ['down', words(counted(SAYS.down, down), of(down))]
  if (degraded > 0) return ['degraded', words(counted(SAYS.degraded, degraded), of(degraded))]
  if (up > 0) return ['up', words(counted(SAYS.up, up), { count: up })]
  if (pending > 0) return ['pending', words(counted(SAYS.pending, pending), of(pending))]
  if (maintenance > 0)
    return ['maintenance', words(counted(SAYS.maintained, maintenance), of(maintenance))]
  return ['paused', words(counted(SAYS.paused, paused), { count: paused })]
}

const STATES = {
  down: SAYS.downSince,
  degraded: SAYS.degradedSince,
  maintenance: SAYS.maintenanceUntil,
} as const

function tailOf({ state, at, code, httpStatus, acknowledgedBy }: BoardRow): Run[] {
  return dotted(
    at === null ? state : fill(STATES[state], { time: time(at, 'standing') }),
    code === null ? null : causeWords(code, httpStatus),
    acknowledgedBy === null ? null : fill(SAYS.onIt, { person: name(acknowledgedBy) }),
  )
}

/** Status for a whole place, in words that stay true while nobody edits them. */
export function boardReply(it: BoardNews): Reply {
  const [sign, headline] = verdict(it.counts)
  const others = (['up', 'pending', 'maintenance', 'paused'] as const)
    .filter((state) => it.counts[state] > 0 && state !== sign)
    .map((state) => words(SAYS.counts[state], { count: it.counts[state] }))
  const uptime = fill(SAYS.uptime, {
    percent: formatPercent(it.uptime),
    time: time(it.uptimeAt, 'clock'),
  })
  const rows: Node[] =
    it.rows.length === 0
      ? []
      : [
          {
            kind: 'rows',
            rows: it.rows.map((row) => ({
              state: row.state,
              name: row.monitorName,
              tail: tailOf(row),
            })),
          },
        ]
  return say([text(headline)], {
    ...signed(sign),
    zone: it.timezone,
    body: [
      ...rows,
      ...(it.more > 0 ? [line(...fill(SAYS.more, { count: it.more }))] : []),
      ...(it.counts.total === 0 ? [] : [line(...dotted(...others, uptime))]),
      note(...fill(SAYS.asOf, datedRuns(it.shownAt))),
    ],
    actions: ACTIONS,
  })
}

const datedRuns = (at: number) => ({ date: time(at, 'date'), time: time(at, 'clock') })

/** What stands where a board was. */
export function boardOverReply({ why, at, timezone }: Extract<News, { kind: 'boardOver' }>): Reply {
  const said = why === 'asked' ? fill(SAYS.overAsked, datedRuns(at)) : fill(SAYS.overDeleted)
  return say([text(SAYS.over)], { ...signed('pending'), zone: timezone, body: [line(...said)] })
}
