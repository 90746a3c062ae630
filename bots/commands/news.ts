import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { IncidentNews, News } from '../../src/notifications/index.ts'
import { dotted, press, say, signed } from './compose.ts'
import { boardOverReply, boardReply } from './news-board.ts'
import {
  degradedAlert,
  degradedReply,
  expiryAlert,
  expiryReply,
  flappingAlert,
  flappingReply,
} from './news-more.ts'
import { stormAlert, stormReply } from './news-storm.ts'
import { summaryReply } from './news-summary.ts'
import { noteAction } from './note.ts'
import { causeWords, formatAge, formatMs } from './phrases.ts'
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
import { formatDuration } from './words.ts'

const causeOf = (it: IncidentNews): string => causeWords(it.code, it.httpStatus)

const endOf = (it: IncidentNews): number => it.resolvedAt ?? it.startedAt

const acknowledged = (it: IncidentNews): Run[] | null =>
  it.acknowledgedAt === null || it.acknowledgedBy === null
    ? null
    : [
        text(`acknowledged after ${formatDuration(it.acknowledgedAt - it.detectedAt)} by `),
        name(it.acknowledgedBy),
      ]

const details = (it: IncidentNews): Action[] =>
  it.monitorId === null ? [] : [{ label: 'Details', press: press('inc', it.incidentId) }]

function openActions(it: IncidentNews): Action[] {
  const { incidentId, monitorId } = it
  if (monitorId === null) return []
  return [
    ...(it.acknowledgedAt === null
      ? [{ label: 'Acknowledge', press: press('ack', incidentId), line: `ack #${incidentId}` }]
      : [noteAction(incidentId)]),
    // `a`: answered beside the alert, which changes by itself.
    { label: 'Check now', press: press('check', monitorId, 'a'), line: `check #${monitorId}` },
    { label: 'Pause 1 h', press: press('pause', monitorId, '60a'), line: `pause #${monitorId} 1h` },
    ...details(it),
  ]
}

const seen = ({ failures }: IncidentNews): string =>
  failures === 1 ? '1 check failed' : `${failures} of ${failures} checks failed`

type Fact = readonly [string, readonly Run[]]

const noteFact = ({ note: said }: IncidentNews): readonly Fact[] =>
  said === null ? [] : [['Note', [verbatim(said.text), text(' — '), name(said.author)]]]

/** What, since when, what was seen and expected, when it was last well, how many are down. */
function openAlert(it: IncidentNews): Reply {
  const tail =
    it.acknowledgedBy === null
      ? [text(` is down — ${causeOf(it)}`)]
      : [text(' is down — '), name(it.acknowledgedBy), text(' is on it')]
  return say([name(it.monitorName), ...tail], {
    ...signed('down'),
    body: [
      facts(
        [
          'Since',
          [time(it.startedAt, 'clock'), text(' ('), time(it.startedAt, 'relative'), text(')')],
        ],
        ['Seen', [text(seen(it))]],
        ['Cause', [verbatim(it.message), text(` (${it.code})`)]],
        ...(it.expected === null ? [] : ([['Expected', [verbatim(it.expected)]]] as const)),
        ['Last good', lastGood(it)],
        ...(it.acknowledgedAt === null || it.acknowledgedBy === null
          ? []
          : ([
              [
                'Acknowledged',
                [
                  text('by '),
                  name(it.acknowledgedBy),
                  text(' at '),
                  time(it.acknowledgedAt, 'clock'),
                ],
              ],
            ] as const)),
        ...(it.escalatedAt === null || it.acknowledgedAt !== null
          ? []
          : ([
              ['Escalated', [text('nobody was on it at '), time(it.escalatedAt, 'clock')]],
            ] as const)),
        ...noteFact(it),
        ['Incident', [text(`#${it.incidentId}`)]],
      ),
      note(
        ...dotted(
          it.dependants === 0 ? null : `and ${it.dependants} that depend on it`,
          `${it.downCount} of ${it.watchedCount} down`,
        ),
      ),
    ],
    actions: openActions(it),
  })
}

