import type { Instant } from '../../src/kernel/index.ts'
import type { BurntBudget, IncidentNews, News } from '../../src/notifications/index.ts'
import { checkButton } from './buttons.ts'
import { say, signed } from './compose.ts'
import { boardOverReply, boardReply } from './news-board.ts'
import { burningAlert, burningStorm } from './news-burning.ts'
import { expiryAlert, expiryReply } from './news-expiry.ts'
import { degradedAlert, degradedReply, flappingAlert, flappingReply } from './news-more.ts'
import { outageAlert, outageReminder, outageReply } from './news-outage.ts'
import { causeOf } from './news-parts.ts'
import { stormAlert, stormReply } from './news-storm.ts'
import { summaryReply } from './news-summary.ts'
import { line, name, type Reply, text, time, verbatim } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
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

const burning = (it: IncidentNews, budget: BurntBudget): Reply =>
  it.storm === null ? burningAlert(it, budget) : burningStorm(it.storm)

/** The incident's one message, as it is now. */
function alert(it: IncidentNews): Reply {
  if (it.budget !== null) return burning(it, it.budget)
  if (it.severity === 'warning') return expiryAlert(it, it.shownAt)
  if (it.severity === 'degraded') return degradedAlert(it)
  if (it.storm !== null) return stormAlert(it, it.storm)
  if (it.flapping !== null) return flappingAlert(it, it.flapping)
  return outageAlert(it)
}

function recovery(it: IncidentNews): Reply {
  if (it.budget !== null) return burning(it, it.budget)
  if (it.severity === 'warning') return expiryReply(it, it.shownAt)
  if (it.severity === 'degraded') return degradedReply(it)
  if (it.storm !== null) return stormReply(it.storm)
  if (it.flapping !== null) return flappingReply(it, it.flapping)
  return outageReply(it)
}

function reminder(it: IncidentNews, at: Instant): Reply {
  if (it.budget !== null) return burningAlert(it, it.budget)
  return it.severity === 'warning' ? expiryReply(it, at) : outageReminder(it, at)
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
    case 'board':
      return boardReply(news)
    case 'boardOver':
      return boardOverReply(news)
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
