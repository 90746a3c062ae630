import { MINUTE, SECOND } from '../kernel/index.ts'

const BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const

/** Looks later than this are late; some are anywhere, so many of all are too many. */
const LATE_MS = SECOND
const TOO_MANY = 0.01

export interface Lateness {
  /** Upper bounds in milliseconds, rising. */
  readonly boundsMs: readonly number[]
  /** How many began within each bound and beyond the one before; the last is of all that is later. */
  readonly within: readonly number[]
  readonly sumMs: number
  readonly isLate: boolean
}

interface Seen {
  looks: number
  late: number
}

/** How late looks begin, since start and of late. */
export class Punctuality {
  readonly #within = Array.from({ length: BOUNDS_MS.length + 1 }, () => 0)
  #sumMs = 0
  #minute = -1
  #now: Seen = { looks: 0, late: 0 }
  #before: Seen = { looks: 0, late: 0 }

  /** A look that was due began `ms` after its time, at `tick` of the monotonic clock. */
  began(ms: number, tick: number): void {
    const late = Math.max(ms, 0)
    const place = BOUNDS_MS.findIndex((bound) => late <= bound)
    this.#within[place < 0 ? BOUNDS_MS.length : place]! += 1
    this.#sumMs += late
    this.#turn(tick)
    this.#now.looks += 1
    if (late > LATE_MS) this.#now.late += 1
  }

  /** So many that were due did not begin at all. */
  missed(count: number, tick: number): void {
    this.#turn(tick)
    this.#now.looks += count
    this.#now.late += count
  }

  lateness(tick: number): Lateness {
    this.#turn(tick)
    const [looks, late] = [this.#now.looks + this.#before.looks, this.#now.late + this.#before.late]
    return {
      boundsMs: BOUNDS_MS,
      within: this.#within,
      sumMs: this.#sumMs,
      isLate: late > looks * TOO_MANY,
    }
  }

  #turn(tick: number): void {
    const minute = Math.floor(tick / MINUTE)
    if (minute === this.#minute) return
    this.#before = minute === this.#minute + 1 ? this.#now : { looks: 0, late: 0 }
    this.#now = { looks: 0, late: 0 }
    this.#minute = minute
  }
}
