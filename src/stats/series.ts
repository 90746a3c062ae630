import { setImmediate as others } from 'node:timers/promises'
import { DAY, type Instant, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { averageTimes, type Observed, observedTime } from './uptime.ts'

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

/** SQLite answers without waiting: a long span is read in parts, so that others run in between. */
const PART_MS = DAY

/** Samples after `from` by step and status; a sample speaks for the time before it. */
const sumSamples = (
  db: AccountTx,
  id: MonitorId,
  { from, stepMs }: Steps,
  [after, until]: readonly [Instant, Instant],
) =>
  db
    .selectFrom('samples')
    .where('monitor_id', '=', id)
    .where('at', '>', after)
    .where('at', '<=', until)
    .select((eb) => {
      const passed = eb.parens('at', '-', from + 1)
      return [
        eb(passed, '-', eb.parens(passed, '%', stepMs)).as('begin'),
        'status',
        eb.fn.countAll<number>().as('count'),
        eb.fn.sum<number>('observed_ms').as('observed'),
        eb.fn.sum<number>('ms').as('total'),
        eb.fn.min('ms').as('least'),
        eb.fn.max('ms').as('most'),
      ]
    })
    .groupBy(['begin', 'status'])
    .execute()

const isGood = ({ status }: { readonly status: string }): boolean =>
  status === 'up' || status === 'degraded'

const sum = (numbers: readonly number[]): number => numbers.reduce((total, it) => total + it, 0)

/** Outages of the span, each from when it counts to when it no longer does. */
const readOutages = async (
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<(readonly [Instant, Instant])[]> => {
  const rows = await db
    .selectFrom('incidents')
    .select(['started_at', 'resolved_at'])
    .where('monitor_id', '=', id)
    .where('severity', '=', 'down')
    .where('started_at', '<', to)
    .where((eb) => eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', from)]))
    .execute()
  return rows.map((it) => [Math.max(from, it.started_at), Math.min(to, it.resolved_at ?? to)])
}

/** A look may speak for longer than a step: what is too much for one is the time of those before. */
function carryBack(totals: number[], stepMs: number): void {
  for (let step = totals.length - 1; step >= 0; step -= 1) {
    const surplus = totals[step]! - stepMs
    if (surplus <= 0) continue
    totals[step] = stepMs
    if (step > 0) totals[step - 1]! += surplus
  }
}

/** How a monitor was, step by step, the oldest first; steps without looks are among them. */
export async function readSteps(
  db: AccountTx,
  id: MonitorId,
  steps: Steps,
): Promise<readonly Step[]> {
  const { from, stepMs, count } = steps
  const beginOf = (step: number): Instant => from + step * stepMs
  const observedMs = Array.from<number>({ length: count }).fill(0)
  const downMs = Array.from<number>({ length: count }).fill(0)
  for (const outage of await readOutages(db, id, from, beginOf(count)))
    for (const { begin, observed } of await sumSamples(db, id, steps, outage))
      downMs[begin / stepMs]! += observed
  const looks: Omit<Step, 'at' | 'observedMs' | 'downMs'>[] = []
  while (looks.length < count) {
    const next = Math.min(count, looks.length + Math.max(1, Math.floor(PART_MS / stepMs)))
    const rows = await sumSamples(db, id, steps, [beginOf(looks.length), beginOf(next)])
    const byBegin = Map.groupBy(rows, ({ begin }) => begin)
    for (let step = looks.length; step < next; step += 1) {
      const its = byBegin.get(step * stepMs) ?? []
      observedMs[step] = sum(its.map(({ observed }) => observed))
      looks.push(looksOf(its))
    }
    await others()
  }
  for (const totals of [observedMs, downMs]) carryBack(totals, stepMs)
  return looks.map((its, step) =>
    Object.assign(its, {
      at: beginOf(step),
      observedMs: observedMs[step]!,
      downMs: Math.min(observedMs[step]!, downMs[step]!),
    }),
  )
}

function looksOf(rows: Awaited<ReturnType<typeof sumSamples>>) {
  const good = rows.filter(isGood)
  const countOf = (status: string) => rows.find((it) => it.status === status)?.count ?? 0
  const count = sum(good.map((it) => it.count))
  return {
    checks: sum(rows.map((it) => it.count)),
    failures: countOf('down'),
    degraded: countOf('degraded'),
    minMs: count === 0 ? null : Math.min(...good.map(({ least }) => least)),
    avgMs: count === 0 ? null : Math.round(sum(good.map(({ total }) => total)) / count),
    maxMs: count === 0 ? null : Math.max(...good.map(({ most }) => most)),
  }
}

/** The 95th percentile of good looks in a span, one that was really measured; null without any. */
export async function slowTime(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<number | null> {
  const counts = new Map<number, number>()
  for (let after = from; after < to; after += PART_MS) {
    const rows = await db
      .selectFrom('samples')
      .select((eb) => ['ms', eb.fn.countAll<number>().as('count')])
      .where('monitor_id', '=', id)
      .where('at', '>', after)
      .where('at', '<=', Math.min(to, after + PART_MS))
      .where('status', 'in', ['up', 'degraded'])
      .groupBy('ms')
      .execute()
    for (const { ms, count } of rows) counts.set(ms, (counts.get(ms) ?? 0) + count)
    await others()
  }
  let left = Math.ceil(sum([...counts.values()]) * 0.95)
  for (const [ms, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    left -= count
    if (left <= 0) return ms
  }
  return null
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
