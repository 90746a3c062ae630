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

/** ISO 8601 in UTC with milliseconds, as the wire shows instants. */
export const toIso = (at: Instant): string => new Date(at).toISOString()

export const isoOrNull = (at: Instant | null): string | null => (at === null ? null : toIso(at))
