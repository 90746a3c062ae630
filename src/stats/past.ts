import { DAY, HOUR, type Instant } from '../kernel/index.ts'
import { figuresOf } from './hours.ts'
import { hoursOf, isGood, type Look, measure, type Outage, percentile, startOf } from './tally.ts'

/** Figures of an hour or of a UTC day, in the columns of their row. */
export type PastFigures = ReturnType<typeof figuresOf> & {
  readonly observed_ms: number
  readonly down_ms: number
}

export interface PastLook extends Look {
  readonly code: string
}

/** By when they began; what is not yet due to be a row is left out of `days`. */
export interface PastHistory {
  readonly hours: ReadonlyMap<Instant, PastFigures>
  readonly days: ReadonlyMap<Instant, PastFigures>
  /** Single looks, by their hour. */
  readonly looks: ReadonlyMap<Instant, readonly PastLook[]>
  /** How many looks all this speaks of. */
  readonly checks: number
}

/** Figures that another program kept where its single looks are gone. */
export interface KeptFigures {
  readonly hours: ReadonlyMap<Instant, PastFigures>
  readonly days: ReadonlyMap<Instant, PastFigures>
}

/** From when on looks, hours and days are wanted. */
interface Bounds {
  readonly now: Instant
  readonly looksFrom: Instant
  readonly hoursFrom: Instant
  readonly daysFrom: Instant
}

const SUMS = ['checks', 'failures', 'good', 'degraded', 'sum_ms', 'observed_ms', 'down_ms'] as const

function sumOf(parts: readonly PastFigures[], p95: number | null): PastFigures {
  const [first, ...rest] = parts
  const sum = { ...first!, p95_ms: p95 }
  for (const it of rest) {
    for (const field of SUMS) sum[field] += it[field]
    if (it.min_ms !== null) sum.min_ms = Math.min(it.min_ms, sum.min_ms ?? it.min_ms)
    if (it.max_ms !== null) sum.max_ms = Math.max(it.max_ms, sum.max_ms ?? it.max_ms)
  }
  return sum
}

/** Looks of long ago, told in order of time, as the hours and days that packing would make of them. */
export class PastTally {
  readonly #bounds: Bounds
  readonly #hours = new Map<Instant, PastFigures>()
  readonly #kept = new Map<Instant, readonly PastLook[]>()
  readonly #p95 = new Map<Instant, number | null>()
  /** Of the hour that is not over, and of its day. */
  #looks: PastLook[] = []
  #dayMs: number[] = []
  /** Everything before is in `#hours`. */
  #doneUntil: Instant = 0
  #outages: Outage[] = []

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** It is down from here on. */
  fell(at: Instant): void {
    this.#outages.push({ startedAt: at, endedAt: null })
  }

  rose(at: Instant): void {
    const open = this.#outages.pop()
    if (open !== undefined) this.#outages.push({ ...open, endedAt: at })
  }

  add(look: PastLook): void {
    const hour = startOf(look.at, HOUR)
    if (hour > this.#doneUntil) this.#close(hour, [...this.#looks, look])
    this.#looks.push(look)
  }

  /** `all`: with the first look after `until`, which may speak for the time before. */
  #close(until: Instant, all: readonly PastLook[]): void {
    for (const hour of hoursOf(all)) {
      if (hour < this.#doneUntil || hour >= until) continue
      const made = this.#looks.filter(({ at }) => at >= hour && at < hour + HOUR)
      const { observedMs, downMs } = measure(all, this.#outages, hour, hour + HOUR)
      const figures = { ...figuresOf(made), observed_ms: observedMs, down_ms: downMs }
      if (hour >= this.#bounds.daysFrom) this.#hours.set(hour, figures)
      if (made.length > 0 && hour + HOUR > this.#bounds.looksFrom) this.#kept.set(hour, made)
    }
    const day = startOf(this.#doneUntil, DAY)
    for (const look of this.#looks) if (isGood(look)) this.#dayMs.push(look.ms)
    if (day < startOf(until, DAY)) {
      this.#p95.set(
        day,
        percentile(
          this.#dayMs.toSorted((a, b) => a - b),
          0.95,
        ),
      )
      this.#dayMs = []
    }
    this.#looks = []
    this.#doneUntil = until
    // A look speaks for less than two days.
    this.#outages = this.#outages.filter(
      ({ endedAt }) => endedAt === null || endedAt > until - 2 * DAY,
    )
  }

  /** What there is in all: where the other program counted more than its looks show, its figures. */
  done(kept: KeptFigures): PastHistory {
    const { now, hoursFrom, daysFrom } = this.#bounds
    if (this.#looks.length > 0) this.#close(startOf(now, DAY) + DAY, this.#looks)
    const hours = this.#chooseHours(kept)
    const ofDay = Map.groupBy(hours.keys(), (hour) => startOf(hour, DAY))
    const days = new Map<Instant, PastFigures>()
    let checks = 0
    for (const day of new Set([...ofDay.keys(), ...kept.days.keys()])) {
      if (day < daysFrom) continue
      const best = this.#chooseDay(kept.days.get(day), ofDay.get(day) ?? [], hours)
      checks += best?.checks ?? 0
      if (best !== undefined && day + DAY <= now) days.set(day, best)
    }
    const recent = [...hours].filter(([hour]) => hour >= hoursFrom)
    const looks = [...this.#kept].filter(([hour]) => hours.get(hour) === this.#hours.get(hour))
    return { hours: new Map(recent), days, looks: new Map(looks), checks }
  }

  #chooseDay(
    kept: PastFigures | undefined,
    ofDay: readonly Instant[],
    hours: ReadonlyMap<Instant, PastFigures>,
  ): PastFigures | undefined {
    const [first] = ofDay
    if (first === undefined) return kept
    const isOfLooks = ofDay.every((hour) => hours.get(hour) === this.#hours.get(hour))
    const p95 = isOfLooks ? this.#p95.get(startOf(first, DAY)) : undefined
    const sum = sumOf(
      ofDay.map((hour) => hours.get(hour)!),
      p95 ?? null,
    )
    // A day as it was kept says more than hours that were.
    return isOfLooks ? fuller(kept, sum) : fuller(sum, kept)
  }

  #chooseHours(kept: KeptFigures): ReadonlyMap<Instant, PastFigures> {
    const looked = new Map<Instant, number>()
    for (const [hour, { checks }] of this.#hours) {
      const day = startOf(hour, DAY)
      looked.set(day, (looked.get(day) ?? 0) + checks)
    }
    const chosen = new Map<Instant, PastFigures>()
    for (const hour of new Set([...this.#hours.keys(), ...kept.hours.keys()])) {
      const day = startOf(hour, DAY)
      const theirs = kept.hours.get(hour)
      // Of a day whose looks are gone but for a few, those few say nothing of their hours.
      const isThin =
        theirs === undefined && (kept.days.get(day)?.checks ?? 0) > (looked.get(day) ?? 0)
      const best = isThin ? undefined : fuller(theirs, this.#hours.get(hour))
      if (best !== undefined) chosen.set(hour, best)
    }
    return chosen
  }
}

/** That of more looks; the latter where they are as many. */
function fuller(
  one: PastFigures | undefined,
  other: PastFigures | undefined,
): PastFigures | undefined {
  return other === undefined || (one?.checks ?? 0) > other.checks ? one : other
}
