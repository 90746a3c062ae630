import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { words } from './sentences.ts'

const SAYS = {
  milliseconds: '{milliseconds} ms',
  seconds: '{seconds} s',
  minutes: '{minutes} min',
  minutesAndSeconds: '{minutes} min {seconds} s',
  hours: '{hours} h',
  hoursAndMinutes: '{hours} h {minutes} min',
  days: '{days} d',
  daysAndHours: '{days} d {hours} h',
} as const

/** A length of time for people: `12 s`, `12 min`, `12 min 24 s`, `2 h 05 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / SECOND)) * SECOND
  if (whole < MINUTE) return inSeconds(whole / SECOND)
  if (whole < HOUR) {
    const seconds = (whole % MINUTE) / SECOND
    const minutes = Math.floor(whole / MINUTE)
    return seconds === 0
      ? words(SAYS.minutes, { minutes })
      : words(SAYS.minutesAndSeconds, { minutes, seconds })
  }
  if (whole < DAY) {
    const minutes = Math.floor((whole % HOUR) / MINUTE)
    const hours = Math.floor(whole / HOUR)
    return minutes === 0
      ? words(SAYS.hours, { hours })
      : words(SAYS.hoursAndMinutes, { hours, minutes: String(minutes).padStart(2, '0') })
  }
  const hours = Math.floor((whole % DAY) / HOUR)
  const days = Math.floor(whole / DAY)
  return hours === 0 ? inDays(days) : words(SAYS.daysAndHours, { days, hours })
}

/** `480 ms`, however many. */
export const inMilliseconds = (milliseconds: number): string =>
  words(SAYS.milliseconds, { milliseconds })

/** `2.4 s`, however many. */
export const inSeconds = (seconds: number | string): string => words(SAYS.seconds, { seconds })

/** `41 d`, however many. */
export const inDays = (days: number): string => words(SAYS.days, { days })
