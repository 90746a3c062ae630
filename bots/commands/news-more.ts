import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { Flaps, IncidentNews } from '../../src/notifications/index.ts'
import { dotted, press, say, signed } from './compose.ts'
import { causeWords, formatAge, plural } from './phrases.ts'
import {
  type Action,
  facts,
  line,
  name,
  type Reply,
  type Run,
  text,
  time,
  verbatim,
} from './reply.ts'
import { formatDuration } from './words.ts'

type Ended = NonNullable<IncidentNews['endReason']>

const details = (it: IncidentNews): Action[] =>
  it.monitorId === null ? [] : [{ label: 'Details', press: press('inc', it.incidentId) }]

const endOf = (it: IncidentNews): Instant => it.resolvedAt ?? it.startedAt

/** What ends: the certificate or the registration. */
const what = (it: IncidentNews): string =>
  it.code === 'domain_expiring' ? 'The registration of ' : 'The certificate of '

const others = (it: IncidentNews): string =>
  it.alsoOn === 0 ? '' : ` and ${plural(it.alsoOn, 'other')}`

/** `in 13 days`, from the moment it is said about. */
function daysLeft(it: IncidentNews, at: Instant): string {
  const days = Math.floor(((it.endsAt ?? at) - at) / DAY)
  if (days < 0) return 'has ended'
  return days === 0 ? 'ends within a day' : `ends in ${plural(days, 'day')}`
}

const date = (at: Instant | null): Run[] => (at === null ? [] : [time(at, 'date')])

const WARNING_OVER: Readonly<Record<Ended, string>> = {
  resolved: 'was renewed',
  worsened: 'has ended',
  paused: ' is paused; its warning ends here',
  deleted: ' was deleted; its warning ends here',
  changed: ' is watched otherwise now; its warning ends here',
}

/** Something expires, or was renewed in time. */
export function expiryAlert(it: IncidentNews, at: Instant): Reply {
  const called = name(it.monitorName)
  if (it.endReason === null)
    return say(
      [
        text(what(it)),
        called,
        text(`${others(it)} ${daysLeft(it, at)} (`),
        ...date(it.endsAt),
        text(')'),
      ],
      {
        ...signed('degraded'),
        body: [facts(['Seen', [verbatim(it.message)]], ['Incident', [text(`#${it.incidentId}`)]])],
        actions: details(it),
      },
    )
  if (it.endReason === 'resolved') return renewed(it)
  return say([called, text(WARNING_OVER[it.endReason])], {
    ...signed('pending'),
    actions: details(it),
  })
}

const renewed = (it: IncidentNews): Reply =>
  say(
    [
      text(what(it)),
      name(it.monitorName),
      text(`${others(it)} was renewed`),
      ...(it.endsAt === null ? [] : [text(' until '), ...date(it.endsAt)]),
    ],
    { ...signed('up'), actions: details(it) },
  )

/** The reply below it, at each further threshold and at the end. */
export const expiryReply = (it: IncidentNews, at: Instant): Reply => {
  const reply = it.endReason === null ? expiryAlert(it, at) : renewed(it)
  return { ...reply, body: [], actions: [] }
}

const SLOW_OVER: Readonly<Record<Ended, string>> = {
  resolved: ' was degraded for ',
  worsened: ' was degraded before it went down, for ',
  paused: ' is paused; it was degraded for ',
  deleted: ' was deleted; it was degraded for ',
  changed: ' has another address now; the old one was degraded for ',
}

/** It works, with something to say: slow, lossy, redirected to plain http. */
export function degradedAlert(it: IncidentNews): Reply {
  const called = name(it.monitorName)
  const seen = facts(
    ['Since', [time(it.startedAt, 'clock'), text(' ('), time(it.startedAt, 'relative'), text(')')]],
    ['Seen', [verbatim(it.message)]],
    ['Incident', [text(`#${it.incidentId}`)]],
  )
  if (it.endReason === null)
    return say([called, text(` is degraded — ${causeWords(it.code, it.httpStatus)}`)], {
      ...signed('degraded'),
      body: [seen],
      actions: details(it),
    })
  const length = formatAge(endOf(it) - it.startedAt)
  return say([called, text(`${SLOW_OVER[it.endReason]}${length}`)], {
    ...signed(it.endReason === 'resolved' ? 'up' : 'pending'),
    body: [
      line(
        ...dotted(
          [time(it.startedAt, 'clock'), text(' – '), time(endOf(it), 'clock')],
          causeWords(it.code, it.httpStatus),
        ),
      ),
    ],
    actions: details(it),
  })
}

export const degradedReply = (it: IncidentNews): Reply =>
  say(
    [
      name(it.monitorName),
      text(` is well again after ${formatDuration(endOf(it) - it.startedAt)}`),
    ],
    signed('up'),
  )

/** One outage after another, in one message. */
export function flappingAlert(it: IncidentNews, flapping: Flaps): Reply {
  const called = name(it.monitorName)
  const outages = plural(flapping.outages, 'outage')
  if (flapping.steadiedAt !== null)
    return say([called, text(` was flapping: ${outages}`)], {
      ...signed(flapping.isDown ? 'down' : 'up'),
      body: [line(time(flapping.since, 'clock'), text(' – '), time(flapping.steadiedAt, 'clock'))],
      actions: details(it),
    })
  const now = flapping.isDown ? 'down' : 'up'
  return say([called, text(` is flapping — ${now} for now`)], {
    ...signed(flapping.isDown ? 'down' : 'degraded'),
    body: [
      facts(
        ['Outages', [text(`${flapping.outages} since `), time(flapping.since, 'clock')]],
        ['Cause', [verbatim(it.message), text(` (${it.code})`)]],
        ['Incident', [text(`#${it.incidentId}`)]],
      ),
      line(text('Told here, in this message, until it has been steady for 30 min.')),
    ],
    actions: [
      ...(it.monitorId === null
        ? []
        : [
            {
              label: 'Check now',
              press: press('check', it.monitorId, 'a'),
              line: `check #${it.monitorId}`,
            },
          ]),
      ...details(it),
    ],
  })
}

export const flappingReply = (it: IncidentNews, flapping: Flaps): Reply =>
  say(
    [name(it.monitorName), text(` is steady again after ${plural(flapping.outages, 'outage')}`)],
    signed('up'),
  )
