import { HOUR, type Instant } from '../kernel/index.ts'

/** A look as figures are made of it. */
export interface Look {
  readonly at: Instant
  readonly status: string
  readonly ms: number
  /** How much time before `at` it speaks for. */
  readonly observedMs: number
}

/** When something was down; null: still is. */
export interface Outage {
  readonly startedAt: Instant
  readonly endedAt: Instant | null
}

/** Milliseconds: what was watched in a span, and how much of that was an outage. */
export interface Observed {
  readonly observedMs: number
  readonly downMs: number
}

/** The looks made in a span. Of good ones (up, degraded) the times, in order. */
export interface Made {
  readonly checks: number
  readonly failures: number
  readonly goodMs: readonly number[]
}

export const startOf = (at: Instant, size: number): Instant => at - (at % size)

const overlap = (a: Instant, b: Instant, from: Instant, to: Instant): number =>
  Math.max(0, Math.min(b, to) - Math.max(a, from))

/** What looks speak for between two instants, and how much of it lay in outages. */
export function measure(
  looks: readonly Pick<Look, 'at' | 'observedMs'>[],
  outages: readonly Outage[],
  from: Instant,
  to: Instant,
): Observed {
  let [observedMs, downMs] = [0, 0]
  for (const { at, observedMs: reach } of looks) {
    const begin = Math.max(from, at - reach)
    const end = Math.min(to, at)
    if (begin >= end) continue
    observedMs += end - begin
    for (const { startedAt, endedAt } of outages)
      downMs += overlap(startedAt, endedAt ?? end, begin, end)
  }
  return { observedMs, downMs }
}

export const isGood = ({ status }: Pick<Look, 'status'>): boolean =>
  status === 'up' || status === 'degraded'

export function madeOf(looks: readonly Pick<Look, 'status' | 'ms'>[]): Made {
  return {
    checks: looks.length,
    failures: looks.filter(({ status }) => status === 'down').length,
    goodMs: looks
      .filter(isGood)
      .map(({ ms }) => ms)
      .toSorted((a, b) => a - b),
  }
}

/** Nearest rank: a time that was really measured. */
export const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0 ? null : sorted[Math.ceil(sorted.length * share) - 1]!

/** Every hour that one of these looks was made in or speaks for, oldest first. */
export function hoursOf(looks: readonly Pick<Look, 'at' | 'observedMs'>[]): Instant[] {
  const hours = new Set<Instant>()
  for (const { at, observedMs } of looks) {
    hours.add(startOf(at, HOUR))
    // What it speaks for ends just before a look made on the hour.
    for (let hour = startOf(at - observedMs, HOUR); hour < at; hour += HOUR) hours.add(hour)
  }
  return [...hours].toSorted((a, b) => a - b)
}
