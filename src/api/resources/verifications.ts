import { z } from 'zod'
import {
  InvalidInput,
  type MonitorId,
  SECOND,
  toIso,
  type Violation,
  isoOrNull,
} from '../../kernel/index.ts'
import {
  getVerification,
  listVerifications,
  resumeMonitor,
  startVerification,
  type Verification,
} from '../../monitors/index.ts'
import { bodyOf } from '../fields.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { wire } from '../wire.ts'
import { checkFields, checkShape } from './checks.ts'
import { toolsOf } from './target-tools.ts'

const PATH = '/api/verifications'
const TARGETS = '/api/targets'
const MOST_TARGETS = 50
const TARGETS_RULE = `must be a list of at most ${MOST_TARGETS} targets, by id or IRI`

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
const flag = z.boolean('must be true or false').default(false)

const body = z.strictObject({
  targets: z.array(z.union([z.int(), z.string()], TARGETS_RULE), TARGETS_RULE).default([]),
  externalRefs: z.array(z.string('must be text'), 'must be a list of references').default([]),
  tags: z.array(z.string('must be text'), 'must be a list of tags').max(20).default([]),
  checks: whole(1, 10).default(3),
  intervalSeconds: whole(0, 60).default(2),
  maxResponseMs: whole(1, 60_000).nullable().default(null),
  timeoutSeconds: whole(1, 300).default(60),
  resume: flag,
  failOnError: flag,
})

const shape = z.object({
  id: wire.id,
  status: wire.one('pass', 'fail', 'running'),
  exitCode: z.int().min(0).max(1).nullable(),
  startedAt: wire.time,
  finishedAt: wire.time.nullable(),
  detail: wire.text,
  results: z.array(
    z.object({
      target: wire.iri('Target'),
      status: wire.one('pass', 'fail'),
      passed: z.int().min(0),
      failed: z.int().min(0),
      checks: z.array(checkShape),
    }),
  ),
})

const pathOf = ({ id }: Verification): string => `${PATH}/${id}`

const fieldsOf = (it: Verification, call: Call) => ({
  id: it.id,
  status: it.status,
  exitCode: it.status === 'running' ? null : it.status === 'pass' ? 0 : 1,
  startedAt: toIso(it.startedAt),
  finishedAt: isoOrNull(it.finishedAt),
  detail: it.detail,
  results: it.results.map(({ target, status, passed, failed, checks }) => ({
    target: call.site.iri(`${TARGETS}/${target}`),
    status,
    passed,
    failed,
    checks: checks.map((check) => checkFields(check, call)),
  })),
})

const itemOf = (it: Verification, call: Call, status: 200 | 201 | 202 | 424 = 200): Answer => ({
  kind: 'item',
  type: 'Verification',
  path: pathOf(it),
  fields: fieldsOf(it, call),
  status,
})

/** The monitors meant, each once. @throws InvalidInput where one is not the account's */
async function readTargets(
  { db, site }: Call,
  { targets, externalRefs, tags }: z.output<typeof body>,
): Promise<MonitorId[]> {
  const violations: Violation[] = []
  const given = [
    ...targets.map((it, at) => ({
      id: typeof it === 'number' ? it : site.idIn(it, TARGETS),
      path: `targets[${at}]`,
    })),
    ...(await Promise.all(
      externalRefs.map(async (reference, at) => {
        const row = await db
          .selectFrom('monitors')
          .select('id')
          .where('external_ref', '=', reference)
          .executeTakeFirst()
        return { id: row?.id, path: `externalRefs[${at}]` }
      }),
    )),
  ]
  const rows = await db.selectFrom('monitors').select(['id', 'tags']).orderBy('id').execute()
  const mine = new Set(rows.map(({ id }) => id))
  for (const [at, tag] of tags.entries()) {
    const tagged = rows.filter((row) => (JSON.parse(row.tags) as string[]).includes(tag))
    const path = `tags[${at}]`
    if (tagged.length === 0)
      violations.push({ path, code: 'not_found', message: 'must be a tag of a target of yours' })
    given.push(...tagged.map(({ id }) => ({ id, path })))
  }
  for (const { id, path } of given)
    if (id === undefined || !mine.has(id))
      violations.push({ path, code: 'not_found', message: 'must be a target of yours' })
  if (given.length === 0 && violations.length === 0)
    violations.push({
      path: 'targets',
      code: 'required',
      message: 'is required, or externalRefs, or tags',
    })
  if (new Set(given.map(({ id }) => id)).size > MOST_TARGETS)
    violations.push({ path: 'targets', code: 'length', message: TARGETS_RULE })
  if (violations.length > 0) throw new InvalidInput(violations)
  return [...new Set(given.map(({ id }) => id!))]
}

async function verify(call: Call, wanted: z.output<typeof body>): Promise<Answer> {
  const { db, deps } = call
  const targets = await readTargets(call, wanted)
  call.spendChecks(targets.length - 1)
  if (wanted.resume) for (const id of targets) await resumeMonitor(db, toolsOf(call), id)
  if (wanted.resume) deps.looker.nudge()
  const { begun, finished } = await startVerification(db, deps, {
    targets,
    checks: wanted.checks,
    intervalMs: wanted.intervalSeconds * SECOND,
    maxResponseMs: wanted.maxResponseMs,
    timeoutMs: wanted.timeoutSeconds * SECOND,
  })
  if (call.prefersAsync) {
    finished.catch((error: unknown) => deps.log.error({ err: error }, 'verification broke off'))
    return itemOf(begun, call, 202)
  }
  const done = await finished
  return itemOf(done, call, done.status === 'fail' && wanted.failOnError ? 424 : 201)
}

export const verifications: Resource = {
  name: 'Verification',
  title: 'A run of looks that a pipeline waits for: pass or fail; kept for 7 days',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Lists verifications, newest first',
      pageSize: 30,
      run: async (call) => {
        const { total, found } = await listVerifications(call.db, call.page)
        return {
          kind: 'members',
          type: 'Verification',
          path: PATH,
          total,
          members: found.map((it) => ({ path: pathOf(it), fields: fieldsOf(it, call) })),
        }
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      isAboutTargets: true,
      summary:
        'Looks at targets now, several times, and answers pass or fail; nobody is alerted by it',
      example: { targets: ['/api/targets/1'], checks: 1, failOnError: true },
      creates: true,
      also: [
        { status: 202, means: 'Begun, with Prefer: respond-async' },
        { status: 424, means: 'It failed, and failOnError was set' },
      ],
      isCheck: true,
      body: bodyOf(body),
      run: (call, _, wanted) => verify(call, wanted),
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads a verification',
      find: ({ db, id }) => getVerification(db, id),
      run: async (call, found) => itemOf(found, call),
    }),
  ],
}
