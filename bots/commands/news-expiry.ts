import { DAY, type Instant } from '../../src/kernel/index.ts'
import type { IncidentNews } from '../../src/notifications/index.ts'
import { say, signed } from './compose.ts'
import { details } from './news-parts.ts'
import { numberRuns } from './phrases.ts'
import { facts, name, type Reply, type Run, time, verbatim } from './reply.ts'
import { counted, fill } from './sentences.ts'

const SAYS = {
  certificate: {
    alone: 'The certificate of {monitor}',
    one: 'The certificate of {monitor} and {count} other',
    other: 'The certificate of {monitor} and {count} others',
  },
  registration: {
    alone: 'The registration of {monitor}',
    one: 'The registration of {monitor} and {count} other',
    other: 'The registration of {monitor} and {count} others',
  },
  endsIn: {
    one: '{what} ends in {count} day ({day})',
    other: '{what} ends in {count} days ({day})',
  },
  endsSoon: '{what} ends within a day ({day})',
  hasEnded: '{what} has ended ({day})',
  renewed: '{what} was renewed',
  renewedUntil: '{what} was renewed until {day}',
  worsened: '{what} has ended',
  warningOver: {
    paused: '{monitor} is paused; its warning ends here',
    deleted: '{monitor} was deleted; its warning ends here',
    changed: '{monitor} is watched otherwise now; its warning ends here',
  },
  labels: { seen: 'Seen', incident: 'Incident' },
} as const

/** What ends: the certificate or the registration, of one monitor and others that share it. */
function whatRuns(it: IncidentNews): Run[] {
  const forms = it.code === 'domain_expiring' ? SAYS.registration : SAYS.certificate
  const monitor = name(it.monitorName)
  return it.alsoOn === 0
    ? fill(forms.alone, { monitor })
    : fill(counted(forms, it.alsoOn), { monitor, count: it.alsoOn })
}

/** `… ends in 13 days`, from the moment it is said about. */
function endsRuns(it: IncidentNews, at: Instant): Run[] {
  const count = Math.floor(((it.endsAt ?? at) - at) / DAY)
  const of = { what: whatRuns(it), day: date(it.endsAt) }
  if (count < 0) return fill(SAYS.hasEnded, of)
  return count === 0 ? fill(SAYS.endsSoon, of) : fill(counted(SAYS.endsIn, count), { ...of, count })
}

const date = (at: Instant | null): Run[] => (at === null ? [] : [time(at, 'date')])

/** Something expires, or was renewed in time. */
export function expiryAlert(it: IncidentNews, at: Instant): Reply {
  const actions = details(it)
  switch (it.endReason) {
    case null:
      return say(endsRuns(it, at), {
        ...signed('degraded'),
        body: [
          facts(
            [SAYS.labels.seen, [verbatim(it.message)]],
            [SAYS.labels.incident, numberRuns(it.incidentId)],
          ),
        ],
        actions,
      })
    case 'resolved':
      return renewed(it)
    case 'worsened':
      return say(fill(SAYS.worsened, { what: whatRuns(it) }), { ...signed('pending'), actions })
    default:
      return say(fill(SAYS.warningOver[it.endReason], { monitor: name(it.monitorName) }), {
        ...signed('pending'),
        actions,
      })
  }
}

const renewed = (it: IncidentNews): Reply =>
  say(
    it.endsAt === null
      ? fill(SAYS.renewed, { what: whatRuns(it) })
      : fill(SAYS.renewedUntil, { what: whatRuns(it), day: date(it.endsAt) }),
    { ...signed('up'), actions: details(it) },
  )

/** The reply below it, at each further threshold and at the end. */
export const expiryReply = (it: IncidentNews, at: Instant): Reply => {
  const reply = it.endReason === null ? expiryAlert(it, at) : renewed(it)
  return { ...reply, body: [], actions: [] }
}
