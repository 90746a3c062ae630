import { z } from 'zod'
import { type MonitorType, PROBES } from '../../probes/index.ts'
import { required, wire, written } from '../wire.ts'

const TYPES = Object.keys(PROBES) as [MonitorType, ...MonitorType[]]

const alertPolicy = z.object({
  confirmations: z.int().min(1).max(10),
  recovery: z.int().min(1).max(10),
  alertAfterSeconds: z.int().min(0).max(86_400),
  retrySeconds: z.int().min(5).max(3600),
  degradedMs: z.int().min(1).max(60_000).nullable(),
  reminderSeconds: z.int().min(0).max(86_400),
  escalateAfterSeconds: z.int().min(0).max(86_400),
  escalateTo: z.array(wire.iri('Channel')),
  channels: z.array(wire.iri('Channel')).nullable(),
})

/** What each type may be asked for, by its name on the wire, which some types share. */
const OPTIONS = Object.fromEntries(
  Object.values(PROBES).map(({ optionsName }) => {
    const schemas = Object.values(PROBES)
      .filter((kind) => kind.optionsName === optionsName)
      .map(({ options }) => options as z.ZodType)
    return [
      optionsName,
      written((schemas.length === 1 ? schemas[0]! : z.union(schemas)).optional()),
    ]
  }),
)

/** Of it people write the first two. */
const slo = z.object({
  objective: z.number().min(50).lt(100),
  days: z.int().min(1).max(90).default(30),
  budgetSeconds: wire.whole.optional(),
  budgetLeftSeconds: wire.whole.optional(),
  downtimeSeconds: wire.whole.optional(),
  uptime: wire.percent.nullable().optional(),
  burnRate: wire.number.optional(),
  isBurning: wire.flag.optional(),
})

const inLists = {
  id: wire.id,
  name: required(z.string().min(1).max(50)),
  url: required(z.string().max(2048)),
  type: required(z.enum(TYPES)),
  user: written(wire.iri('User')),
  isActive: written(wire.flag),
  frequency: written(z.int().min(1).max(1440)),
  intervalSeconds: written(z.int().min(10).max(86_400)),
  requestTimeout: written(z.int().min(1).max(60)),
  statusSummary: wire.one('GOOD', 'ERROR', 'PAUSED', 'PENDING'),
  isDegraded: wire.flag,
  isInMaintenance: wire.flag,
  lastCheckAt: wire.time.nullable(),
  nextCheckAt: wire.time.nullable(),
  lastChangeAt: wire.time.nullable(),
  pausedUntil: wire.time.nullable(),
  lastResponseTime: wire.whole.nullable(),
  lastErrorCode: wire.text.nullable(),
  lastErrorMessage: wire.text.nullable(),
  uptime24h: wire.percent.nullable(),
  expiresAt: written(wire.time.nullable()),
  externalRef: written(z.string().min(1).max(120).nullable()),
  managedBy: written(z.string().min(1).max(60).nullable()),
  tags: written(z.array(wire.text).max(20)),
  dependsOn: written(z.array(wire.iri('Target')).max(10)),
}
const stamps = { createdAt: wire.time, updatedAt: wire.time }

/** What a list shows of a target. */
export const LISTED_TARGET = z.object({ ...inLists, ...stamps })

/** Everything a target has on the wire; of the options objects the one of its type. */
export const TARGET_SHAPE = z.object({
  ...inLists,
  alertPolicy: written(alertPolicy),
  slo: written(slo.nullable()),
  ...OPTIONS,
  ssl: z
    .object({
      isValid: wire.flag,
      issuer: wire.text,
      subject: wire.text,
      validFrom: wire.time,
      expiresAt: wire.time,
      daysLeft: wire.whole,
    })
    .nullable(),
  domain: z
    .object({
      registrar: wire.text.nullable(),
      expiresAt: wire.time.nullable(),
      daysLeft: wire.whole.nullable(),
      source: wire.one('rdap', 'whois'),
    })
    .nullable(),
  stats: z.object({
    uptime24h: wire.percent.nullable(),
    uptime7d: wire.percent.nullable(),
    uptime30d: wire.percent.nullable(),
    avgResponseTime24h: wire.whole.nullable(),
    p95ResponseTime24h: wire.whole.nullable(),
    checks24h: z.int().min(0),
  }),
  ...stamps,
})
