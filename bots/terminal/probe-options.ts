import type { z } from 'zod'
import { InvalidInput, probablyMeant, violationsOf } from '../../src/kernel/index.ts'
import { type MonitorType, PROBES } from '../../src/probes/index.ts'

const refuse = (path: string, code: 'format' | 'unknown_field', message: string) =>
  new InvalidInput([{ path, code, message }])

/** What a shell can say of a value: JSON where it is some, else the words as they are. */
function valueOf(typed: string, takesList: boolean): unknown {
  if (/^(?:-?\d+(?:\.\d+)?|true|false|null|[[{"].*)$/s.test(typed)) {
    try {
      const value: unknown = JSON.parse(typed)
      // `200` is a status, and statuses are text in a list.
      return takesList && !Array.isArray(value) ? [String(value)] : value
    } catch {
      return typed
    }
  }
  return takesList ? typed.split(',') : typed
}

/**
 * The options of a kind from `name=value` words. @throws InvalidInput, naming the option
 */
export function readOptions(type: MonitorType, words: readonly string[]): unknown {
  const schema = PROBES[type].options as z.ZodType
  const defaults = schema.parse({}) as Readonly<Record<string, unknown>>
  const given: Record<string, unknown> = {}
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z0-9]+)=(.*)$/s.exec(word) ?? []
    if (name === undefined)
      throw refuse(JSON.stringify(word), 'format', 'must be name=value, such as timeout=10s')
    const known = Object.keys(defaults)
    if (!known.includes(name)) {
      const meant = probablyMeant(name, known) ?? known.join(', ')
      throw refuse(name, 'unknown_field', `is no option of ${type}; there is ${meant}`)
    }
    const takesList = Array.isArray(defaults[name])
    const read = valueOf(value, takesList)
    const isText = typeof defaults[name] === 'string'
    // What wants words takes digits for words.
    given[name] = isText && typeof read === 'number' ? value : read
  }
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  throw new InvalidInput(violationsOf(parsed.error, given))
}

/** The address as it would be kept. @throws InvalidInput */
export function readAddress(type: MonitorType, typed: string): string {
  const parsed = PROBES[type].address.safeParse(typed)
  if (parsed.success) return parsed.data
  const message = parsed.error.issues[0]?.message ?? 'must be an address'
  throw refuse('address', 'format', `${message}, not ${JSON.stringify(typed.slice(0, 80))}`)
}
