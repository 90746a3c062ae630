import type { z } from 'zod'
import { InvalidInput, violationsOf } from '../../src/kernel/index.ts'
import { type MonitorType, PROBES } from '../../src/probes/index.ts'
import { defaultsOf, requireOption, valueOf } from '../commands/index.ts'

const refuse = (path: string, message: string) =>
  new InvalidInput([{ path, code: 'format', message }])

/**
 * The options of a kind from `name=value` words. @throws InvalidInput, naming the option
 */
export function readOptions(type: MonitorType, words: readonly string[]): unknown {
  const defaults = defaultsOf(type)
  const given: Record<string, unknown> = {}
  for (const word of words) {
    const [, name, value = ''] = /^([A-Za-z0-9]+)=(.*)$/s.exec(word) ?? []
    if (name === undefined)
      throw refuse(JSON.stringify(word), 'must be name=value, such as method=HEAD')
    requireOption(type, name, Object.keys(defaults))
    given[name] = valueOf(value, defaults[name])
  }
  const parsed = (PROBES[type].options as z.ZodType).safeParse(given)
  if (parsed.success) return parsed.data
  throw new InvalidInput(violationsOf(parsed.error, given))
}

/** The address as it would be kept. @throws InvalidInput */
export function readAddress(type: MonitorType, typed: string): string {
  const parsed = PROBES[type].address.safeParse(typed)
  if (parsed.success) return parsed.data
  const message = parsed.error.issues[0]?.message ?? 'must be an address'
  throw refuse('address', `${message}, not ${JSON.stringify(typed.slice(0, 80))}`)
}
