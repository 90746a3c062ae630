import type { Violation } from '../kernel/index.ts'
import { isObject } from './fields.ts'

/** Shown in the place of a secret; sent back, it keeps what is stored. */
export const REDACTED = '[redacted]'

const SECRET_NAME = /auth|cookie|token|secret|key|pass|session|sign/i

type Values = Readonly<Record<string, unknown>>

/** A secret, or a map of which values with harmless names may be shown. */
export function redacted(value: unknown, showsValues: boolean): unknown {
  if (!isObject(value)) return value === null || value === undefined ? null : REDACTED
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name.toLowerCase(),
      showsValues && !SECRET_NAME.test(name) ? it : REDACTED,
    ]),
  )
}

export const nothingKept = (path: string): Violation => ({
  path,
  code: 'format',
  message: `is ${REDACTED}, which keeps a stored value, but none is stored`,
})

/** One map (headers) patched: names in lower case, null removes, `[redacted]` keeps. */
export function patchMap(
  path: string,
  stored: Values,
  patch: Values,
  violations: Violation[],
): Values {
  const map = new Map(Object.entries(stored).map(([name, it]) => [name.toLowerCase(), it]))
  const seen = new Set<string>()
  for (const [given, value] of Object.entries(patch)) {
    const name = given.toLowerCase()
    if (seen.has(name))
      violations.push({ path: `${path}.${given}`, code: 'conflict', message: 'is given twice' })
    seen.add(name)
    if (value === null) map.delete(name)
    else if (value !== REDACTED) map.set(name, value)
    else if (!map.has(name)) violations.push(nothingKept(`${path}.${given}`))
  }
  return Object.fromEntries(map)
}
