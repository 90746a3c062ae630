import { z } from 'zod'
import { isPattern } from './pattern.ts'
import { warnDays } from './warn-days.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const MOST_HEADERS = 30
const LONGEST_HEADERS = 8 * 1024
const LONGEST_BODY = 64 * 1024
const LONGEST_TEXT = 500

/** What the connection itself needs to say, and what would change the protocol under us. */
const OURS = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// What Node sends as it stands: one byte a character, no controls but the tab.
const VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/

function headerProblem(headers: Readonly<Record<string, string>>) {
  const entries = Object.entries(headers)
  if (entries.length > MOST_HEADERS)
    return { code: 'length', message: `must be at most ${MOST_HEADERS} headers` }
  const size = entries.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (size > LONGEST_HEADERS) return { code: 'length', message: 'must be at most 8 KiB together' }
  for (const [name, value] of entries) {
    if (!TOKEN.test(name))
      return {
        code: 'format',
        message: 'must have names like "x-api-key", of letters, digits and -',
      }
    if (OURS.has(name.toLowerCase()))
      return {
        code: 'format',
        message: `must leave out ${name.toLowerCase()}, which we set ourselves`,
      }
    if (!VALUE.test(value))
      return {
        code: 'format',
        message: `must hold one line of Latin text for ${name.toLowerCase()}`,
      }
  }
  if (new Set(entries.map(([name]) => name.toLowerCase())).size < entries.length)
    return { code: 'format', message: 'must name each header once' }
  return undefined
}

const HEADERS_MUST = 'must be an object like {"accept": "application/json"}'

const headers = z
  .record(z.string(), z.string({ error: 'must be text' }), { error: HEADERS_MUST })
  .nullable()
  .transform((given, ctx) => {
    const problem = headerProblem(given ?? {})
    if (problem !== undefined) {
      ctx.addIssue({ code: 'custom', message: problem.message, params: { code: problem.code } })
      return z.NEVER
    }
    const lowered = Object.entries(given ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      value.trim(),
    ])
    return Object.fromEntries(lowered) as Readonly<Record<string, string>>
  })

const STATUS_MUST = 'must be a status like "200" or a range like "200-299"'

/** "200" or "200-299" as its two ends; nothing for anything else. */
export function statusRange(text: string): readonly [from: number, to: number] | undefined {
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text) ?? []
  if (from === undefined) return undefined
  const ends = [Number(from), Number(to ?? from)] as const
  return ends[0] <= ends[1] ? ends : undefined
}

const status = z
  .string({ error: STATUS_MUST })
  .trim()
  .refine((text) => statusRange(text) !== undefined, STATUS_MUST)

const LIST_MUST = 'must be a list of 1 to 20 statuses, like ["200-299"]'
const TEXT_MUST = `must be text of 1 to ${LONGEST_TEXT} characters or null`
const REDIRECTS_MUST = 'must be a whole number from 0 to 20'

const text = z.string({ error: TEXT_MUST }).min(1, TEXT_MUST).max(LONGEST_TEXT, TEXT_MUST)
const PATTERN_MUST = `must be a pattern of 1 to ${LONGEST_TEXT} characters or null`
const RE2_MUST =
  'must be a pattern RE2 can read, such as "version \\\\d+"; it knows no look-around and no references back'

const pattern = z
  .string({ error: PATTERN_MUST })
  .min(1, { error: PATTERN_MUST, abort: true })
  .max(LONGEST_TEXT, { error: PATTERN_MUST, abort: true })
  .refine(isPattern, RE2_MUST)
const flag = z.boolean({ error: 'must be true or false' })

/** Also the ground of the kinds that ask for more. */
export const httpFields = z.strictObject(
  {
    method: z.enum(METHODS, { error: `must be one of ${METHODS.join(', ')}` }).default('GET'),
    headers: headers.default({}),
    body: z
      .string({ error: 'must be text or null' })
      .refine((body) => Buffer.byteLength(body) <= LONGEST_BODY, {
        error: 'must be at most 64 KiB',
        params: { code: 'length' },
      })
      .nullable()
      .default(null),
    expectedStatuses: z
      .array(status, { error: LIST_MUST })
      .min(1, LIST_MUST)
      .max(20, LIST_MUST)
      .readonly()
      .default(['200-299']),
    maxRedirects: z
      .int({ error: REDIRECTS_MUST })
      .min(0, REDIRECTS_MUST)
      .max(20, REDIRECTS_MUST)
      .default(5),
    tlsVerify: flag.default(true),
    bodyContains: text.nullable().default(null),
    bodyNotContains: text.nullable().default(null),
    bodyMatches: pattern.nullable().default(null),
    warnDays,
    isAllowIp4: flag.default(true),
    isAllowIp6: flag.default(true),
  },
  { error: 'must be an object like {"method": "GET"}' },
)

export type HttpOptions = Readonly<z.output<typeof httpFields>>

/** What the options rule out among themselves. */
export function refuseConflicts(options: HttpOptions, ctx: z.core.$RefinementCtx): void {
  const refuse = (field: keyof HttpOptions, message: string) =>
    ctx.addIssue({ code: 'custom', path: [field], message, params: { code: 'conflict' } })
  const { method } = options
  if (options.body !== null && (method === 'GET' || method === 'HEAD'))
    refuse('body', `must be null with ${method}; use POST to send one`)
  if (method === 'HEAD')
    for (const field of ['bodyContains', 'bodyNotContains', 'bodyMatches'] as const)
      if (options[field] !== null) refuse(field, 'must be null with HEAD, whose answer has no body')
  if (!options.isAllowIp4 && !options.isAllowIp6)
    refuse('isAllowIp6', 'must be true where isAllowIp4 is false')
}

export const httpOptions: z.ZodType<HttpOptions> = httpFields.superRefine(refuseConflicts)
