import { cut } from '../kernel/index.ts'
import { compilePath } from './json-path.ts'
import type { Finding } from './outcome.ts'
import { compilePattern } from './pattern.ts'

/** What each operator is called in a sentence. */
export const OPERATORS = {
  exists: 'exist',
  notExists: 'not exist',
  count: 'count',
  equals: 'equal',
  notEquals: 'not equal',
  contains: 'contain',
  matches: 'match',
  lessThan: 'be less than',
  greaterThan: 'be greater than',
} as const

export type Operator = keyof typeof OPERATORS

/** One thing that must hold in a document. `value` is null for `exists` and `notExists`. */
export interface Assertion {
  readonly path: string
  readonly op: Operator
  readonly value: unknown
}

const isRecord = (it: unknown): it is Readonly<Record<string, unknown>> =>
  typeof it === 'object' && it !== null && !Array.isArray(it)

/** Equal to the last leaf and type; goes no deeper than `wanted` does. */
function isSame(wanted: unknown, seen: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(seen) &&
      wanted.length === seen.length &&
      wanted.every((it, at) => isSame(it, seen[at]))
    )
  if (!isRecord(wanted)) return wanted === seen
  if (!isRecord(seen)) return false
  const names = Object.keys(wanted)
  return (
    names.length === Object.keys(seen).length &&
    names.every((name) => Object.hasOwn(seen, name) && isSame(wanted[name], seen[name]))
  )
}

function holdsForFirst({ op, value }: Assertion, first: unknown): boolean {
  switch (op) {
    case 'equals':
      return isSame(value, first)
    case 'notEquals':
      return !isSame(value, first)
    case 'contains':
      if (Array.isArray(first)) return first.some((it) => isSame(value, it))
      return typeof first === 'string' && typeof value === 'string' && first.includes(value)
    case 'matches':
      return (
        typeof first === 'string' && typeof value === 'string' && compilePattern(value).find(first)
      )
    case 'lessThan':
      return typeof first === 'number' && typeof value === 'number' && first < value
    case 'greaterThan':
      return typeof first === 'number' && typeof value === 'number' && first > value
    default:
      return false
  }
}

function holds(assertion: Assertion, values: readonly unknown[]): boolean {
  const { op, value } = assertion
  if (op === 'exists') return values.length > 0
  if (op === 'notExists') return values.length === 0
  if (op === 'count') return values.length === value
  return values.length > 0 && holdsForFirst(assertion, values[0])
}

const LONGEST_SEEN = 80

function shown(value: unknown): string {
  try {
    return cut(JSON.stringify(value), LONGEST_SEEN)
  } catch {
    return 'something nested too deeply to show'
  }
}

function seenBy({ op }: Assertion, values: readonly unknown[]): string {
  if (op === 'count') return `was ${values.length}`
  return values.length === 0 ? 'was missing' : `was ${shown(values[0])}`
}

/** As in `$.status should equal "ok"`. */
export function wish({ path, op, value }: Assertion): string {
  const said = `${cut(path, LONGEST_SEEN)} should ${OPERATORS[op]}`
  return op === 'exists' || op === 'notExists' ? said : `${said} ${shown(value)}`
}

/** The first of `assertions` that does not hold in `text`; nothing when all do. */
export function judgeDocument(text: string, assertions: readonly Assertion[]): Finding | undefined {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return { code: 'json_invalid', message: 'body is not JSON' }
  }
  for (const assertion of assertions) {
    let values: readonly unknown[]
    try {
      values = compilePath(assertion.path).values(document)
    } catch {
      return {
        code: 'json_assertion',
        message: `${wish(assertion)}, but the body is nested too deeply`,
      }
    }
    if (!holds(assertion, values))
      return { code: 'json_assertion', message: `${wish(assertion)}, ${seenBy(assertion, values)}` }
  }
  return undefined
}
