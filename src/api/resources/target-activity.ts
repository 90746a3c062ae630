import { z } from 'zod'
import { DAY, type Instant, InvalidInput } from '../../kernel/index.ts'
import { readInstant, TIME_RULE } from '../times.ts'

const LONGEST_PAUSE_MS = 30 * DAY

/** The body of `is_active`. */
export const activity = z.strictObject({
  isActive: z.boolean('must be true or false'),
  pausedUntil: z.string(TIME_RULE).nullable().optional(),
})

const refuse = (code: 'format' | 'range' | 'conflict', message: string) =>
  new InvalidInput([{ path: 'pausedUntil', code, message }])

/** When a pause ends by itself; null: when somebody ends it. @throws InvalidInput */
export function readPause(
  now: Instant,
  { isActive, pausedUntil }: z.output<typeof activity>,
): Instant | null {
  if (pausedUntil === null || pausedUntil === undefined) return null
  if (isActive) throw refuse('conflict', 'goes with isActive false only')
  const until = readInstant(pausedUntil)
  if (until === undefined) throw refuse('format', TIME_RULE)
  if (until <= now || until > now + LONGEST_PAUSE_MS)
    throw refuse('range', 'must be a time in the future, at most 30 days away')
  return until
}
