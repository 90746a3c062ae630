import { z } from 'zod'
import { type AuditEntry, listAudit } from '../../audit/index.ts'
import { toIso } from '../../kernel/index.ts'
import { choice, span, words } from '../parameters.ts'
import { type Call, type Resource, route } from '../route.ts'
import { wire } from '../wire.ts'

const PATH = '/api/audit_logs'

const shape = z.object({
  id: wire.id,
  actorType: wire.one('key', 'chat', 'cli', 'engine'),
  actor: wire.text,
  place: wire.text.nullable(),
  action: wire.text,
  subject: wire.text,
  /** Of each field that changed: what it was, what it is. */
  changes: z.record(wire.text, z.array(z.unknown())),
  changedAt: wire.time,
})

const fieldsOf = (it: AuditEntry, { site }: Call) => ({
  id: it.id,
  actorType: it.actor_type,
  actor: it.actor,
  place: it.place,
  action: it.action,
  subject: site.iri(it.subject),
  changes: JSON.parse(it.changes) as Record<string, unknown[]>,
  changedAt: toIso(it.changed_at),
})

export const auditLogs: Resource = {
  name: 'AuditLog',
  title: 'Who changed what, from where, and when',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'admin',
      summary: 'Lists changes, newest first',
      parameters: {
        actorType: choice({ KEY: ['key'], CHAT: ['chat'], CLI: ['cli'], ENGINE: ['engine'] }),
        action: words(60),
        subject: words(200),
        changedAt: span,
      },
      pageSize: 30,
      run: async (call) => {
        const { actorType, action, subject, changedAt } = call.query
        const { base } = call.site
        const filter = {
          ...(actorType === undefined ? {} : { actorTypes: actorType }),
          ...(action === undefined ? {} : { action }),
          ...(subject === undefined
            ? {}
            : { subject: subject.startsWith(`${base}/`) ? subject.slice(base.length) : subject }),
          ...(changedAt === undefined ? {} : { changed: changedAt }),
        }
        const { total, entries } = await listAudit(call.db, filter, call.page)
        return {
          kind: 'members',
          type: 'AuditLog',
          path: PATH,
          total,
          members: entries.map((it) => ({ path: `${PATH}/${it.id}`, fields: fieldsOf(it, call) })),
        }
      },
    }),
  ],
}
