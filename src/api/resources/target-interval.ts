import { type Violation, quote } from '../../kernel/index.ts'

const MINUTE_SECONDS = 60
const LONGEST_MINUTES = 1440
const RULE = `must be a whole number from 1 to ${LONGEST_MINUTES}`

/** Seconds as the minutes of `frequency`. */
export const toFrequency = (seconds: number): number =>
  Math.max(1, Math.round(seconds / MINUTE_SECONDS))

export interface Interval {
  /** Null: the type's default. Undefined: nothing was said, or nothing usable. */
  readonly seconds: unknown
  /** The field that said so. */
  readonly field: 'frequency' | 'intervalSeconds'
  readonly violations: readonly Violation[]
}

function frequencyTrouble(value: unknown): Violation[] {
  const isWhole = typeof value === 'number' && Number.isInteger(value)
  if (isWhole && value >= 1 && value <= LONGEST_MINUTES) return []
  const given = quote(value)
  return [
    {
      path: 'frequency',
      code: isWhole ? 'range' : 'type',
      message: given === undefined ? RULE : `${RULE}, not ${given}`,
    },
  ]
}

const conflictWith = (derived: number): Violation => ({
  path: 'frequency',
  code: 'conflict',
  message: `must be what intervalSeconds makes it, ${derived}; send one of the two`,
})

/**
 * One interval out of two fields: `intervalSeconds`, exact, and `frequency`, whole minutes derived
 * from it. Sending both back as read changes nothing.
 */
export function readInterval(
  raw: Readonly<Record<string, unknown>>,
  current: number | undefined,
): Interval {
  const frequency = raw['frequency'] ?? undefined
  const exact = raw['intervalSeconds'] ?? undefined
  const violations = frequency === undefined ? [] : frequencyTrouble(frequency)
  if (exact !== undefined) {
    const derived = typeof exact === 'number' ? toFrequency(exact) : undefined
    const isOther = frequency !== undefined && derived !== undefined && derived !== frequency
    return {
      seconds: exact,
      field: 'intervalSeconds',
      violations: isOther && violations.length === 0 ? [conflictWith(derived)] : violations,
    }
  }
  const isSame = current !== undefined && toFrequency(current) === frequency
  if (frequency !== undefined)
    return {
      seconds: violations.length > 0 || isSame ? undefined : Number(frequency) * MINUTE_SECONDS,
      field: 'frequency',
      violations,
    }
  if (raw['frequency'] === null) return { seconds: null, field: 'frequency', violations }
  if (raw['intervalSeconds'] !== null)
    return { seconds: undefined, field: 'intervalSeconds', violations }
  return {
    seconds: current === undefined ? null : toFrequency(current) * MINUTE_SECONDS,
    field: 'intervalSeconds',
    violations,
  }
}
