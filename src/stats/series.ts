import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { readFresh, readHours, readOutages } from './looks.ts'
import { unpackSamples } from './pack-format.ts'
import { type Row, readRows } from './rows.ts'
import { isGood, type Look, measure, type Observed, percentile, startOf } from './tally.ts'
import { addObserved, averageTimes, observedTime } from './uptime.ts'

/** A span cut into `count` equal steps. */
export interface Steps {
  readonly from: Instant
  readonly stepMs: number
  readonly count: number
}

/** What was seen of a monitor in one step. */
export interface Step extends Observed {
  /** When it begins. */
  readonly at: Instant
  readonly checks: number
  readonly failures: number
  readonly degraded: number
  /** Of good looks, milliseconds; null without any. */
  readonly minMs: number | null
  readonly avgMs: number | null
  readonly maxMs: number | null
}

/** A step in a word: the worst that was seen in it. */
export const markOf = (step: Step): 'up' | 'degraded' | 'down' | 'none' => {
  if (step.downMs > 0) return 'down'
  if (step.degraded > 0) return 'degraded'
  return step.observedMs > 0 || step.avgMs !== null ? 'up' : 'none'
}

/** How a monitor was, step by step, the oldest first; steps without looks are among them. */
export async function readSteps(
  db: AccountTx,
  id: MonitorId,
  { from, stepMs, count }: Steps,
): Promise<readonly Step[]> {
  const to = from + count * stepMs
  const steps = Array.from({ length: count }, (_, step) => new StepSum(from + step * stepMs))
  // A look made on the border is the last one of the step before.
  const stepAt = (at: Instant): StepSum | undefined => steps[Math.ceil((at - from) / stepMs) - 1]
  const { keptFrom, rows } = await readRows(db, id, from, to)
  for (const row of rows) {
    // Longer than a step it is spread evenly; when its looks were made nobody knows.
    const parts = Math.ceil(row.lengthMs / stepMs)
    const [observedMs, downMs] = [row.observedMs / parts, row.downMs / parts]
    for (let part = 0.5; part < parts; part += 1)
      stepAt(row.at + (part / parts) * row.lengthMs)?.addTime({ observedMs, downMs })
    stepAt(row.at + row.lengthMs / 2)?.addLooks(row)
  }
  const outages = (await readOutages(db, [id], from, to)).get(id) ?? []
  const add = (look: Look, earliest: Instant): void => {
    const begin = Math.max(from, earliest, look.at - look.observedMs)
    const end = Math.min(to, look.at)
    for (let at = begin; at < end;) {
      const step = Math.floor((at - from) / stepMs)
      const until = Math.min(end, from + (step + 1) * stepMs)
      steps[step]!.addTime(measure([{ at: until, observedMs: until - at }], outages, at, until))
      at = until
    }
    if (look.at > from && look.at <= to) stepAt(look.at)?.addLook(look)
  }
  await eachPacked(db, id, keptFrom, (look) => add(look, keptFrom))
  for (const look of (await readFresh(db, [id], from)).get(id) ?? []) add(look, from)
  return steps.map((step) => step.done())
}

type Looks = Omit<Row, 'at' | 'lengthMs' | keyof Observed>

class StepSum {
  readonly #at: Instant
  #time: Observed = { observedMs: 0, downMs: 0 }
  #looks = { checks: 0, failures: 0, degraded: 0, good: 0, sumMs: 0 }
  #minMs: number | null = null
  #maxMs: number | null = null

  constructor(at: Instant) {
    this.#at = at
  }

  addTime(time: Observed): void {
    this.#time = addObserved([this.#time, time])
  }

  addLook(look: Look): void {
    const isWell = isGood(look)
    this.addLooks({
      checks: 1,
      failures: look.status === 'down' ? 1 : 0,
      degraded: look.status === 'degraded' ? 1 : 0,
      good: isWell ? 1 : 0,
      sumMs: isWell ? look.ms : 0,
      minMs: isWell ? look.ms : null,
      maxMs: isWell ? look.ms : null,
    })
  }

  addLooks({ minMs, maxMs, ...looks }: Looks): void {
    for (const field of Object.keys(this.#looks) as (keyof typeof looks)[])
      this.#looks[field] += looks[field]
    if (minMs !== null) this.#minMs = Math.min(minMs, this.#minMs ?? minMs)
    if (maxMs !== null) this.#maxMs = Math.max(maxMs, this.#maxMs ?? maxMs)
  }

  done(): Step {
    const { good, sumMs, ...looks } = this.#looks
    const { observedMs, downMs } = this.#time
    return {
      at: this.#at,
      observedMs: Math.round(observedMs),
      downMs: Math.round(Math.min(observedMs, downMs)),
      ...looks,
      minMs: this.#minMs,
      avgMs: good === 0 ? null : Math.round(sumMs / good),
      maxMs: this.#maxMs,
    }
  }
}

/** Looks whose hours are packed: a day at a time, so that others run in between. */
async function eachPacked(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  visit: (look: Look) => void,
): Promise<void> {
  let next = startOf(from, HOUR)
  for (;;) {
    const rows = await readHours(db, { id, from: next, to: Infinity }, DAY / HOUR)
    for (const { at, samples } of rows) for (const look of unpackSamples(at, samples)) visit(look)
    if (rows.length < DAY / HOUR) return
    next = rows.at(-1)!.at + HOUR
    await others()
  }
}

/** The 95th percentile of good looks in a span; null without any. */
export interface SlowTime {
  readonly ms: number | null
  /** Where single looks are not kept any more: the median of what the days had. */
  readonly isOfDays: boolean
}

export async function slowTime(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<SlowTime> {
  const { rows } = await readRows(db, id, from, to)
  if (rows.some(({ good }) => good > 0)) {
    const days = await db
      .selectFrom('day_stats')
      .select('p95_ms')
      .where('monitor_id', '=', id)
      .where('at', '>', from - DAY)
      .where('at', '<', to)
      .where('p95_ms', 'is not', null)
      .orderBy('p95_ms')
      .execute()
    const ofDays = days.map(({ p95_ms }) => p95_ms!)
    return { ms: percentile(ofDays, 0.5), isOfDays: true }
  }
  const goodMs: number[] = []
  const take = (look: Look): void => {
    if (look.at > from && look.at <= to && isGood(look)) goodMs.push(look.ms)
  }
  await eachPacked(db, id, from, take)
  for (const look of (await readFresh(db, [id], from)).get(id) ?? []) take(look)
  return {
    ms: percentile(
      goodMs.toSorted((a, b) => a - b),
      0.95,
    ),
    isOfDays: false,
  }
}

/** How a span was, in sum. */
export interface Whole extends Observed {
  /** Of good looks; null without any. */
  readonly avgMs: number | null
}

/** Many monitors over a long span: one after another, with others in between. */
export async function readWholes(
  db: AccountTx,
  ids: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, Whole>> {
  const wholes = new Map<MonitorId, Whole>()
  for (const id of ids) {
    const observed = (await observedTime(db, [id], from, to)).get(id)!
    const avgMs = (await averageTimes(db, [id], from, to)).get(id)?.avgMs ?? null
    wholes.set(id, { ...observed, avgMs })
    await others()
  }
  return wholes
}
