import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'

/** A length of time for people: `12 s`, `12 min`, `12 min 24 s`, `2 h 05 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / SECOND)) * SECOND
  if (whole < MINUTE) return `${whole / SECOND} s`
  if (whole < HOUR) {
    const seconds = (whole % MINUTE) / SECOND
    const minutes = `${Math.floor(whole / MINUTE)} min`
    return seconds === 0 ? minutes : `${minutes} ${seconds} s`
  }
  if (whole < DAY) {
    const minutes = Math.floor((whole % HOUR) / MINUTE)
    const hours = `${Math.floor(whole / HOUR)} h`
    return minutes === 0 ? hours : `${hours} ${String(minutes).padStart(2, '0')} min`
  }
  const hours = Math.floor((whole % DAY) / HOUR)
  const days = `${Math.floor(whole / DAY)} d`
  return hours === 0 ? days : `${days} ${hours} h`
}
