import { type Instant, InvalidInput, MINUTE } from '../../src/kernel/index.ts'
import { parseDuration, parseMoment } from '../commands/index.ts'

const SAYS = {
  timeRule: 'must be a time such as 2d, 2027-04-02 or "2027-04-02 22:00"',
} as const

interface Bound {
  readonly op: '>=' | '<' | '<='
  readonly at: Instant
}

/** By the clocks of the account, as its lines are shown; what carries an offset by that. */
function readTime(typed: string, zone: string, now: Instant): Instant | undefined {
  const ago = parseDuration(typed)
  if (ago !== undefined) return now - ago
  const at = /T.*(?:Z|[+-]\d{2}:\d{2})$/.test(typed) ? Date.parse(typed) : Number.NaN
  return Number.isNaN(at) ? parseMoment(typed, zone, now) : at
}

const DATE = /^\d{4}-\d{2}-\d{2}$/

function readBound(name: 'since' | 'until', typed: string, zone: string, now: Instant): Bound {
  const isDay = DATE.test(typed)
  const clock = name === 'since' ? '00:00' : '23:59'
  const at = readTime(isDay ? `${typed} ${clock}` : typed, zone, now)
  if (at === undefined) {
    const message = `${SAYS.timeRule}, not ${JSON.stringify(typed)}`
    throw new InvalidInput([{ path: `--${name}`, code: 'format', message }])
  }
  if (name === 'since') return { op: '>=', at }
  return isDay ? { op: '<', at: at + MINUTE } : { op: '<=', at }
}

/** What `--since` and `--until` ask for, where they are given. @throws InvalidInput */
export const readBounds = (
  asked: { readonly since?: string; readonly until?: string },
  zone: string,
  now: Instant,
): readonly Bound[] =>
  (['since', 'until'] as const).flatMap((name) => {
    const typed = asked[name]
    return typed === undefined ? [] : [readBound(name, typed, zone, now)]
  })
