import { z } from 'zod'
import { Fault, SECOND, toIso } from '../../kernel/index.ts'
import {
  type Bucket,
  BUCKET_MS,
  type BucketKind,
  getBucket,
  listBuckets,
} from '../../stats/index.ts'
import { order, relation, span } from '../parameters.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { wire } from '../wire.ts'

const TARGETS = '/api/targets'
/** How far back they are kept. */
const REACH = { hour: '90 days', day: '2 years' } as const
/** More than there are hours or days until the year 2083. */
const FIRST_OF_BUCKETS = 1_000_000

const ms = z.int().min(0).nullable()

const shape = z.object({
  id: wire.id,
  target: wire.iri('Target'),
  date: wire.time,
  uptime: wire.percent.nullable(),
  minResponseTime: ms,
  maxResponseTime: ms,
  avgResponseTime: ms,
  p95ResponseTime: ms,
  checks: z.int().min(0),
  failures: z.int().min(0),
  downtimeSeconds: z.int().min(0),
  observedSeconds: z.int().min(0),
})

function statsOf(kind: BucketKind, name: string, path: string, title: string): Resource {
  const idOf = ({ monitorId, at }: Bucket): number =>
    monitorId * FIRST_OF_BUCKETS + at / BUCKET_MS[kind]
  const pathOf = (bucket: Bucket): string => `${path}/${idOf(bucket)}`
  const fieldsOf = (it: Bucket, { site }: Call) => ({
    id: idOf(it),
    target: site.iri(`${TARGETS}/${it.monitorId}`),
    date: toIso(it.at),
    uptime: it.uptime,
    minResponseTime: it.minMs,
    maxResponseTime: it.maxMs,
    avgResponseTime: it.avgMs,
    p95ResponseTime: it.p95Ms,
    checks: it.checks,
    failures: it.failures,
    downtimeSeconds: Math.round(it.downMs / SECOND),
    observedSeconds: Math.round(it.observedMs / SECOND),
  })
  return {
    name,
    title,
    path,
    shape,
    routes: [
      route({
        method: 'GET',
        path,
        scope: 'read',
        isAboutTargets: true,
        summary: `Lists statistics by the ${kind}, newest first, of the last ${REACH[kind]}`,
        parameters: { target: relation(TARGETS), date: span, order: order(['date']) },
        pageSize: 30,
        run: async (call) => {
          const { target, date, order: by } = call.query
          const filter = {
            ...(target === undefined ? {} : { monitorId: target }),
            ...(date === undefined ? {} : { began: date }),
          }
          const direction = by?.[0]?.direction ?? 'desc'
          const { total, buckets } = await listBuckets(call.db, kind, filter, call.page, direction)
          return {
            kind: 'members',
            type: name,
            path,
            total,
            members: buckets.map((it) => ({ path: pathOf(it), fields: fieldsOf(it, call) })),
          }
        },
      }),
      route({
        method: 'GET',
        path: `${path}/{id}`,
        scope: 'read',
        isAboutTargets: true,
        summary: `Reads the statistics of one ${kind}`,
        find: async ({ db, id }) => {
          const at = (id % FIRST_OF_BUCKETS) * BUCKET_MS[kind]
          const found = await getBucket(db, kind, Math.floor(id / FIRST_OF_BUCKETS), at)
          if (found === undefined) throw new Fault('stats_unknown', { name: `#${id}` })
          return found
        },
        run: async (call, found): Promise<Answer> => ({
          kind: 'item',
          type: name,
          path: pathOf(found),
          fields: fieldsOf(found, call),
        }),
      }),
    ],
  }
}

export const hourlies = statsOf(
  'hour',
  'TargetStatsHourly',
  '/api/target_stats_hourlies',
  'How a target was, by the UTC hour',
)
export const dailies = statsOf(
  'day',
  'TargetStatsDaily',
  '/api/target_stats_dailies',
  'How a target was, by the UTC day',
)
