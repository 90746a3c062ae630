/** Milliseconds since the epoch, wall clock. */
export type Instant = number

/** Time, handed in. Durations come from `monotonic`, stamps from `now`. */
export interface Clock {
  now(): Instant
  /** Milliseconds that never go back; only differences mean something. */
  monotonic(): number
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `ring` once after `ms` milliseconds; the answer calls it off. Cheaper than a sleep. */
  after(ms: number, ring: () => void): () => void
}

// setTimeout fires at once for anything longer (2^31 - 1 ms).
const LONGEST_TIMER_MS = 2_147_483_647

function after(ms: number, ring: () => void): () => void {
  const timer = setTimeout(ring, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS))
  return () => clearTimeout(timer)
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const done = () => {
        callOff()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const callOff = after(ms, done)
      signal?.addEventListener('abort', done, { once: true })
    }),
  after,
}

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const MINUTES = Array.from({ length: DAY / MINUTE }, (_, at) => timeOf(at * MINUTE, 0, 6))
const SECONDS = Array.from({ length: MINUTE / SECOND }, (_, at) => timeOf(at * SECOND, 6, 9))
const MILLISECONDS = Array.from({ length: SECOND }, (_, at) => timeOf(at, 9, 13))

function timeOf(at: Instant, begin: number, end: number): string {
  return new Date(at).toISOString().slice('1970-01-01T'.length).slice(begin, end)
}

const DAYS_KEPT = 1000
/** `2027-04-02T` of days since the epoch: most instants of an answer are of a few days. */
const days = new Map<number, string>()

/** ISO 8601 in UTC with milliseconds, as the wire shows instants. */
export function toIso(at: Instant): string {
  const whole = Math.trunc(at)
  const day = Math.floor(whole / DAY)
  let date = days.get(day)
  if (date === undefined) {
    if (days.size >= DAYS_KEPT) days.clear()
    days.set(day, (date = new Date(whole).toISOString().slice(0, -'00:00:00.000Z'.length)))
  }
  const ms = whole - day * DAY
  const minute = MINUTES[Math.trunc(ms / MINUTE)]!
  return date + minute + SECONDS[Math.trunc((ms % MINUTE) / SECOND)]! + MILLISECONDS[ms % SECOND]!
}

export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at))
