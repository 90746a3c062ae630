import type { Instant } from '../kernel/index.ts'

/** Looks in a chunk. */
export const CHUNK = 4096
/** As many as 32 bits can tell apart. */
export const NUMBERS = 2 ** 32

/** Looks in the order they came, in columns: 17 bytes each. */
export class Chunk {
  readonly #base: Instant
  earliest = Infinity
  count = 0
  readonly #at = new Uint32Array(CHUNK)
  readonly ms = new Uint32Array(CHUNK)
  readonly observedMs = new Uint32Array(CHUNK)
  /** The number of the monitor's look before, counted from one; 0: none. */
  readonly before = new Uint32Array(CHUNK)
  readonly kind = new Uint8Array(CHUNK)

  constructor(first: Instant) {
    this.#base = first - NUMBERS / 2
  }

  hasRoomFor(at: Instant): boolean {
    const since = at - this.#base
    return this.count < CHUNK && since >= 0 && since < NUMBERS
  }

  at(place: number): Instant {
    return this.#base + this.#at[place]!
  }

  add(at: Instant, kind: number, ms: number, observedMs: number, before: number): void {
    this.#at[this.count] = at - this.#base
    this.kind[this.count] = kind
    this.ms[this.count] = ms
    this.observedMs[this.count] = observedMs
    this.before[this.count] = before
    this.earliest = Math.min(this.earliest, at)
    this.count += 1
  }
}
