import { DAY, HOUR, type Instant, MINUTE } from '../../src/kernel/index.ts'

export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
const DAY_WORD =
  'today|tonight|tomorrow|(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]{0,6}day)?|\\d{4}-\\d{2}-\\d{2}'
const CLOCK = '([01]?\\d|2[0-3]):([0-5]\\d)'

/** One word of a time as people type it. */
export const MOMENT_WORD = new RegExp(`^(?:now|${DAY_WORD}|${CLOCK}|[\\d-]{10}T${CLOCK})$`, 'i')
/** Two words that are one time. */
export const MOMENT_PAIR = new RegExp(`^(?:${DAY_WORD}) ${CLOCK}$`, 'i')

const MOMENT = new RegExp(`^(?:(${DAY_WORD})(?:\\s+|T))?${CLOCK}$`, 'i')

/** Year, month (from 1), day, hour, minute. */
type Wall = readonly [year: number, month: number, day: number, hour: number, minute: number]

const writers = new Map<string, Intl.DateTimeFormat>()

/** What the clocks of a zone show at an instant, as if it were UTC. */
function wallAt(at: Instant, zone: string): number {
  const writer =
    writers.get(zone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  writers.set(zone, writer)
  const part = Object.fromEntries(
    writer.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
  )
  const { year, month, day, hour, minute, second } = part
  return Date.UTC(year!, month! - 1, day, hour, minute, second)
}

/** When the clocks of a zone show it: the first time where twice, as much later where never. */
function instantOf([year, month, day, hour, minute]: Wall, zone: string): Instant {
  const wall = Date.UTC(year, month - 1, day, hour, minute)
  const offsets = [wall - DAY, wall + DAY].map((near) => wallAt(near, zone) - near)
  const found = offsets.map((offset) => wall - offset).filter((at) => wallAt(at, zone) === wall)
  return found.length > 0 ? Math.min(...found) : wall - offsets[0]!
}

/** Day of the week (0: Sunday), hour and minute that the clocks of a zone show. */
function wallOf(at: Instant, zone: string) {
  const wall = new Date(wallAt(at, zone))
  return { weekday: wall.getUTCDay(), hour: wall.getUTCHours(), minute: wall.getUTCMinutes() }
}

/**
 * A time as people type it: `22:00`, `tonight 22:00`, `tomorrow 02:00`, `sat 02:00`,
 * `2027-04-02 22:00`, `now`. Days are told from `now`, by the clocks of `zone`; a time of day alone,
 * or with a weekday, is the first one after `after`. Nothing for what is no time.
 */
export function parseMoment(
  text: string,
  zone: string,
  now: Instant,
  after: Instant = now,
): Instant | undefined {
  const typed = text.trim().toLowerCase()
  if (typed === 'now') return now
  const [whole, day = '', hours = '', minutes = ''] = MOMENT.exec(typed) ?? []
  if (whole === undefined) return undefined
  const [hour, minute] = [Number(hours), Number(minutes)]
  const on = (midnight: number): Instant => {
    const date = new Date(midnight)
    return instantOf(
      [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), hour, minute],
      zone,
    )
  }
  const today = Math.floor(wallAt(now, zone) / DAY) * DAY
  const firstAfter = (isIt: (midnight: number) => boolean): Instant => {
    const start = Math.floor(wallAt(after, zone) / DAY) * DAY
    const days = Array.from({ length: 9 }, (_, index) => start + index * DAY)
    return days
      .filter(isIt)
      .map(on)
      .find((at) => at > after)!
  }
  if (day === '') return firstAfter(() => true)
  if (day === 'today') return on(today)
  if (day === 'tomorrow') return on(today + DAY)
  // The small hours of a night are the next ones.
  if (day === 'tonight') return hour < 12 ? firstAfter(() => true) : on(today)
  const weekday = DAYS.findIndex((it) => day.startsWith(it))
  if (weekday !== -1) return firstAfter((midnight) => new Date(midnight).getUTCDay() === weekday)
  const date = Date.parse(`${day}T00:00:00Z`)
  const isDay = !Number.isNaN(date) && new Date(date).toISOString().startsWith(day)
  return isDay ? on(date) : undefined
}

/** `daily`, `weekly` or five cron fields, as cron fields; the first two go on as `from` begins. */
export function cronOf(repeat: string, from: Instant | undefined, zone: string): string {
  if (from === undefined) return repeat
  const { weekday, hour, minute } = wallOf(from, zone)
  switch (repeat.toLowerCase()) {
    case 'daily':
      return `${minute} ${hour} * * *`
    case 'weekly':
      return `${minute} ${hour} * * ${weekday}`
    default:
      return repeat
  }
}

/** Whole minutes of a length, at least one. */
export const minutesOf = (ms: number): number => Math.max(1, Math.round(ms / MINUTE))

export const LONGEST_REPEATED_MS = 24 * HOUR
