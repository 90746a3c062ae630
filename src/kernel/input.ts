import { z } from 'zod'
import { cleanName } from './text.ts'

/** The closed set of what can be wrong with a value, as the wire names it. */
export type ViolationCode =
  | 'required'
  | 'type'
  | 'length'
  | 'range'
  | 'format'
  | 'enum'
  | 'unknown_field'
  | 'immutable'
  | 'not_found'
  | 'conflict'
  | 'plan'

/** `path` is dotted (`policy.recovery`), `message` completes the sentence "<path> …". */
export interface Violation {
  readonly path: string
  readonly code: ViolationCode
  readonly message: string
}

/** Input that breaks rules, all of them at once. `message` is one sentence a line. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[]) {
    super(violations.map(({ path, message }) => `${path} ${message}.`).join('\n'))
    this.violations = violations
  }
}

const LONGEST_QUOTE = 60

/** The value as a person typed it, for "not …"; nothing where showing it would not help. */
export function quote(value: unknown): string | undefined {
  if (typeof value === 'string') {
    const cut = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}…` : value
    return JSON.stringify(cut)
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    return String(value)
  return undefined
}

const SECRET = /header|body|token|secret|password/i

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  )
}

const dotted = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) =>
      typeof key === 'number'
        ? `${text}[${key}]`
        : text === ''
          ? String(key)
          : `${text}.${String(key)}`,
    '',
  )

function codeOf(issue: z.core.$ZodIssue, value: unknown): ViolationCode {
  switch (issue.code) {
    case 'invalid_type':
      return value === undefined ? 'required' : 'type'
    case 'too_small':
    case 'too_big':
      return issue.origin === 'number' || issue.origin === 'int' ? 'range' : 'length'
    case 'invalid_value':
      return value === undefined ? 'required' : 'enum'
    case 'unrecognized_keys':
      return 'unknown_field'
    case 'custom':
      return (issue.params?.['code'] as ViolationCode | undefined) ?? 'format'
    default:
      return 'format'
  }
}

/**
 * What zod found, in our words. A schema's own message completes "<path> …" ("must be 1 to 5"); the
 * value given is added unless its path names a secret, or the issue says `params: { secret: true }`.
 */
export function violationsOf(error: z.ZodError, input: unknown): Violation[] {
  return error.issues.flatMap((issue): Violation[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: dotted([...issue.path, key]),
        code: 'unknown_field',
        message: 'is not a field we know',
      }))
    const path = dotted(issue.path)
    const value = valueAt(input, issue.path)
    const code = codeOf(issue, value)
    if (code === 'required') return [{ path, code, message: 'is required' }]
    const secret =
      SECRET.test(path) || (issue.code === 'custom' && issue.params?.['secret'] === true)
    const given = secret ? undefined : quote(value)
    return [
      {
        path,
        code,
        message: given === undefined ? issue.message : `${issue.message}, not ${given}`,
      },
    ]
  })
}

/** Parses or throws InvalidInput with every violation. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new InvalidInput(violationsOf(parsed.error, input))
}

/** One line of words as people name things: trimmed, NFC, 1 to `max` code points. */
export const nameRuleUpTo = (max: number) => {
  const rule = `must be 1 to ${max} characters without control characters`
  return z.string(rule).transform((text, ctx) => {
    const name = cleanName(text, max)
    if (name !== undefined) return name
    ctx.issues.push({ code: 'custom', message: rule, input: text, params: { code: 'length' } })
    return z.NEVER
  })
}

/** A name as every named thing has it. */
export const nameRule = nameRuleUpTo(50)

const TAG = /^[a-z0-9][a-z0-9_.:-]{0,39}$/
const TAG_RULE = 'must be 1 to 40 of a-z 0-9 _ . : - and begin with a letter or digit'
const TAGS_RULE = 'must be a list of at most 20 different tags'

/** Tags as a monitor carries them, and as others name monitors by. */
export const tagsRule = z
  .array(z.string(TAG_RULE).regex(TAG, TAG_RULE), TAGS_RULE)
  .max(20, TAGS_RULE)
  .refine((tags) => new Set(tags).size === tags.length, {
    error: TAGS_RULE,
    params: { code: 'length' },
  })
  .default([])
