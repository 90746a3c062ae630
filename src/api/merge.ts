import type { z } from 'zod'
import type { Violation } from '../kernel/index.ts'
import { isAnnotation, isObject, unknownField } from './fields.ts'
import { readRelations } from './relations.ts'
import type { Site } from './site.ts'
import { readInstant, TIME_RULE } from './times.ts'
import { fieldsOf } from './wire.ts'

type Fields = Readonly<Record<string, unknown>>

/** How a field of the wire becomes the domain's: IRIs become ids, times instants. */
export type Turn = (value: unknown, name: string, violations: Violation[]) => unknown

/** RFC 7396: null takes away, objects merge, everything else replaces. */
export function mergePatch(base: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map<string, unknown>(isObject(base) ? Object.entries(base) : [])
  for (const [name, value] of Object.entries(patch))
    if (value === null) merged.delete(name)
    else merged.set(name, mergePatch(merged.get(name), value))
  return Object.fromEntries(merged)
}

/** IRIs of that list, as ids. */
export const relationsTo =
  (path: string, site: Site): Turn =>
  (value, name, violations) =>
    readRelations(value, name, path, site, violations)

/** An IRI of that list, as its id. */
export const relationTo =
  (path: string, site: Site): Turn =>
  (value, name, violations) => {
    const id = site.idIn(value, path)
    if (id !== undefined) return id
    const message = `must be an IRI of yours such as ${path}/12`
    violations.push({ path: name, code: 'not_found', message })
    return undefined
  }

/** RFC 3339, as an instant. */
export const moment: Turn = (value, name, violations) => {
  const at = typeof value === 'string' ? readInstant(value) : undefined
  if (at !== undefined) return at
  violations.push({
    path: name,
    code: typeof value === 'string' ? 'format' : 'type',
    message: TIME_RULE,
  })
  return undefined
}

/**
 * A body as merge patch (RFC 7396) on `base`, or a whole one: null and absent members are absent, so
 * that defaults fill them. Fields only read are passed over, unknown ones are violations.
 */
export function readMerge(
  shape: z.ZodObject,
  raw: Fields,
  how: {
    readonly isLenient: boolean
    readonly base?: object | undefined
    readonly turns?: Readonly<Record<string, Turn>>
  },
): { readonly wanted: Fields; readonly violations: readonly Violation[] } {
  const fields = fieldsOf(shape)
  const isWritable = (name: string) =>
    fields.some((field) => field.name === name && field.access !== 'read')
  const known = fields.flatMap(({ name, access }) => (access === 'read' ? [] : [name]))
  const violations: Violation[] = []
  const wanted = new Map<string, unknown>(Object.entries(how.base ?? {}))
  for (const [name, value] of Object.entries(raw)) {
    if (!isWritable(name)) {
      const isReadOnly = fields.some((field) => field.name === name)
      if (!isReadOnly && !isAnnotation(name) && !how.isLenient)
        violations.push(unknownField(name, name, known))
    } else if (value === null) wanted.delete(name)
    else {
      const turn = how.turns?.[name]
      wanted.set(name, turn === undefined ? value : turn(value, name, violations))
    }
  }
  return { wanted: Object.fromEntries(wanted), violations }
}
