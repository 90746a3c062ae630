import { probablyMeant } from '../kernel/index.ts'
import { Problem } from './problem.ts'
import type { Site } from './site.ts'
import { BOUNDS, type Limit, readLimit } from './times.ts'
import type { JsonSchema } from './wire.ts'

/** A query parameter as given, decoded, in the order of the URL. */
export interface Given {
  readonly name: string
  readonly value: string
}

/** One filter of a list: the names it owns in the URL, and what they mean. */
export interface Parameter<T> {
  names(name: string): readonly string[]
  /** Of one value, for machines to read. */
  readonly schema: JsonSchema
  /** `given` holds its own names only, none empty, at least one. @throws Misread */
  read(given: readonly Given[], site: Site): T
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>

export type Query<P extends Parameters> = {
  readonly [N in keyof P]?: P[N] extends Parameter<infer T> ? T : never
}

/** A parameter's value cannot be what it is for; `message` completes the sentence. */
class Misread extends Error {
  override readonly name = 'Misread'
  readonly parameter: string

  constructor({ name }: Given, rule: string) {
    super(rule)
    this.parameter = name
  }
}

const alone = (name: string) => [name]
const several = (name: string) => [name, `${name}[]`]

export const words = (max: number): Parameter<string> => ({
  schema: { type: 'string', maxLength: max },
  names: alone,
  read: ([it]) => {
    if (Array.from(it!.value).length > max) throw new Misread(it!, `must be 1 to ${max} characters`)
    return it!.value
  },
})

export const severalWords = (max: number): Parameter<readonly string[]> => ({
  schema: { type: 'string', maxLength: max },
  names: several,
  read: (given) => given.map((it) => words(max).read([it], undefined as never)),
})

const FLAGS: Readonly<Record<string, boolean>> = { true: true, '1': true, false: false, '0': false }

export const flag: Parameter<boolean> = {
  schema: { type: 'boolean' },
  names: alone,
  read: ([it]) => {
    const value = Object.hasOwn(FLAGS, it!.value) ? FLAGS[it!.value] : undefined
    if (value === undefined) throw new Misread(it!, 'must be true or false')
    return value
  },
}

export const whole = (min: number, max: number): Parameter<number> => ({
  schema: { type: 'integer', minimum: min, maximum: max },
  names: alone,
  read: ([it]) => {
    const value = /^\d{1,15}$/.test(it!.value) ? Number(it!.value) : NaN
    if (value >= min && value <= max) return value
    throw new Misread(it!, `must be a whole number from ${min} to ${max}`)
  },
})

/** One or several of a closed set, upper and lower case alike. Keys are in upper case. */
export const choice = <T extends string>(
  choices: Readonly<Record<string, readonly T[]>>,
): Parameter<readonly T[]> => ({
  schema: { type: 'string', enum: Object.keys(choices) },
  names: several,
  read: (given) =>
    given.flatMap((it) => {
      const wanted = it.value.toUpperCase()
      if (!Object.hasOwn(choices, wanted))
        throw new Misread(it, `must be ${Object.keys(choices).join(', ')}`)
      return choices[wanted]!
    }),
})

/** `target.id=12`, `target=12` or `target=/api/targets/12`; declared as `target`. */
export const relation = (path: string): Parameter<number> => ({
  schema: { type: 'string', description: `An id, or an IRI such as ${path}/12` },
  names: (name) => [`${name}.id`, name],
  read: ([it, again], site) => {
    if (again !== undefined)
      throw new Misread(again, `is ${it!.name} under another name; give one of them`)
    const id = /^[1-9]\d{0,15}$/.test(it!.value) ? Number(it!.value) : site.idIn(it!.value, path)
    if (id === undefined) throw new Misread(it!, `must be an id or an IRI such as ${path}/12`)
    return id
  },
})

/** `name[after]`, `name[before]` and their strict forms. */
export const span: Parameter<readonly Limit[]> = {
  schema: { type: 'string', description: 'RFC 3339, or a day such as 2027-04-02' },
  names: (name) => BOUNDS.map((bound) => `${name}[${bound}]`),
  read: (given) =>
    given.map((it) => {
      const bound = BOUNDS.find((known) => it.name.endsWith(`[${known}]`))!
      const limit = readLimit(bound, it.value)
      if (limit === undefined)
        throw new Misread(it, 'must be a date or a time such as 2027-04-02T09:30:00Z')
      return limit
    }),
}

export interface Order<F extends string> {
  readonly by: F
  readonly direction: 'asc' | 'desc'
}

/** `order[field]=asc`; several apply in the order they are given. */
export const order = <F extends string>(fields: readonly F[]): Parameter<readonly Order<F>[]> => ({
  schema: { type: 'string', enum: ['asc', 'desc'] },
  names: (name) => fields.map((field) => `${name}[${field}]`),
  read: (given) =>
    given.map((it) => {
      const direction = it.value.toLowerCase()
      if (direction !== 'asc' && direction !== 'desc') throw new Misread(it, 'must be asc or desc')
      return { by: fields.find((field) => it.name.endsWith(`[${field}]`))!, direction }
    }),
})

export const readGiven = (url: string): readonly Given[] => {
  const start = url.indexOf('?')
  if (start === -1) return []
  return [...new URLSearchParams(url.slice(start + 1).split('#')[0])].map(([name, value]) => ({
    name,
    value,
  }))
}

export const invalidParameter = (
  parameter: string,
  detail: string,
  allowed: readonly string[],
): Problem => new Problem('invalid-parameter', detail, { parameter, allowed })

/** Every name that means something. */
export const allowedNames = (declared: Parameters, also: readonly string[]): readonly string[] => [
  ...also,
  ...Object.entries(declared).flatMap(([name, parameter]) => parameter.names(name)),
]

/**
 * The declared parameters, read. Empty values are as if absent.
 * @throws Problem `invalid-parameter` for the first that cannot be read, or that nobody knows
 */
export function readParameters<P extends Parameters>(
  declared: P,
  given: readonly Given[],
  how: { readonly site: Site; readonly isLenient: boolean; readonly also: readonly string[] },
): Query<P> {
  if (given.length === 0) return {}
  const owned = Object.entries(declared).map(
    ([name, parameter]) => [name, parameter, parameter.names(name)] as const,
  )
  const allowed = allowedNames(declared, how.also)
  for (const { name } of given)
    if (!allowed.includes(name) && !how.isLenient) {
      const meant = probablyMeant(name, allowed)
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`
      throw invalidParameter(
        name,
        `There is no parameter ${JSON.stringify(name)} here${hint}`,
        allowed,
      )
    }
  refuseRepeated(given, allowed)
  const read: Record<string, unknown> = {}
  for (const [name, parameter, names] of owned) {
    const own = given.filter((it) => names.includes(it.name) && it.value !== '')
    if (own.length === 0) continue
    try {
      read[name] = parameter.read(own, how.site)
    } catch (error) {
      if (!(error instanceof Misread)) throw error
      throw invalidParameter(error.parameter, `${error.parameter} ${error.message}.`, allowed)
    }
  }
  return read as Query<P>
}

function refuseRepeated(given: readonly Given[], allowed: readonly string[]): void {
  const seen = new Set<string>()
  for (const { name } of given) {
    if (name.endsWith('[]') || !allowed.includes(name)) continue
    if (seen.has(name))
      throw invalidParameter(name, `${name} is given twice; once is enough.`, allowed)
    seen.add(name)
  }
}
