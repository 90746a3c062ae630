import { z } from 'zod'
import {
  type Instant,
  InvalidInput,
  type MonitorId,
  nameRule,
  quote,
  tagsRule,
  type Violation,
  violationsOf,
} from '../kernel/index.ts'
import { isMonitorType, type MonitorType, PROBES } from '../probes/index.ts'
import { type Policy, policyRule, type Slo, sloRule, wholeNumber } from './policy.ts'

export const MOST_DEPENDENCIES = 10
export const DEPENDS_RULE = `must be a list of at most ${MOST_DEPENDENCIES} different monitors of yours`
const TYPE_RULE = `must be ${Object.keys(PROBES).join(', ')}`
const LONGEST_LIFE_MS = 366 * 86_400_000

// Halves of surrogate pairs would be stored as something else.
const ODD = /[\p{Cc}\p{Cs}]/u
const words = (max: number) => {
  const rule = `must be text of 1 to ${max} characters without control characters`
  return z
    .string(rule)
    .min(1, rule)
    .max(max, rule)
    .refine((text) => !ODD.test(text), rule)
    .nullable()
    .default(null)
}

const shared = {
  name: nameRule,
  isActive: z.boolean('must be true or false').default(true),
  timeoutSeconds: wholeNumber(1, 60).default(30),
  policy: policyRule.prefault({}),
  tags: tagsRule,
  dependsOn: z
    .array(z.int(DEPENDS_RULE).min(1, DEPENDS_RULE), DEPENDS_RULE)
    .max(MOST_DEPENDENCIES, DEPENDS_RULE)
    .refine((ids) => new Set(ids).size === ids.length, {
      error: DEPENDS_RULE,
      params: { code: 'length' },
    })
    .default([]),
  slo: sloRule,
  externalRef: words(120),
  managedBy: words(60),
}

/** Everything about a monitor that people set, valid as a whole. Names are ours, not the wire's. */
export interface MonitorConfig {
  readonly type: MonitorType
  readonly name: string
  readonly url: string
  readonly isActive: boolean
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly policy: Policy
  readonly options: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  /** While one of them is down, an outage of this one is told with theirs. */
  readonly dependsOn: readonly MonitorId[]
  /** Null: nothing is promised. */
  readonly slo: Slo | null
  readonly externalRef: string | null
  readonly managedBy: string | null
  readonly expiresAt: Instant | null
}

/** What a plan allows; see accounts. */
export interface MonitorLimits {
  readonly plan: string
  readonly monitors: number | null
  readonly minIntervalSeconds: number
  /** Why a literal host may not be watched; nothing for names, which are judged at each look. */
  readonly refusal?: (host: string) => string | undefined
}

function lifeRule(now: Instant) {
  const rule = 'must be a time in the future, at most a year away'
  const end = now + LONGEST_LIFE_MS
  return z.int(rule).gt(now, rule).lt(end, rule).nullable().default(null)
}

const intervalRule = wholeNumber(10, 86_400)

function ruleFor(type: MonitorType, now: Instant) {
  const kind = PROBES[type]
  return z.strictObject({
    ...shared,
    type: z.literal(type),
    url: kind.address,
    intervalSeconds: intervalRule.default(kind.defaultIntervalSeconds),
    options: kind.options.prefault({}),
    expiresAt: lifeRule(now),
  })
}

/** What can be said of a configuration whose type is none. */
function untypedViolations(input: Readonly<Record<string, unknown>>, now: Instant): Violation[] {
  const { type } = input
  const given = quote(type)
  const rule = given === undefined ? TYPE_RULE : `${TYPE_RULE}, not ${given}`
  const rules = z.object({
    ...shared,
    url: z.string('must be an address'),
    intervalSeconds: intervalRule.optional(),
    expiresAt: lifeRule(now),
  })
  const { error } = rules.safeParse(input)
  return [
    type === undefined
      ? { path: 'type', code: 'required', message: 'is required' }
      : { path: 'type', code: 'enum', message: rule },
    ...(error === undefined ? [] : violationsOf(error, input)),
  ]
}

/**
 * A monitor's configuration from what somebody gave, defaults filled in.
 * @throws InvalidInput with every violation, paths in our names (`policy.recovery`, `options.method`)
 */
export function parseConfig(
  input: Readonly<Record<string, unknown>>,
  now: Instant,
  limits: MonitorLimits,
): MonitorConfig {
  const { type } = input
  if (!isMonitorType(type)) throw new InvalidInput(untypedViolations(input, now))
  const parsed = ruleFor(type, now).safeParse(input)
  const violations: Violation[] = parsed.success ? [] : violationsOf(parsed.error, input)
  const wanted = input['intervalSeconds']
  if (
    typeof wanted === 'number' &&
    wanted < limits.minIntervalSeconds &&
    !violations.some(({ path }) => path === 'intervalSeconds')
  )
    violations.push({
      path: 'intervalSeconds',
      code: 'plan',
      message: `must be at least ${limits.minIntervalSeconds} on the plan ${limits.plan}, not ${wanted}`,
    })
  const host = parsed.success ? PROBES[type].hostOf(parsed.data.url) : null
  const refused = host === null ? undefined : limits.refusal?.(host)
  if (refused !== undefined)
    violations.push({ path: 'url', code: 'format', message: `cannot be that: ${refused}` })
  if (!parsed.success || violations.length > 0) throw new InvalidInput(violations)
  return parsed.data
}
