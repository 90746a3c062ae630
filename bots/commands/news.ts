import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { IncidentNews, News } from '../../src/notifications/index.ts'
import { acknowledgeButton, checkButton, pauseButton } from './buttons.ts'
import { dotted, say, signed } from './compose.ts'
import {
  degradedAlert,
  degradedReply,
  expiryAlert,
  expiryReply,
  flappingAlert,
  flappingReply,
} from './news-more.ts'
import { details, endOf } from './news-parts.ts'
import { stormAlert, stormReply } from './news-storm.ts'
import { summaryReply } from './news-summary.ts'
import {
  causeRuns,
  causeWords,
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
  text,
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
  unseen: '{monitor} could not be looked at since {clock}',
  uncounted: 'Until it can be, it counts neither as up nor as down.',
  why: 'Why: {reason}',
  isOn: '{person} is on {monitor}',
  somebody: 'Somebody',
  isStillDown: 'It is still down: {cause}',
  exposed: 'The API key {key} was seen in a web address',
  rotate:
    '{prefix}… may lie in logs and histories now. Rotate it: {request}, or revoke it here: {command}',
  telling: 'Telling works',
  comeHere: 'Alerts come here. Tried by {person}.',
  blind: 'I could not reach the internet from {from} to {to}. Nothing was judged in that time.',
  untold: '{channel} is no longer told of alerts',
} as const

const causeOf = (it: IncidentNews): string => causeWords(it.code, it.httpStatus)

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
    ...(it.acknowledgedAt === null ? [acknowledgeButton(incidentId)] : []),
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

/** The incident's one message, as it is now. */
function alert(it: IncidentNews): Reply {
  if (it.severity === 'warning') return expiryAlert(it, it.shownAt)
  if (it.severity === 'degraded') return degradedAlert(it)
  if (it.storm !== null) return stormAlert(it, it.storm)
  if (it.flapping !== null) return flappingAlert(it, it.flapping)
  return it.resolvedAt === null ? openAlert(it) : endedAlert(it)
}

function recovery(it: IncidentNews): Reply {
  if (it.severity === 'warning') return expiryReply(it, it.shownAt)
  if (it.severity === 'degraded') return degradedReply(it)
  if (it.storm !== null) return stormReply(it.storm)
  if (it.flapping !== null) return flappingReply(it, it.flapping)
  const length = formatDuration(endOf(it) - it.startedAt)
  return say(fill(SAYS.upAgain, { monitor: name(it.monitorName), length }), signed('up'))
}

function reminder(it: IncidentNews, at: Instant): Reply {
  if (it.severity === 'warning') return expiryReply(it, at)
  const length = formatAge(at - it.startedAt)
  return say(fill(SAYS.stillDown, { monitor: name(it.monitorName), length }), signed('down'))
}

/** What a channel is told, in words. */
export function wordNews(news: News): Reply {
  const reply = replyTo(news)
  return 'incident' in news ? { ...reply, zone: news.incident.timezone } : reply
}

function replyTo(news: News): Reply {
  switch (news.kind) {
    case 'alert':
      return alert(news.incident)
    case 'recovery':
      return recovery(news.incident)
    case 'reminder':
      return reminder(news.incident, news.at)
    case 'unseen':
      return say(
        fill(SAYS.unseen, {
          monitor: name(news.monitorName),
          clock: time(news.since, 'clock'),
        }),
        {
          ...signed('pending'),
          body: [
            line(...fill(SAYS.why, { reason: verbatim(news.why) })),
            line(...fill(SAYS.uncounted)),
          ],
          actions: [checkButton(news.monitorId, 'a')],
        },
      )
    case 'summary':
      return summaryReply(news)
    case 'acknowledged':
      return say(
        fill(SAYS.isOn, {
          person: name(news.incident.acknowledgedBy ?? SAYS.somebody),
          monitor: name(news.incident.monitorName),
        }),
        {
          ...signed('down'),
          body: [line(...fill(SAYS.isStillDown, { cause: causeOf(news.incident) }))],
        },
      )
    case 'exposed':
      return say(fill(SAYS.exposed, { key: name(news.keyName) }), {
        ...signed('degraded'),
        body: [
          line(
            ...fill(SAYS.rotate, {
              prefix: news.prefix,
              request: 'POST /api/api_keys/{id}/rotate',
              command: `uptalk keys revoke ${news.prefix}`,
            }),
          ),
        ],
      })
    case 'test':
      return say(fill(SAYS.telling), {
        ...signed('up'),
        body: [line(...fill(SAYS.comeHere, { person: name(news.by) }))],
      })
    case 'fact':
      // For programs; whoever words one shows at least what it is called.
      return say([text(news.type)], signed('pending'))
    case 'blind':
      return say(
        fill(SAYS.blind, { from: time(news.from, 'clock'), to: time(news.to, 'clock') }),
        signed('pending'),
      )
    default:
      return say(fill(SAYS.untold, { channel: name(news.channelName) }), {
        ...signed('pending'),
        tone: 'warn',
        body: [line(...fill(SAYS.why, { reason: verbatim(news.why) }))],
      })
  }
}
