import { z } from 'zod'
import { toIso, isoOrNull } from '../../kernel/index.ts'
import { EVENTS, eventNameOf, getTold, listTold, type Told } from '../../notifications/index.ts'
import { choice, relation } from '../parameters.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { wire } from '../wire.ts'

const PATH = '/api/user_notifications'

const shape = z.object({
  id: wire.id,
  channel: wire.text,
  channelRef: wire.iri('Channel'),
  event: z.enum([...EVENTS, 'notice']),
  status: wire.one('pending', 'sent', 'failed', 'suppressed'),
  target: wire.iri('Target').nullable(),
  incident: wire.iri('TargetIncident').nullable(),
  subject: wire.text,
  attempts: z.int().min(0),
  error: wire.text.nullable(),
  createdAt: wire.time,
  sentAt: wire.time.nullable(),
})

const SUBJECTS = {
  alert: {
    down: 'is down',
    degraded: 'is degraded',
    warning: 'expires soon',
    burning: 'burns its budget',
  },
  recovery: {
    down: 'is up again',
    degraded: 'is well again',
    warning: 'was renewed',
    burning: 'burns its budget no longer',
  },
  reminder: {
    down: 'is still down',
    degraded: 'is degraded',
    warning: 'expires soon',
    burning: 'burns its budget',
  },
  acknowledged: {
    down: 'was acknowledged',
    degraded: 'was acknowledged',
    warning: 'was acknowledged',
    burning: 'was acknowledged',
  },
} as const

const FACTS: Readonly<Partial<Record<string, string>>> = {
  'target.down': 'is down',
  'target.up': 'is up again',
  'target.reminder': 'is still down',
  'target.degraded': 'is degraded',
  'target.expiring': 'expires soon',
  'target.burning': 'burns its budget',
  'incident.acknowledged': 'was acknowledged',
}

function noticeOf(notice: Told['notice']): string {
  switch (notice?.kind === 'fact' ? notice.type : notice?.kind) {
    case 'test':
      return 'A test'
    case 'exposed':
    case 'key.exposed':
      return 'An API key was seen in a URL'
    case 'summary':
      return 'A summary'
    case 'blind':
      return 'The internet could not be reached'
    case 'unseen':
      return notice?.kind === 'unseen' ? `${notice.monitorName} could not be looked at` : ''
    default:
      return 'A channel was switched off'
  }
}

function subjectOf({ event, severity, monitorName, notice }: Told): string {
  const called = monitorName ?? 'A deleted monitor'
  if (event === 'fact') {
    const said = notice?.kind === 'fact' ? FACTS[notice.type] : undefined
    return said === undefined ? noticeOf(notice) : `${called} ${said}`
  }
  if (event === 'notice') return noticeOf(notice)
  return severity === null ? called : `${called} ${SUBJECTS[event][severity]}`
}

function eventOf({ event, notice, severity }: Told) {
  if (notice?.kind === 'fact') return notice.type
  if (notice?.kind === 'test') return 'test'
  if (notice?.kind === 'summary') return 'summary'
  if (notice?.kind === 'exposed') return 'key.exposed'
  return event === 'notice' || event === 'fact' || severity === null
    ? 'notice'
    : eventNameOf(event, severity)
}

const pathOf = ({ id }: Told): string => `${PATH}/${id}`

const fieldsOf = (told: Told, { site }: Call) => ({
  id: told.id,
  channel: told.kind,
  channelRef: site.iri(`/api/channels/${told.channelId}`),
  event: eventOf(told),
  status: told.state === 'superseded' ? 'suppressed' : told.state,
  target: told.monitorId === null ? null : site.iri(`/api/targets/${told.monitorId}`),
  incident:
    told.incidentId === null || told.monitorId === null || told.severity === 'burning'
      ? null
      : site.iri(`/api/target_incidents/${told.incidentId}`),
  subject: subjectOf(told),
  attempts: told.attempts,
  error: told.error,
  createdAt: toIso(told.createdAt),
  sentAt: isoOrNull(told.sentAt),
})

const itemOf = (told: Told, call: Call): Answer => ({
  kind: 'item',
  type: 'UserNotification',
  path: pathOf(told),
  fields: fieldsOf(told, call),
})

export const userNotifications: Resource = {
  name: 'UserNotification',
  title: 'One thing a channel was told, and what came of it',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Lists what channels were told, newest first; it is kept for 90 days',
      parameters: {
        channel: choice({
          DISCORD: ['discord'],
          TELEGRAM: ['telegram'],
          TERMINAL: ['terminal'],
          EMAIL: ['email'],
          WEBHOOK: ['webhook'],
          WEB: ['web'],
        }),
        status: choice({
          PENDING: ['pending'],
          SENT: ['sent'],
          FAILED: ['failed'],
          SUPPRESSED: ['superseded'],
        }),
        target: relation('/api/targets'),
      },
      pageSize: 30,
      run: async (call) => {
        const { channel, status, target } = call.query
        const filter = {
          ...(channel === undefined ? {} : { kinds: channel }),
          ...(status === undefined ? {} : { states: status }),
          ...(target === undefined ? {} : { monitorId: target }),
        }
        const { total, told } = await listTold(call.db, filter, call.page)
        return {
          kind: 'members',
          type: 'UserNotification',
          path: PATH,
          total,
          members: told.map((it) => ({ path: pathOf(it), fields: fieldsOf(it, call) })),
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads one thing a channel was told',
      find: ({ db, id }) => getTold(db, id),
      run: async (call, told) => itemOf(told, call),
    }),
  ],
}
