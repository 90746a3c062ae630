import type { z } from 'zod'
import { InvalidInput, probablyMeant } from '../../src/kernel/index.ts'
import { type MonitorType, PROBES } from '../../src/probes/index.ts'
import { words } from './sentences.ts'

const SAYS = {
  noOption: 'is no option of {type}; there is {known}',
} as const

type Fields = Readonly<Record<string, unknown>>

/** What a kind looks for, as it is where nobody says anything. */
export const defaultsOf = (type: MonitorType): Fields =>
  (PROBES[type].options as z.ZodType).parse({}) as Fields

/** JSON where a word is some: numbers, true, null, lists and objects. */
function jsonOf(typed: string): unknown {
  if (!/^(?:-?\d+(?:\.\d+)?|true|false|null|[[{"].*)$/s.test(typed)) return typed
  try {
    return JSON.parse(typed) as unknown
  } catch {
    return typed
  }
}

/**
 * A setting's value as people type it, in the form its default has: `200,204` is a list where lists
 * are, digits are text where text is. Its own rule is asked later.
 */
export function valueOf(typed: string, usual: unknown): unknown {
  const read = jsonOf(typed)
  if (Array.isArray(usual)) {
    if (Array.isArray(read)) return read
    const parts = typed.split(',').map((part) => part.trim())
    // Statuses are text, days are numbers.
    return usual.every((it) => typeof it === 'number') ? parts.map(jsonOf) : parts
  }
  return typeof usual === 'string' && typeof read === 'number' ? typed : read
}

/** @throws InvalidInput where a kind has no such option */
export function requireOption(type: MonitorType, name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const meant = probablyMeant(name, known) ?? known.join(', ')
  const message = words(SAYS.noOption, { type, known: meant })
  throw new InvalidInput([{ path: name, code: 'unknown_field', message }])
}
