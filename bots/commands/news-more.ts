import type { Flaps, IncidentNews } from '../../src/notifications/index.ts'
import { checkButton } from './buttons.ts'
import { dotted, say, signed } from './compose.ts'
import { causeOf, details, endOf } from './news-parts.ts'
import { causeRuns, formatAge, numberRuns, sinceRuns } from './phrases.ts'
import { facts, line, name, type Reply, time, verbatim } from './reply.ts'
import { counted, fill } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  degraded: '{monitor} is degraded — {cause}',
  degradedOver: {
    resolved: '{monitor} was degraded for {length}',
    worsened: '{monitor} was degraded before it went down, for {length}',
    paused: '{monitor} is paused; it was degraded for {length}',
    deleted: '{monitor} was deleted; it was degraded for {length}',
    changed: '{monitor} has another address now; the old one was degraded for {length}',
  },
  wellAgain: '{monitor} is well again after {length}',
  span: '{from} – {to}',
  flappingDown: '{monitor} is flapping — down for now',
  flappingUp: '{monitor} is flapping — up for now',
  wasFlapping: {
    one: '{monitor} was flapping: {count} outage',
    other: '{monitor} was flapping: {count} outages',
  },
  outagesSince: '{count} since {clock}',
  toldHere: 'Told here, in this message, until it has been steady for 30 min.',
  steadyAgain: {
    one: '{monitor} is steady again after {count} outage',
    other: '{monitor} is steady again after {count} outages',
  },
  labels: {
    since: 'Since',
    seen: 'Seen',
    outages: 'Outages',
    cause: 'Cause',
    incident: 'Incident',
  },
} as const

/** It works, with something to say: slow, lossy, redirected to plain http. */
export function degradedAlert(it: IncidentNews): Reply {
  const monitor = name(it.monitorName)
  const cause = causeOf(it)
  const seen = facts(
    [SAYS.labels.since, sinceRuns(it.startedAt)],
    [SAYS.labels.seen, [verbatim(it.message)]],
    [SAYS.labels.incident, numberRuns(it.incidentId)],
  )
  if (it.endReason === null)
    return say(fill(SAYS.degraded, { monitor, cause }), {
      ...signed('degraded'),
      body: [seen],
      actions: details(it),
    })
  const length = formatAge(endOf(it) - it.startedAt)
  return say(fill(SAYS.degradedOver[it.endReason], { monitor, length }), {
    ...signed(it.endReason === 'resolved' ? 'up' : 'pending'),
    body: [
      line(
        ...dotted(
          fill(SAYS.span, {
            from: time(it.startedAt, 'clock'),
            to: time(endOf(it), 'clock'),
          }),
          cause,
        ),
      ),
    ],
    actions: details(it),
  })
}

export const degradedReply = (it: IncidentNews): Reply =>
  say(
    fill(SAYS.wellAgain, {
      monitor: name(it.monitorName),
      length: formatDuration(endOf(it) - it.startedAt),
    }),
    signed('up'),
  )

/** One outage after another, in one message. */
export function flappingAlert(it: IncidentNews, flapping: Flaps): Reply {
  const monitor = name(it.monitorName)
  const count = flapping.outages
  const since = time(flapping.since, 'clock')
  if (flapping.steadiedAt !== null)
    return say(fill(counted(SAYS.wasFlapping, count), { monitor, count }), {
      ...signed(flapping.isDown ? 'down' : 'up'),
      body: [line(...fill(SAYS.span, { from: since, to: time(flapping.steadiedAt, 'clock') }))],
      actions: details(it),
    })
  return say(fill(flapping.isDown ? SAYS.flappingDown : SAYS.flappingUp, { monitor }), {
    ...signed(flapping.isDown ? 'down' : 'degraded'),
    body: [
      facts(
        [SAYS.labels.outages, fill(SAYS.outagesSince, { count, clock: since })],
        [SAYS.labels.cause, causeRuns(it.message, it.code)],
        [SAYS.labels.incident, numberRuns(it.incidentId)],
      ),
      line(...fill(SAYS.toldHere)),
    ],
    actions: [...(it.monitorId === null ? [] : [checkButton(it.monitorId, 'a')]), ...details(it)],
  })
}

export const flappingReply = (it: IncidentNews, flapping: Flaps): Reply =>
  say(
    fill(counted(SAYS.steadyAgain, flapping.outages), {
      monitor: name(it.monitorName),
      count: flapping.outages,
    }),
    signed('up'),
  )
