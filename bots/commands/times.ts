import { type Instant, SECOND } from '../../src/kernel/index.ts'
import type { Run } from './reply.ts'
import { words } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  justNow: 'just now',
  past: '{length} ago',
  future: 'in {length}',
} as const

type TimeStyle = Extract<Run, { kind: 'time' }>['style']

const known = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`
  const made = known.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone })
  known.set(key, made)
  return made
}

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }
const DAY_AND_YEAR: Intl.DateTimeFormatOptions = { ...DAY, year: 'numeric' }
const CLOCK: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
}

/** `12 s ago`, `in 5 min` */
export function relativeWords(at: Instant, now: Instant): string {
  if (Math.abs(now - at) < SECOND) return SAYS.justNow
  return at < now
    ? words(SAYS.past, { length: formatDuration(now - at) })
    : words(SAYS.future, { length: formatDuration(at - now) })
}

/** `12 s ago`, `14:02:07 UTC`, `17 Mar`, `17 Mar 2026`. */
export function timeWords(at: Instant, style: TimeStyle, zone: string, now: Instant): string {
  const dayOf = (it: Instant) => formatter(zone, DAY_AND_YEAR).format(it)
  switch (style) {
    case 'relative':
      return relativeWords(at, now)
    case 'date': {
      const sameYear = dayOf(at).slice(-4) === dayOf(now).slice(-4)
      return formatter(zone, sameYear ? DAY : DAY_AND_YEAR).format(at)
    }
    default:
      return formatter(zone, CLOCK).format(at)
  }
}
