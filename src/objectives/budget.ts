import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { readSlo, type Slo } from '../monitors/index.ts'
import { observedTime, uptimePercent } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { budgetMsOf } from './pace.ts'

/** Monitors read at once: nothing else waits longer than a few milliseconds for them. */
const AT_ONCE = 50
export const LONGEST_DAYS = 90

/** What a monitor was to keep, and what is left of that. */
export interface Budget {
  readonly monitorId: MonitorId
  readonly monitorName: string
  readonly slo: Slo
  readonly budgetMs: number
  /** Negative: so much too much was spent. */
  readonly leftMs: number
  /** Whether people were warned of it, and that goes on. */
  readonly isBurning: boolean
}

/** Until when each was down last; those that were well for all of the longest window are not in it. */
async function lastDown(
  db: AccountTx,
  whose: readonly MonitorId[] | 'all',
  now: Instant,
): Promise<ReadonlyMap<MonitorId, Instant>> {
  let query = db
    .selectFrom('incidents')
    .select(['monitor_id', 'resolved_at'])
    .where('severity', '=', 'down')
    .where('started_at', '<', now)
    .where((eb) =>
      eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', now - LONGEST_DAYS * DAY)]),
    )
  if (whose !== 'all') query = query.where('monitor_id', 'in', whose)
  const until = new Map<MonitorId, Instant>()
  for (const { monitor_id: id, resolved_at } of await query.execute())
    if (id !== null) until.set(id, Math.max(until.get(id) ?? 0, resolved_at ?? now))
  return until
}

/** Which are warned of now. */
async function readBurning(db: AccountTx): Promise<ReadonlySet<MonitorId>> {
  const rows = await db
    .selectFrom('incidents')
    .select('monitor_id')
    .where('severity', '=', 'burning')
    .where('resolved_at', 'is', null)
    .execute()
  return new Set(rows.map(({ monitor_id }) => monitor_id!))
}

/**
 * The budgets, as of `now`, of the monitors that have an objective; `whose`: a few of them. Only those
 * that were down are read: the others have spent nothing.
 */
export async function budgetsOf(
  db: AccountTx,
  whose: readonly MonitorId[] | 'all',
  now: Instant,
): Promise<readonly Budget[]> {
  let query = db.selectFrom('monitors').select(['id', 'name', 'slo']).where('slo', 'is not', null)
  if (whose !== 'all') query = query.where('id', 'in', whose)
  const monitors = (await query.orderBy('id').execute()).map(({ id, name, slo }) => ({
    id,
    name,
    slo: readSlo({ slo })!,
  }))
  if (monitors.length === 0) return []
  const downUntil = await lastDown(db, whose, now)
  const touched = monitors.filter(({ id, slo }) => (downUntil.get(id) ?? 0) > now - slo.days * DAY)
  const spent = new Map<MonitorId, number>()
  for (const [days, those] of Map.groupBy(touched, ({ slo }) => slo.days))
    for (let at = 0; at < those.length; at += AT_ONCE) {
      const ids = those.slice(at, at + AT_ONCE).map(({ id }) => id)
      for (const [id, { downMs }] of await observedTime(db, ids, now - days * DAY, now))
        spent.set(id, downMs)
      await others()
    }
  const burning = await readBurning(db)
  return monitors.map(({ id, name, slo }) => {
    const budgetMs = budgetMsOf(slo)
    return {
      monitorId: id,
      monitorName: name,
      slo,
      budgetMs,
      leftMs: budgetMs - (spent.get(id) ?? 0),
      isBurning: burning.has(id),
    }
  })
}

export const isMissed = ({ leftMs }: Pick<Budget, 'leftMs'>): boolean => leftMs < 0

/** Those missed, and those people are warned of; the least left first. */
export const inTrouble = (all: readonly Budget[]): readonly Budget[] =>
  all
    .filter((it) => isMissed(it) || it.isBurning)
    .toSorted((a, b) => a.leftMs / a.budgetMs - b.leftMs / b.budgetMs)

/** A budget with how it was reckoned, of one monitor. */
export interface Objective extends Budget {
  readonly downMs: number
  /** Percent of its window; null without data. */
  readonly uptime: number | null
  /** How often the pace of the last hour would spend the budget in its window. */
  readonly burnRate: number
}

/** How often downtime at this pace would spend the budget in its window; two decimals. */
export const burnRateOf = ({ objective }: Slo, downMs: number, spanMs: number): number =>
  Math.round((downMs / spanMs / (1 - objective / 100)) * 100) / 100

/** What a monitor keeps of its objective; nothing where it has none. */
export async function readObjective(
  db: AccountTx,
  id: MonitorId,
  now: Instant,
): Promise<Objective | undefined> {
  const [budget] = await budgetsOf(db, [id], now)
  if (budget === undefined) return undefined
  const { slo, budgetMs, leftMs } = budget
  const whole = (await observedTime(db, [id], now - slo.days * DAY, now)).get(id)!
  const hour = (await observedTime(db, [id], now - HOUR, now)).get(id)!
  return {
    ...budget,
    downMs: budgetMs - leftMs,
    uptime: uptimePercent(whole),
    burnRate: burnRateOf(slo, hour.downMs, HOUR),
  }
}
