import { InvalidInput, type Violation } from '../../kernel/index.ts'
import { isMonitorType, PROBES } from '../../probes/index.ts'
import { isAnnotation, unknownField } from '../fields.ts'
import { moment } from '../merge.ts'
import { readRelations } from '../relations.ts'
import { readInterval } from './target-interval.ts'
import {
  type Ground,
  readOptions,
  readPolicy,
  readSlo,
  refuseType,
  refuseUser,
} from './target-parts.ts'

type Fields = Readonly<Record<string, unknown>>

/** Wire names and ours, where a value passes as it is. */
const PLAIN: Readonly<Record<string, string>> = {
  name: 'name',
  url: 'url',
  type: 'type',
  isActive: 'isActive',
  requestTimeout: 'timeoutSeconds',
  tags: 'tags',
  externalRef: 'externalRef',
  managedBy: 'managedBy',
}
const SPECIAL = [
  'user',
  'frequency',
  'intervalSeconds',
  'expiresAt',
  'alertPolicy',
  'dependsOn',
  'slo',
] as const
const READ_ONLY = new Set([
  'id',
  'createdAt',
  'updatedAt',
  'statusSummary',
  'isDegraded',
  'isInMaintenance',
  'lastCheckAt',
  'nextCheckAt',
  'lastChangeAt',
  'pausedUntil',
  'lastResponseTime',
  'lastErrorCode',
  'lastErrorMessage',
  'uptime24h',
  'ssl',
  'domain',
  'stats',
])
const ANY_OPTIONS = /^(?:http|port|ping|ssl|domain)Info$/

/** A body in our names, and what is wrong with it already. */
export interface Reading {
  /** Null members of the body are absent here, so that defaults fill them. */
  readonly wanted: Fields
  readonly violations: readonly Violation[]
  /** A violation of ours as the wire names it. */
  toWire(violation: Violation): Violation
}

/** Reads a target's fields: a whole one, or a merge patch on `base`. */
export function readTarget(raw: Fields, ground: Ground): Reading {
  const { base, routeType, isLenient } = ground
  const given = base?.type ?? routeType ?? raw['type']
  const type = isMonitorType(given) ? given : undefined
  const optionsName = type === undefined ? undefined : PROBES[type].optionsName
  const known = [
    ...Object.keys(PLAIN),
    ...SPECIAL,
    ...(optionsName === undefined ? [] : [optionsName]),
  ]
  const violations: Violation[] = []
  const wanted = new Map<string, unknown>(Object.entries(base ?? { type: routeType }))
  const put = (field: string, value: unknown) => {
    if (value === null) wanted.delete(field)
    else wanted.set(field, value)
  }
  for (const [name, value] of Object.entries(raw)) {
    if (Object.hasOwn(PLAIN, name)) put(PLAIN[name]!, value)
    else if (name === optionsName)
      put('options', readOptions(value, type!, base, isLenient, violations))
    else if (name === 'alertPolicy') put('policy', readPolicy(value, ground, violations))
    else if (name === 'slo') put(name, readSlo(value, ground, violations))
    else if (name === 'expiresAt')
      put('expiresAt', value === null ? null : moment(value, name, violations))
    else if (name === 'user') violations.push(...refuseUser(value, ground))
    else if (name === 'dependsOn')
      put(name, readRelations(value, name, '/api/targets', ground.site, violations))
    else if (isAnnotation(name) || READ_ONLY.has(name) || isLenient) continue
    else if (type === undefined && ANY_OPTIONS.test(name)) continue
    else if (name !== 'frequency' && name !== 'intervalSeconds')
      violations.push(unknownField(name, name, known))
  }
  violations.push(...refuseType(raw['type'], ground))
  const fixed = base?.type ?? routeType
  // What a target cannot be is told once; the rest is judged as what it is.
  if (fixed !== undefined) wanted.set('type', fixed)
  const interval = readInterval(raw, base?.intervalSeconds)
  violations.push(...interval.violations)
  if (interval.seconds === null) wanted.delete('intervalSeconds')
  else if (interval.seconds !== undefined) wanted.set('intervalSeconds', interval.seconds)

  const toWire = (violation: Violation): Violation => {
    const [head = '', ...rest] = violation.path.split(/(?=[.[])/)
    const wireNames: Fields = {
      options: optionsName,
      policy: 'alertPolicy',
      timeoutSeconds: 'requestTimeout',
      intervalSeconds: interval.field,
    }
    const path = [Object.hasOwn(wireNames, head) ? wireNames[head] : head, ...rest].join('')
    // Instants are numbers inside; nobody sent one.
    const message =
      head === 'expiresAt' ? violation.message.replace(/, not \d+$/, '') : violation.message
    return { ...violation, path, message }
  }
  return { wanted: Object.fromEntries(wanted), violations, toWire }
}

/** All violations at once: those of the wire, and those the domain finds with `check`. */
export function refuseInvalid(reading: Reading, check: () => unknown): void {
  if (reading.violations.length === 0) return
  const known = new Set(reading.violations.map(({ path }) => path))
  const more = violationsFrom(check)
    .map((it) => reading.toWire(it))
    .filter(({ path }) => !known.has(path))
  throw new InvalidInput([...reading.violations, ...more])
}

function violationsFrom(check: () => unknown): readonly Violation[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof InvalidInput) return error.violations
    throw error
  }
}

/** Runs `change`; what the domain finds wrong is said in the wire's names. */
export async function inWireNames<T>(
  reading: () => Reading | undefined,
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change()
  } catch (error) {
    const read = reading()
    // A body that broke rules of the wire never got to the domain: its violations are named already.
    if (!(error instanceof InvalidInput) || read === undefined || read.violations.length > 0)
      throw error
    throw new InvalidInput(error.violations.map((it) => read.toWire(it)))
  }
}