const lastGood = ({ lastGoodAt, lastGoodMs }: IncidentNews): Run[] =>
  lastGoodAt === null
    ? [text('never yet')]
    : [time(lastGoodAt, 'clock'), text(lastGoodMs === null ? '' : `, ${formatMs(lastGoodMs)}`)]

function span(it: IncidentNews): Run[] {
  const [from, to] = [it.startedAt, endOf(it)]
  // Hours alone say nothing of an outage that took days.
  const day = (at: Instant): Run[] => (to - from < DAY ? [] : [time(at, 'date'), text(' ')])
  return [...day(from), time(from, 'clock'), text(' – '), ...day(to), time(to, 'clock')]
}

/** Over, for whichever reason: from when to when, why, and who was on it. */
function endedAlert(it: IncidentNews): Reply {
  const called = name(it.monitorName)
  const length = formatAge(endOf(it) - it.startedAt)
  const body = [line(...dotted(span(it), causeOf(it), acknowledged(it)))]
  const actions = details(it)
  switch (it.endReason) {
    case 'paused':
      return say([called, text(` is paused; its outage ends here, after ${length}`)], {
        ...signed('paused'),
        body,
        actions,
      })
    case 'deleted':
      return say([called, text(` was deleted; its outage ends here, after ${length}`)], {
        ...signed('pending'),
        body,
      })
    case 'changed':
      return say(
        [
          called,
          text(` has another address now; the outage of the old one ends here, after ${length}`),
        ],
        { ...signed('pending'), body, actions },
      )
    default:
      return say([called, text(` was down for ${length}`)], { ...signed('up'), body, actions })
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
  return say([name(it.monitorName), text(` is up again after ${length}`)], signed('up'))
}

function reminder(it: IncidentNews, at: Instant): Reply {
  if (it.severity === 'warning') return expiryReply(it, at)
  return say(
    [name(it.monitorName), text(` is still down, ${formatAge(at - it.startedAt)}`)],
    signed('down'),
  )
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
        [name(news.monitorName), text(' could not be looked at since '), time(news.since, 'clock')],
        {
          ...signed('pending'),
          body: [
            line(text('Why: '), verbatim(news.why)),
            line(text('Until it can be, it counts neither as up nor as down.')),
          ],
          actions: [
            {
              label: 'Check now',
              press: press('check', news.monitorId, 'a'),
              line: `check #${news.monitorId}`,
            },
          ],
        },
      )
    case 'summary':
      return summaryReply(news)
    case 'board':
      return boardReply(news)
    case 'boardOver':
      return boardOverReply(news)
    case 'acknowledged':
      return say(
        [
          name(news.incident.acknowledgedBy ?? 'Somebody'),
          text(' is on '),
          name(news.incident.monitorName),
        ],
        {
          ...signed('down'),
          body: [line(text('It is still down: '), text(causeOf(news.incident)))],
        },
      )
    case 'exposed':
      return say([text('The API key '), name(news.keyName), text(' was seen in a web address')], {
        ...signed('degraded'),
        body: [
          line(
            text(
              `${news.prefix}… may lie in logs and histories now. Rotate it: POST /api/api_keys/{id}/rotate, or revoke it here: uptalk keys revoke ${news.prefix}`,
            ),
          ),
        ],
      })
    case 'test':
      return say([text('Telling works')], {
        ...signed('up'),
        body: [line(text('Alerts come here. Tried by '), name(news.by), text('.'))],
      })
    case 'fact':
      // For programs; whoever words one shows at least what it is called.
      return say([text(news.type)], signed('pending'))
    case 'blind':
      return say(
        [
          text('I could not reach the internet from '),
          time(news.from, 'clock'),
          text(' to '),
          time(news.to, 'clock'),
          text('. Nothing was judged in that time.'),
        ],
        signed('pending'),
      )
    default:
      return say([name(news.channelName), text(' is no longer told of alerts')], {
        ...signed('pending'),
        tone: 'warn',
        body: [line(text('Why: '), verbatim(news.why))],
      })
  }
}
