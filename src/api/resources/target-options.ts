import type { Violation } from '../../kernel/index.ts'
import { type MonitorType, PROBES } from '../../probes/index.ts'
import { isObject } from '../fields.ts'
import { nothingKept, patchMap, REDACTED, redacted } from '../secrets.ts'

type Options = Readonly<Record<string, unknown>>

/** Names of a type's options: all have defaults, so the defaults name them. */
export const optionNames = (type: MonitorType): readonly string[] =>
  Object.keys(PROBES[type].options.parse({}))

/** The options as they may be shown: of secret ones only values whose names are harmless. */
export function shownOptions(type: MonitorType, options: Options, showsValues: boolean): Options {
  const kind = PROBES[type]
  const { secrets } = kind
  // Stored before there was an option, it has its default.
  const whole = { ...kind.options.parse({}), ...options }
  return Object.fromEntries(
    Object.entries(whole).map(([name, value]) => [
      name,
      secrets.includes(name) ? redacted(value, showsValues) : value,
    ]),
  )
}

/** The stored options with a merge patch on them; `path` is the options' name on the wire. */
export function patchOptions(
  type: MonitorType,
  stored: Options,
  patch: Options,
): { readonly options: Options; readonly violations: readonly Violation[] } {
  const { secrets, optionsName } = PROBES[type]
  const violations: Violation[] = []
  const options = new Map(Object.entries(stored))
  for (const [name, value] of Object.entries(patch)) {
    const path = `${optionsName}.${name}`
    const before = stored[name]
    const isSecret = secrets.includes(name)
    if (value === null) options.delete(name)
    else if (isSecret && value === REDACTED) {
      if (before === undefined || before === null) violations.push(nothingKept(path))
    } else if (isSecret && isObject(value))
      options.set(name, patchMap(path, isObject(before) ? before : {}, value, violations))
    else options.set(name, value)
  }
  return { options: Object.fromEntries(options), violations }
}
