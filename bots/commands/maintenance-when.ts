import { z } from 'zod'
import { DAY, type Instant, InvalidInput, MINUTE, type Violation } from '../../src/kernel/index.ts'
import type { Call } from './command.ts'
import { cronOf, LONGEST_REPEATED_MS, minutesOf, parseMoment } from './moments.ts'
import { durationRule } from './options.ts'
import { words } from './sentences.ts'

const SAYS = {
  lengthRule: 'must be 1m to 90d',
  momentRule:
    'must be a time such as "tonight 22:00", "tomorrow 02:00", "sat 02:00" or "2027-04-02 22:00"',
  ruleNot: '{rule}, not {given}',
  lengthMissing: 'is required, or "to": how long it lasts',
  repeatedTooLong: 'must be at most 24h where it repeats',
  repeatRule: 'must be daily, weekly, or five cron fields such as "0 2 * * 6"',
  past: 'must be yet to come, not {given}',
  twice: 'and "for" say the same; give one of them',
  endsEarly: 'must be after the beginning, not {given}',
} as const

export const LONGEST_MS = 90 * DAY
export const lengthRule = durationRule(MINUTE, LONGEST_MS, SAYS.lengthRule)
export const momentRule = z.string().trim().max(40, SAYS.momentRule)

const wrong = (path: string, code: Violation['code'], message: string): InvalidInput =>
  new InvalidInput([{ path, code, message }])

export interface When {
  readonly from?: Instant | undefined
  readonly lengthMs?: number | undefined
  /** `daily`, `weekly` or cron fields. */
  readonly repeat?: string | undefined
}

export function timesOf({ account, now }: Call, { from = now, lengthMs, repeat }: When) {
  if (lengthMs === undefined) throw wrong('for', 'required', SAYS.lengthMissing)
  if (repeat === undefined) return { startsAt: from, endsAt: from + lengthMs }
  if (lengthMs > LONGEST_REPEATED_MS) throw wrong('for', 'range', SAYS.repeatedTooLong)
  return {
    cron: cronOf(repeat, from, account.timezone),
    durationMinutes: minutesOf(lengthMs),
    timezone: account.timezone,
  }
}

/** What the room finds wrong, by the names of the options. */
export function inOurNames(error: unknown): unknown {
  if (!(error instanceof InvalidInput)) return error
  const names: Readonly<Record<string, string>> = {
    cron: 'repeat',
    durationMinutes: 'for',
    endsAt: 'for',
    startsAt: 'from',
  }
  return new InvalidInput(
    error.violations.map((it) => {
      const path = names[it.path] ?? it.path
      const message = path === 'repeat' ? SAYS.repeatRule : it.message
      return { ...it, path, message }
    }),
  )
}

/** The moments somebody typed. @throws InvalidInput */
export function readWhen(
  { account, now }: Call,
  given: { from?: string | undefined; to?: string | undefined; for?: number | undefined },
): { from: Instant | undefined; lengthMs: number | undefined } {
  const read = (field: 'from' | 'to', after?: Instant): Instant | undefined => {
    const typed = given[field]
    if (typed === undefined) return undefined
    const at = parseMoment(typed, account.timezone, now, after)
    if (at === undefined)
      throw wrong(
        field,
        'format',
        words(SAYS.ruleNot, { rule: SAYS.momentRule, given: JSON.stringify(typed) }),
      )
    return at
  }
  const from = read('from')
  if (from !== undefined && from < now)
    throw wrong('from', 'range', words(SAYS.past, { given: JSON.stringify(given.from) }))
  const to = read('to', from)
  if (to === undefined) return { from, lengthMs: given.for }
  if (given.for !== undefined) throw wrong('to', 'conflict', SAYS.twice)
  if (to <= (from ?? now))
    throw wrong('to', 'range', words(SAYS.endsEarly, { given: JSON.stringify(given.to) }))
  return { from, lengthMs: to - (from ?? now) }
}
