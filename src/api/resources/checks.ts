import { z } from 'zod'
import { getCheck, listChecks, type PastCheck } from '../../monitors/index.ts'
import { toIso } from '../../kernel/index.ts'
import { type Code, CODES } from '../../probes/index.ts'
import { choice, relation, span } from '../parameters.ts'
import { type Answer, type Call, type Resource, route, toldTo } from '../route.ts'
import { wire } from '../wire.ts'

const PATH = '/api/target_checks'

const ms = z.number().min(0)
const open = z.record(wire.text, z.unknown())

export const checkShape = z.object({
  id: z.int().min(0),
  target: wire.iri('Target'),
  trigger: wire.one('schedule', 'retry', 'manual', 'resume', 'verification'),
  startedAt: wire.time,
  finishedAt: wire.time,
  status: wire.one('up', 'degraded', 'down', 'unknown'),
  code: z.enum(Object.keys(CODES) as [Code, ...Code[]]),
  message: wire.text,
  durationMs: wire.whole,
  timings: z
    .object({
      dns: ms.optional(),
      connect: ms.optional(),
      tls: ms.optional(),
      firstByte: ms.optional(),
      body: ms.optional(),
      total: ms,
    })
    .nullable(),
  details: z
    .object({
      address: wire.text.optional(),
      family: z.union([z.literal(4), z.literal(6)]).optional(),
      http: open.optional(),
      certificate: open.optional(),
      domain: open.optional(),
      ping: open.optional(),
    })
    .nullable(),
})

const checkPath = ({ id }: PastCheck): string => `${PATH}/${id}`

export const checkFields = (check: PastCheck, call: Call) => ({
  id: check.id,
  target: call.site.iri(`/api/targets/${check.monitorId}`),
  trigger: check.cause,
  startedAt: toIso(check.startedAt),
  finishedAt: toIso(check.finishedAt),
  status: check.outcome.status,
  code: check.outcome.code,
  message: toldTo(call, check.outcome.code, check.outcome.message, {
    // Whoever answered was connected to.
    url: '',
    address: check.outcome.details?.address,
  }),
  durationMs: check.outcome.durationMs,
  timings: check.outcome.timings ?? null,
  details: check.outcome.details ?? null,
})

export const checkItem = (check: PastCheck, call: Call): Answer => ({
  kind: 'item',
  type: 'TargetCheck',
  path: checkPath(check),
  fields: checkFields(check, call),
})

const parameters = {
  target: relation('/api/targets'),
  status: choice({ UP: ['up'], DEGRADED: ['degraded'], DOWN: ['down'], UNKNOWN: ['unknown'] }),
  startedAt: span,
}

export const checks: Resource = {
  name: 'TargetCheck',
  title: 'One look at a target and what it found',
  path: PATH,
  shape: checkShape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Lists checks, newest first',
      parameters,
      pageSize: 30,
      run: async (call) => {
        const { db, query, page } = call
        const filter = {
          ...(query.target === undefined ? {} : { monitorId: query.target }),
          ...(query.status === undefined ? {} : { statuses: query.status }),
          ...(query.startedAt === undefined ? {} : { started: query.startedAt }),
        }
        const found = await listChecks(db, filter, page)
        return {
          kind: 'members',
          type: 'TargetCheck',
          path: PATH,
          total: found.total,
          members: found.checks.map((it) => ({
            path: checkPath(it),
            fields: checkFields(it, call),
          })),
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads a check',
      find: ({ db, id }) => getCheck(db, id),
      run: async (call, check) => checkItem(check, call),
    }),
  ],
}
