import { type Clock, MINUTE } from '../../src/kernel/index.ts'

/** Requests the platform turned down (401, 403, 429), lately. */
export interface Tally {
  count(): void
  /** Milliseconds until anything may be sent again; 0: now. */
  pausedFor(): number
}

/** The platform bans an address at 10,000 in this time; we stop long before. */
const LIMIT = 1000
const WINDOW_MS = 10 * MINUTE

export function openTally(clock: Clock): Tally {
  const at: number[] = []
  return {
    count: () => {
      at.push(clock.monotonic())
      if (at.length > LIMIT) at.shift()
    },
    pausedFor: () => (at.length < LIMIT ? 0 : Math.max(0, at[0]! + WINDOW_MS - clock.monotonic())),
  }
}
