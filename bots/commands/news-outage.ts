import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { IncidentNews } from '../../src/notifications/index.ts'
import { acknowledgeButton, checkButton, pauseButton } from './buttons.ts'
import { dotted, say, signed } from './compose.ts'
import { causeOf, details, endOf } from './news-parts.ts'
import { noteAction } from './note.ts'
import {
  causeRuns,
  dayAndClock,
  downOf,
  formatAge,
  formatMs,
  numberRuns,
  onItRuns,
  sinceRuns,
} from './phrases.ts'
import {
  type Action,
  facts,
  line,
  name,
  note,
  type Reply,
  type Run,
  time,
  verbatim,
} from './reply.ts'
import { counted, fill } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  down: '{monitor} is down — {news}',
  seen: { one: '{count} check failed', other: '{count} of {count} checks failed' },
  lastGood: '{clock}, {length}',
  neverGood: 'never yet',
  acknowledgedAt: 'by {person} at {clock}',
  escalatedAt: 'nobody was on it at {clock}',
  noted: '{text} — {author}',
  dependants: 'and {count} that depend on it',
  span: '{from} – {to}',
  acknowledgedAfter: 'acknowledged after {length} by {person}',
  over: '{monitor} was down for {length}',
  overPaused: '{monitor} is paused; its outage ends here, after {length}',
  overDeleted: '{monitor} was deleted; its outage ends here, after {length}',
  overChanged:
    '{monitor} has another address now; the outage of the old one ends here, after {length}',
  upAgain: '{monitor} is up again after {length}',
  stillDown: '{monitor} is still down, {length}',
  labels: {
    since: 'Since',
    seen: 'Seen',
    cause: 'Cause',
    expected: 'Expected',
    lastGood: 'Last good',
    acknowledged: 'Acknowledged',
    escalated: 'Escalated',
    note: 'Note',
    incident: 'Incident',
  },
} as const

const acknowledged = (it: IncidentNews): Run[] | null =>
  it.acknowledgedAt === null || it.acknowledgedBy === null
    ? null
    : fill(SAYS.acknowledgedAfter, {
        length: formatDuration(it.acknowledgedAt - it.detectedAt),
        person: name(it.acknowledgedBy),
      })

function openActions(it: IncidentNews): Action[] {
  const { incidentId, monitorId } = it
  if (monitorId === null) return []
  return [
    ...(it.acknowledgedAt === null ? [acknowledgeButton(incidentId)] : [noteAction(incidentId)]),
    checkButton(monitorId, 'a'),
    pauseButton(monitorId, 'a'),
    ...details(it),
  ]
}

type Fact = readonly [string, readonly Run[]]

const noteFact = ({ note: said }: IncidentNews): readonly Fact[] =>
  said === null
    ? []
    : [
        [
          SAYS.labels.note,
          fill(SAYS.noted, { text: verbatim(said.text), author: name(said.author) }),
        ],
      ]

/** What, since when, what was seen and expected, when it was last well, how many are down. */
function openAlert(it: IncidentNews): Reply {
  const { labels } = SAYS
  const news = it.acknowledgedBy === null ? causeOf(it) : onItRuns(it.acknowledgedBy)
  return say(fill(SAYS.down, { monitor: name(it.monitorName), news }), {
    ...signed('down'),
    body: [
      facts(
        [labels.since, sinceRuns(it.startedAt)],
        [labels.seen, fill(counted(SAYS.seen, it.failures), { count: it.failures })],
        [labels.cause, causeRuns(it.message, it.code)],
        ...(it.expected === null ? [] : ([[labels.expected, [verbatim(it.expected)]]] as const)),
        [labels.lastGood, lastGood(it)],
        ...(it.acknowledgedAt === null || it.acknowledgedBy === null
          ? []
          : ([
              [
                labels.acknowledged,
                fill(SAYS.acknowledgedAt, {
                  person: name(it.acknowledgedBy),
                  clock: time(it.acknowledgedAt, 'clock'),
                }),
              ],
            ] as const)),
        ...(it.escalatedAt === null || it.acknowledgedAt !== null
          ? []
          : ([
              [labels.escalated, fill(SAYS.escalatedAt, { clock: time(it.escalatedAt, 'clock') })],
            ] as const)),
        ...noteFact(it),
        [labels.incident, numberRuns(it.incidentId)],
      ),
      note(
        ...dotted(
          it.dependants === 0 ? null : fill(SAYS.dependants, { count: it.dependants }),
          downOf(it.downCount, it.watchedCount),
        ),
      ),
    ],
    actions: openActions(it),
  })
}

function lastGood({ lastGoodAt, lastGoodMs }: IncidentNews): Run[] {
  if (lastGoodAt === null) return fill(SAYS.neverGood)
  const clock = time(lastGoodAt, 'clock')
  return lastGoodMs === null
    ? [clock]
    : fill(SAYS.lastGood, { clock, length: formatMs(lastGoodMs) })
}

function span(it: IncidentNews): Run[] {
  const [from, to] = [it.startedAt, endOf(it)]
  // Hours alone say nothing of an outage that took days.
  const moment = (at: Instant): Run[] => (to - from < DAY ? [time(at, 'clock')] : dayAndClock(at))
  return fill(SAYS.span, { from: moment(from), to: moment(to) })
}

/** Over, for whichever reason: from when to when, why, and who was on it. */
function endedAlert(it: IncidentNews): Reply {
  const of = {
    monitor: name(it.monitorName),
    length: formatAge(endOf(it) - it.startedAt),
  }
  const body = [line(...dotted(span(it), causeOf(it), acknowledged(it)))]
  const actions = details(it)
  switch (it.endReason) {
    case 'paused':
      return say(fill(SAYS.overPaused, of), { ...signed('paused'), body, actions })
    case 'deleted':
      return say(fill(SAYS.overDeleted, of), { ...signed('pending'), body })
    case 'changed':
      return say(fill(SAYS.overChanged, of), { ...signed('pending'), body, actions })
    default:
      return say(fill(SAYS.over, of), { ...signed('up'), body, actions })
  }
}

/** One outage, in the one message about it. */
export const outageAlert = (it: IncidentNews): Reply =>
  it.resolvedAt === null ? openAlert(it) : endedAlert(it)

export function outageReply(it: IncidentNews): Reply {
  const length = formatDuration(endOf(it) - it.startedAt)
  return say(fill(SAYS.upAgain, { monitor: name(it.monitorName), length }), signed('up'))
}

export function outageReminder(it: IncidentNews, at: Instant): Reply {
  const length = formatAge(at - it.startedAt)
  return say(fill(SAYS.stillDown, { monitor: name(it.monitorName), length }), signed('down'))
}
