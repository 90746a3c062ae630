import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { zoneRule } from '../accounts/index.ts'
import {
  DAY,
  type Instant,
  InvalidInput,
  isCron,
  MINUTE,
  type MonitorId,
  nameRule,
  tagsRule,
  type Violation,
  violationsOf,
} from '../kernel/index.ts'
import type { Plan } from './windows.ts'

const LONGEST_MS = 90 * DAY
const TARGETS_RULE = 'must be a list of at most 500 monitors of yours, or null for all'
const CRON_RULE = 'must be five cron fields such as "0 2 * * 6" that come true at some time'
const TIME_RULE = 'must be a time'
const DURATION_RULE = 'must be a whole number from 1 to 1440'

const instant = z.int(TIME_RULE).nullable().default(null)

const fields = z.strictObject({
  name: nameRule,
  targets: z
    .array(z.int(TARGETS_RULE), TARGETS_RULE)
    .max(500, TARGETS_RULE)
    .nullable()
    .default(null),
  tags: tagsRule,
  isActive: z.boolean('must be true or false').default(true),
  timezone: zoneRule.default('UTC'),
  startsAt: instant,
  endsAt: instant,
  cron: z.string(CRON_RULE).trim().refine(isCron, CRON_RULE).nullable().default(null),
  durationMinutes: z
    .int(DURATION_RULE)
    .min(1, DURATION_RULE)
    .max(1440, DURATION_RULE)
    .nullable()
    .default(null),
})

/** A planned window, once (`startsAt`, `endsAt`) or recurring (`cron`, `durationMinutes`). */
export interface MaintenanceConfig {
  readonly name: string
  /** Null: every monitor; with tags: none but those that carry one of them. */
  readonly targets: readonly MonitorId[] | null
  readonly tags: readonly string[]
  readonly isActive: boolean
  /** Whose clock the cron fields are read by. */
  readonly timezone: string
  readonly startsAt: Instant | null
  readonly endsAt: Instant | null
  readonly cron: string | null
  readonly durationMinutes: number | null
}

const required = (path: string): Violation => ({ path, code: 'required', message: 'is required' })

/** Once or recurring, and each whole. */
function refuseMixture(it: MaintenanceConfig): Violation[] {
  const isOnce = it.startsAt !== null || it.endsAt !== null
  const isRecurring = it.cron !== null || it.durationMinutes !== null
  if (isOnce && isRecurring)
    return [
      {
        path: it.cron === null ? 'durationMinutes' : 'cron',
        code: 'conflict',
        message: 'must be null where startsAt and endsAt are given',
      },
    ]
  if (isRecurring) {
    if (it.cron === null) return [required('cron')]
    return it.durationMinutes === null ? [required('durationMinutes')] : []
  }
  if (it.startsAt === null)
    return [
      {
        path: 'startsAt',
        code: 'required',
        message: 'is required, with endsAt; or cron with durationMinutes',
      },
    ]
  if (it.endsAt === null) return [required('endsAt')]
  if (it.endsAt <= it.startsAt)
    return [{ path: 'endsAt', code: 'range', message: 'must be after startsAt' }]
  if (it.endsAt - it.startsAt > LONGEST_MS)
    return [{ path: 'endsAt', code: 'range', message: 'must be at most 90 days after startsAt' }]
  return []
}

/** @throws InvalidInput with every violation */
export function parseMaintenance(input: Readonly<Record<string, unknown>>): MaintenanceConfig {
  const parsed = fields.safeParse(input)
  const violations = parsed.success ? refuseMixture(parsed.data) : violationsOf(parsed.error, input)
  if (!parsed.success || violations.length > 0) throw new InvalidInput(violations)
  return parsed.data
}

export const planOf = (it: MaintenanceConfig): Plan =>
  it.cron === null
    ? { startsAt: it.startsAt!, endsAt: it.endsAt! }
    : { cron: it.cron, timezone: it.timezone, durationMs: it.durationMinutes! * MINUTE }

/** Whether two are on at the same times, whomever they cover. */
export const hasSameWindows = (a: MaintenanceConfig, b: MaintenanceConfig): boolean =>
  a.isActive === b.isActive && isDeepStrictEqual(planOf(a), planOf(b))
