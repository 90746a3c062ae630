import { InvalidInput, quote } from '../../src/kernel/index.ts'
import { DAYS } from './moments.ts'
import { words } from './sentences.ts'

const SAYS = {
  timeRule: 'must be a time of day such as 09:00, not {given}',
  daysRule: 'must be daily, weekly, or days such as mon-fri or mon,thu, not {given}',
  everyDay: '{time} every day',
  onDays: '{time} on {days}',
} as const

const CLOCK = /^(\d{1,2}):(\d{2})$/
const USUAL = /^(\d{1,2}) (\d{1,2}) \* \* (\*|[\d,-]+)$/

const refuse = (path: 'time' | 'days', typed: string): InvalidInput => {
  const rule = path === 'time' ? SAYS.timeRule : SAYS.daysRule
  const message = words(rule, { given: quote(typed)! })
  return new InvalidInput([{ path, code: 'format', message }])
}

/** Hour and minute. @throws InvalidInput */
function clockOf(typed: string): readonly [hour: number, minute: number] {
  const [, hours, minutes] = CLOCK.exec(typed) ?? []
  const [hour, minute] = [Number(hours), Number(minutes)]
  if (hours === undefined || hour > 23 || minute > 59) throw refuse('time', typed)
  return [hour, minute]
}

/** `mon`, `Monday`: its number; nothing for what is no day. */
function dayOf(word: string): number | undefined {
  const day = DAYS.findIndex((it) => word.startsWith(it))
  return day === -1 || !/^[a-z]{3}(?:[a-z]{0,6}day)?$/.test(word) ? undefined : day
}

/** The last cron field: `mon-fri` is `1-5`, `fri-mon` is `5,6,0,1`. @throws InvalidInput */
function daysField(typed: string): string {
  const tidy = typed.toLowerCase().replaceAll(/\s*-\s*/g, '-')
  if (tidy === 'daily') return '*'
  const parts = tidy.split(/[\s,]+/).map((part): string => {
    const [first, last, ...more] = part.split('-').map(dayOf)
    if (first === undefined || more.length > 0) throw refuse('days', typed)
    if (!part.includes('-')) return String(first)
    if (last === undefined) throw refuse('days', typed)
    if (first < last) return `${first}-${last}`
    const count = ((last - first + 7) % 7) + 1
    return Array.from({ length: count }, (_, index) => (first + index) % 7).join(',')
  })
  return parts.join(',')
}

/** `weekly`, `weekly fri`: a summary of the week, on Mondays unless said; days alone: of the day. */
export function readDays(typed: string): { readonly period: 'day' | 'week'; readonly on: string } {
  const [, on] = /^weekly(?:$|[\s,]+(?:on\s+)?(.+)$)/i.exec(typed) ?? []
  if (on !== undefined) return { period: 'week', on }
  return /^weekly$/i.test(typed) ? { period: 'week', on: 'mon' } : { period: 'day', on: typed }
}

/** Cron fields of a time and days; without days they stay those of `before`. @throws InvalidInput */
export function cronFor(time: string, days: string | undefined, before = ''): string {
  const [hour, minute] = clockOf(time)
  const [, , , kept = '*'] = USUAL.exec(before) ?? []
  return `${minute} ${hour} * * ${days === undefined ? kept : daysField(days)}`
}

/** `09:00 every day`, `09:00 on mon-fri`; nothing where it is more than a time and days. */
export function scheduleWords(cron: string): string | undefined {
  const [, minute, hour, days] = USUAL.exec(cron) ?? []
  if (minute === undefined || hour === undefined || days === undefined) return undefined
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (days === '*') return words(SAYS.everyDay, { time })
  // Cron knows two numbers for Sunday.
  return words(SAYS.onDays, {
    time,
    days: days.replaceAll(/\d+/g, (day) => DAYS[Number(day) % 7]!),
  })
}
