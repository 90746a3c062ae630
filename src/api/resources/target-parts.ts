import type { Violation } from '../../kernel/index.ts'
import type { MonitorConfig, Slo } from '../../monitors/index.ts'
import { type MonitorType, PROBES } from '../../probes/index.ts'
import { isAnnotation, isObject, unknownField } from '../fields.ts'
import { readRelations } from '../relations.ts'
import type { Site } from '../site.ts'
import { optionNames, patchOptions } from './target-options.ts'

type Fields = Readonly<Record<string, unknown>>

const POLICY_FIELDS = [
  'confirmations',
  'recovery',
  'alertAfterSeconds',
  'retrySeconds',
  'degradedMs',
  'reminderSeconds',
  'escalateAfterSeconds',
  'escalateTo',
  'channels',
] as const satisfies readonly (keyof MonitorConfig['policy'])[]

const SLO_FIELDS = ['objective', 'days'] as const satisfies readonly (keyof Slo)[]
/** Figures of it, as an item shows them. */
const SLO_FIGURES = new Set([
  'budgetSeconds',
  'budgetLeftSeconds',
  'downtimeSeconds',
  'uptime',
  'burnRate',
  'isBurning',
])

/** What a body is read against. */
export interface Ground {
  /** What is there already; undefined for a new target. */
  readonly base: MonitorConfig | undefined
  /** The type the route says. */
  readonly routeType: MonitorType | undefined
  readonly accountId: number
  readonly site: Site
  readonly isLenient: boolean
}

export function readOptions(
  value: unknown,
  type: MonitorType,
  base: MonitorConfig | undefined,
  isLenient: boolean,
  violations: Violation[],
): Fields | null {
  if (value === null) return null
  const { optionsName } = PROBES[type]
  if (!isObject(value)) {
    violations.push({ path: optionsName, code: 'type', message: 'must be an object' })
    return null
  }
  const kept = withoutUnknown(value, optionsName, optionNames(type), isLenient, violations)
  const patched = patchOptions(type, base?.options ?? {}, kept)
  violations.push(...patched.violations)
  return patched.options
}

export function readPolicy(
  value: unknown,
  { base, isLenient, site }: Ground,
  violations: Violation[],
): Fields | null {
  if (value === null) return null
  if (!isObject(value)) {
    violations.push({ path: 'alertPolicy', code: 'type', message: 'must be an object' })
    return null
  }
  const kept = withoutUnknown(value, 'alertPolicy', POLICY_FIELDS, isLenient, violations)
  const ids = (field: string) =>
    kept[field] === undefined || kept[field] === null
      ? {}
      : {
          [field]: readRelations(
            kept[field],
            `alertPolicy.${field}`,
            '/api/channels',
            site,
            violations,
          ),
        }
  const named = { ...ids('channels'), ...ids('escalateTo') }
  const merged = Object.entries({ ...base?.policy, ...kept, ...named })
  return Object.fromEntries(merged.filter(([, it]) => it !== null))
}

export function readSlo(
  value: unknown,
  { base, isLenient }: Ground,
  violations: Violation[],
): Fields | null {
  if (value === null) return null
  if (!isObject(value)) {
    violations.push({ path: 'slo', code: 'type', message: 'must be an object, or null for none' })
    return null
  }
  const fields = Object.entries(value).filter(([name]) => !SLO_FIGURES.has(name))
  const given = Object.fromEntries(fields)
  const kept = withoutUnknown(given, 'slo', SLO_FIELDS, isLenient, violations)
  return Object.fromEntries(
    Object.entries({ ...base?.slo, ...kept }).filter(([, it]) => it !== null),
  )
}

function withoutUnknown(
  value: Fields,
  owner: string,
  known: readonly string[],
  isLenient: boolean,
  violations: Violation[],
): Fields {
  const strangers = Object.keys(value).filter((it) => !known.includes(it) && !isAnnotation(it))
  if (!isLenient)
    violations.push(...strangers.map((it) => unknownField(`${owner}.${it}`, it, known)))
  return Object.fromEntries(Object.entries(value).filter(([name]) => known.includes(name)))
}

export function refuseUser(value: unknown, { site, accountId }: Ground): Violation[] {
  if (value === null || site.idIn(value, '/api/users') === accountId) return []
  return [{ path: 'user', code: 'not_found', message: 'must be your own account' }]
}

export function refuseType(value: unknown, { base, routeType }: Ground): Violation[] {
  const fixed = base?.type ?? routeType
  if (fixed === undefined || value === undefined || value === fixed) return []
  if (base !== undefined)
    return [
      {
        path: 'type',
        code: 'immutable',
        message: `is ${base.type} and stays so; add another target instead`,
      },
    ]
  return [{ path: 'type', code: 'conflict', message: `must be ${fixed}, as the path says` }]
}
