import { z } from 'zod'
import { type Assertion, type Operator, OPERATORS } from './assertions.ts'
import { httpFields, type HttpOptions, refuseConflicts } from './http-options.ts'
import { isPath } from './json-path.ts'
import { isPattern } from './pattern.ts'

const MOST_ASSERTIONS = 20
const LONGEST_TEXT = 500

const PATH_MUST = 'must be a JSONPath, such as $.status'
const OPS = Object.keys(OPERATORS) as [Operator, ...Operator[]]

const tooLong = { error: `must be at most ${LONGEST_TEXT} characters`, abort: true }

const path = z.string({ error: PATH_MUST }).max(LONGEST_TEXT, tooLong).refine(isPath, PATH_MUST)

function isShort(value: unknown): boolean {
  try {
    return JSON.stringify(value).length <= LONGEST_TEXT
  } catch {
    // Nested deeper than anybody can follow.
    return false
  }
}

/** What `value` must be for `op`; nothing when it is. */
function valueProblem(op: Operator, value: unknown): string | undefined {
  switch (op) {
    case 'exists':
    case 'notExists':
      return value === undefined || value === null ? undefined : `must be left out with ${op}`
    case 'count':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
        ? undefined
        : 'must be a whole number from 0 with count'
    case 'lessThan':
    case 'greaterThan':
      return typeof value === 'number' ? undefined : `must be a number with ${op}`
    case 'matches':
      return typeof value === 'string' && value.length <= LONGEST_TEXT && isPattern(value)
        ? undefined
        : `must be a pattern RE2 can read, of at most ${LONGEST_TEXT} characters, with matches`
    default:
      if (value === undefined) return `must be given with ${op}`
      return isShort(value) ? undefined : `must be at most ${LONGEST_TEXT} characters as JSON`
  }
}

const assertion = z
  .strictObject(
    {
      path,
      op: z.enum(OPS, { error: `must be one of ${OPS.join(', ')}` }),
      value: z.unknown().optional(),
    },
    { error: 'must be an object like {"path": "$.status", "op": "equals", "value": "ok"}' },
  )
  .transform((given, ctx): Assertion => {
    const message = valueProblem(given.op, given.value)
    if (message !== undefined) ctx.addIssue({ code: 'custom', path: ['value'], message })
    return { ...given, value: given.value ?? null }
  })

const LIST_MUST = `must be a list of at most ${MOST_ASSERTIONS} assertions`

const fields = httpFields.extend({
  assertions: z
    .array(assertion, { error: LIST_MUST })
    .max(MOST_ASSERTIONS, LIST_MUST)
    .readonly()
    .default([]),
})

export interface ApiOptions extends HttpOptions {
  readonly assertions: readonly Assertion[]
}

export const apiOptions: z.ZodType<ApiOptions> = fields.superRefine((options, ctx) => {
  refuseConflicts(options, ctx)
  if (options.method === 'HEAD' && options.assertions.length > 0)
    ctx.addIssue({
      code: 'custom',
      path: ['assertions'],
      message: 'must be empty with HEAD, whose answer has no body',
      params: { code: 'conflict' },
    })
})
