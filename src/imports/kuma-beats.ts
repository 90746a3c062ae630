import type { PastIncident } from '../incidents/index.ts'
import { type Instant, SECOND } from '../kernel/index.ts'
import type { PastTally } from '../stats/index.ts'
import { causeOf } from './cause.ts'

/** One check as Uptime Kuma keeps it. */
export interface Beat {
  readonly status: number
  /** UTC: `2026-04-02 09:30:00.123` */
  readonly time: unknown
  /** Milliseconds. */
  readonly ping: unknown
  /** Only of failures. */
  readonly msg: unknown
}

const STATUS = { DOWN: 0, UP: 1, PENDING: 2, MAINTENANCE: 3 } as const
const TIME = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?:Z|\+00:00)?$/
/** Longer than any look takes: what is more is no measure. */
const LONGEST_MS = 10 * 60 * SECOND

/** NaN for what is no time. */
export function parseTime(text: unknown): Instant {
  const [, day, clock] = typeof text === 'string' ? (TIME.exec(text) ?? []) : []
  return day === undefined ? Number.NaN : Math.trunc(Date.parse(`${day}T${clock}Z`))
}

const lengthOf = (ping: unknown): number =>
  typeof ping === 'number' && ping >= 0 ? Math.round(Math.min(ping, LONGEST_MS)) : 0

interface Open {
  readonly startedAt: Instant
  readonly cause: ReturnType<typeof causeOf>
  failures: number
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
}

/** What is made of the checks of one monitor, told in order of time. */
export class Beats {
  readonly #tally: PastTally
  readonly #type: unknown
  readonly #now: Instant
  /** A longer time between two checks was not watched. */
  readonly #gapMs: number
  readonly incidents: PastIncident[] = []
  /** Checks whose time cannot be read, or has not come yet. */
  unreadable = 0
  #open: Open | null = null
  #lastAt: Instant | null = null
  #lastStatus: number = STATUS.UP
  #lastGoodAt: Instant | null = null
  #lastGoodMs: number | null = null

  constructor(tally: PastTally, about: { type: unknown; now: Instant; gapMs: number }) {
    this.#tally = tally
    this.#type = about.type
    this.#now = about.now
    this.#gapMs = about.gapMs
  }

  add(beat: Beat): void {
    const at = parseTime(beat.time)
    if (!(at <= this.#now)) {
      this.unreadable += 1
      return
    }
    if (this.#lastAt !== null && at <= this.#lastAt) return
    const { status } = beat
    if (status === STATUS.UP) this.#up(at, lengthOf(beat.ping))
    else if (status === STATUS.DOWN) this.#down(at, beat)
    else if (status === STATUS.PENDING) this.#look(at, 'unknown', 'internal', 0, 0)
    this.#lastAt = at
    this.#lastStatus = status
  }

  /** What is still down was so when it was last looked at. */
  end(): void {
    if (this.#open !== null) this.#resolve(this.#lastAt!, 'paused')
  }

  #up(at: Instant, ms: number): void {
    if (this.#open !== null) this.#resolve(at, 'resolved')
    this.#look(at, 'up', 'ok', ms, this.#reach(at) ?? 1)
    this.#lastGoodAt = at
    this.#lastGoodMs = ms
  }

  #down(at: Instant, { ping, msg }: Beat): void {
    // Between the first try that failed and the one that counted, nobody knows.
    const isTried = this.#open === null && this.#lastStatus === STATUS.PENDING
    const reach = isTried ? 0 : (this.#reach(at) ?? 0)
    if (this.#open === null) {
      this.#tally.fell(at)
      this.#open = {
        startedAt: at,
        cause: causeOf(this.#type, typeof msg === 'string' ? msg : ''),
        failures: 0,
        lastGoodAt: this.#lastGoodAt,
        lastGoodMs: this.#lastGoodMs,
      }
    }
    this.#open.failures += 1
    this.#look(at, 'down', this.#open.cause.code, lengthOf(ping), reach)
  }

  #reach(at: Instant): number | undefined {
    const gap = this.#lastAt === null ? Number.POSITIVE_INFINITY : at - this.#lastAt
    return gap > this.#gapMs ? undefined : gap
  }

  #look(at: Instant, status: string, code: string, ms: number, observedMs: number): void {
    this.#tally.add({ at, status, code, ms, observedMs })
  }

  #resolve(at: Instant, endReason: 'resolved' | 'paused'): void {
    const { cause, ...open } = this.#open!
    this.#open = null
    this.#tally.rose(at)
    this.incidents.push({
      ...open,
      ...cause,
      severity: 'down',
      resolvedAt: at,
      endReason,
      acknowledgedAt: null,
      acknowledgedBy: null,
      notes: [],
    })
  }
}
