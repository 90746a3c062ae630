import type { z } from 'zod'
import { probablyMeant, InvalidInput, type Violation, violationsOf } from '../kernel/index.ts'

type Fields = Readonly<Record<string, unknown>>

/** JSON-LD's own keys in a body: taken and ignored. */
export const isAnnotation = (name: string): boolean =>
  name === '@context' || name === '@id' || name === '@type'

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function unknownField(path: string, name: string, known: readonly string[]): Violation {
  const meant = probablyMeant(name, known)
  return {
    path,
    code: 'unknown_field',
    message:
      meant === undefined
        ? 'is not a field we know'
        : `is not a field we know; did you mean ${meant}?`,
  }
}

/** How a route takes its body. */
export interface BodyRule<Body> {
  /** Of its fields; nothing where it is the resource's own writable part. */
  readonly schema?: z.ZodType
  /** Media types, where they are not those of its method. */
  readonly types?: readonly string[]
  /** Whether an empty body is refused. */
  readonly isNeeded: boolean
  /** @throws InvalidInput */
  read(raw: Fields, isLenient: boolean): Body
}

/** A body taken as it is; the route reads it. */
export const rawBody: BodyRule<Fields> = { isNeeded: true, read: (raw) => raw }

/** A body of the fields of `schema`, which must be strict; `readOnly` ones are ignored. */
export const bodyOf = <S extends z.ZodObject>(
  schema: S,
  { isNeeded = true, readOnly = [] as readonly string[] } = {},
): BodyRule<z.output<S>> => ({
  schema,
  isNeeded,
  read(raw, isLenient) {
    const known = Object.keys(schema.shape)
    const given = Object.fromEntries(
      Object.entries(raw).filter(
        ([name]) =>
          known.includes(name) || !(isLenient || isAnnotation(name) || readOnly.includes(name)),
      ),
    )
    const parsed = schema.safeParse(given)
    if (parsed.success) return parsed.data
    throw new InvalidInput(
      violationsOf(parsed.error, given).map((it) =>
        it.code === 'unknown_field' ? unknownField(it.path, it.path, known) : it,
      ),
    )
  },
})
