import { isDeepStrictEqual } from 'node:util'
import { isNews, judge, judgeSpeed, type JudgeState, type LastGood } from '../incidents/index.ts'
import {
  type Clock,
  HOUR,
  type Instant,
  type Log,
  type MonitorId,
  SECOND,
} from '../kernel/index.ts'
import { type Check, type Monitor, recordCheck, type WatchedMonitor } from '../monitors/index.ts'
import { type Outcome, PROBES } from '../probes/index.ts'
import type { AccountDb } from '../storage/index.ts'
import type { Entry, Ledger } from './ledger.ts'
import type { Sight } from './sight.ts'

/** A monitor being watched, and what the engine has in mind about it. */
export class Watched {
  readonly monitor: Monitor
  judged: JudgeState
  lastAt: Instant | null
  /** How long the last look took, in which no other could be made. */
  lastTookMs = 0
  lastGood: LastGood
  retryAt: Instant | null
  running: Promise<Check> | null = null
  /** Somebody waits for the result: it is kept whole. */
  isAsked = false
  #cancel: AbortController | null = null

  /** Aborts when nobody may use the result of the look any more; of this look only. */
  get signal(): AbortSignal {
    this.#cancel ??= new AbortController()
    return this.#cancel.signal
  }

  /** Ends a running look, and lets none begin any more. */
  cancel(): void {
    this.#cancel ??= new AbortController()
    this.#cancel.abort()
  }

  /** The look has ended; who rests costs as little memory as can be. */
  rest(): void {
    this.running = null
    this.isAsked = false
    if (this.#cancel?.signal.aborted === false) this.#cancel = null
  }

  /** A failure we may have seen only because we saw nothing does not count. */
  forgetSuspicion(): void {
    if (this.judged.streak?.kind !== 'failing') return
    this.judged = { ...this.judged, streak: null }
    this.retryAt = null
  }

  constructor(it: WatchedMonitor) {
    this.monitor = it.monitor
    this.judged = it.judged
    this.lastAt = it.lastAt
    this.lastGood = it.lastGood
    this.retryAt = it.retryAt
  }
}

export interface WatchTools {
  readonly clock: Clock
  readonly log: Log
  /** Looks once, never throws. */
  readonly probe: (monitor: Monitor, signal: AbortSignal, isAsked: boolean) => Promise<Outcome>
  readonly sight: Pick<Sight, 'weigh' | 'isBlind'>
  /** How much of that time the monitor was in maintenance: charged to nobody. */
  readonly maintained: (id: MonitorId, from: Instant, to: Instant) => number
  readonly signal: AbortSignal
  readonly onNews: () => void
  /** What these depend on may be the cause: to be looked at now. */
  readonly doubt: (ids: readonly MonitorId[]) => void
}

/** Waited for its turn until it was cut off. */
const NOT_BEGUN: Outcome = {
  status: 'unknown',
  code: 'internal',
  message: 'the look was called off before it began',
  durationMs: 0,
  timings: { total: 0 },
}

async function look(
  tools: WatchTools,
  monitor: Monitor,
  cause: Check['cause'],
  signal: AbortSignal,
  isDecisive = false,
): Promise<Omit<Check, 'id'>> {
  const startedAt = tools.clock.now()
  const seen = signal.aborted
    ? NOT_BEGUN
    : await tools.probe(monitor, signal, cause === 'manual' || cause === 'verification')
  const weighed = signal.aborted
    ? seen
    : await tools.sight.weigh(monitor.id, monitor.url, seen, isDecisive)
  const outcome = judgeSpeed(weighed, monitor.policy.degradedMs)
  const finishedAt = Math.max(tools.clock.now(), startedAt)
  return { monitorId: monitor.id, cause, startedAt, finishedAt, outcome }
}

/** A look that is reported and kept, and changes nothing. */
export async function lookAt(
  bound: AccountDb,
  tools: WatchTools,
  monitor: Monitor,
  cause: Check['cause'],
): Promise<Check> {
  return recordCheck(bound, await look(tools, monitor, cause, tools.signal))
}

/** How much of the time since the last look this one speaks for; a longer gap is a gap. */
function observedMs(
  tools: WatchTools,
  { monitor, judged, lastAt, lastTookMs }: Watched,
  { startedAt, outcome }: Omit<Check, 'id'>,
): number {
  if (outcome.status === 'unknown') return 0
  const { id, intervalMs } = monitor
  const gap = lastAt === null ? 0 : startedAt - lastAt
  const isGap = gap <= 0 || gap > intervalMs * 1.5 + lastTookMs
  // The first look after a gap speaks for its own moment: nothing, where it is or was still down.
  const moment = outcome.status === 'down' || judged.status === 'down' ? 0 : 1
  const reach = isGap ? moment : gap
  return reach - tools.maintained(id, startedAt - reach, startedAt)
}

/** Whether one more failure makes an outage. */
const isDecisive = ({ judged, monitor }: Watched): boolean =>
  judged.status !== 'down' &&
  (judged.streak?.kind === 'failing' ? judged.streak.count : 0) + 1 >= monitor.policy.confirmations

/** A failure that did not count, so soon after the last, puts nothing off. */
const retryAfter = (
  { judged, retryAt }: Watched,
  { outcome, finishedAt }: Omit<Check, 'id'>,
  { streak }: JudgeState,
  retryMs: number,
): Instant =>
  outcome.status === 'down' && streak === judged.streak && retryAt !== null && retryAt > finishedAt
    ? retryAt
    : finishedAt + retryMs

/** One look from socket to row: looked, judged, written down, and people woken where it is news. */
export async function lookAndJudge(
  tools: WatchTools,
  ledger: Ledger,
  watched: Watched,
  cause: Check['cause'],
): Promise<Check> {
  const { monitor } = watched
  const { signal } = watched
  const check = await look(tools, monitor, cause, signal, isDecisive(watched))
  // Cut off because we stop or the monitor changed: nothing was seen.
  if (signal.aborted) return { ...check, id: 0 }
  const { outcome, startedAt, finishedAt } = check
  const { policy } = monitor
  const seen = {
    at: startedAt,
    finishedAt,
    status: outcome.status,
    code: outcome.code,
    expiry: outcome.expiry,
  }
  const retryMs = Math.min(policy.retrySeconds * SECOND, monitor.intervalMs)
  const { state, verdicts } = judge(watched.judged, seen, {
    confirmations: policy.confirmations,
    recovery: policy.recovery,
    // Whoever looks on purpose means it.
    apartMs: cause === 'manual' ? 0 : retryMs / 2,
    // Our own blindness is told once for all.
    unseenAfterMs: tools.sight.isBlind ? Infinity : Math.max(HOUR, 3 * monitor.intervalMs),
  })
  const retryAt =
    state.streak?.kind === 'failing' ? retryAfter(watched, check, state, retryMs) : null
  const entry: Entry = {
    check,
    observedMs: observedMs(tools, watched, check),
    judged: {
      monitor: {
        id: monitor.id,
        accountId: monitor.accountId,
        name: monitor.name,
        url: monitor.url,
        rev: monitor.rev,
        alertAfterMs: policy.alertAfterSeconds * 1000,
        expected: PROBES[monitor.type].expected(monitor.options as never),
        hasDependencies: monitor.dependsOn.length > 0,
      },
      at: startedAt,
      now: finishedAt,
      outcome,
      lastGood: watched.lastGood,
      before: watched.judged,
      state,
      verdicts,
      retryAt,
    },
  }
  // What is only in the journal is looked for beside what a row says, and some ask the row alone.
  const isRoutine =
    cause === 'schedule' &&
    watched.lastAt !== null &&
    verdicts.length === 0 &&
    outcome.status !== 'down' &&
    !watched.isAsked &&
    isDeepStrictEqual(state, watched.judged)
  const settle = () => {
    // What is the same stays the object it was: many share it, and the old are not stirred.
    if (!isRoutine) watched.judged = state
    watched.retryAt = retryAt
    watched.lastAt = startedAt
    watched.lastTookMs = finishedAt - startedAt
    if (outcome.status === 'up' || outcome.status === 'degraded')
      watched.lastGood = { lastGoodAt: startedAt, lastGoodMs: outcome.durationMs }
  }
  if (isRoutine) {
    ledger.hold(entry)
    settle()
    return { ...check, id: 0 }
  }
  const kept = await write(tools, ledger, watched, entry)
  if (kept === 'lost') return { ...check, id: 0 }
  settle()
  const isFirst = state.streak?.kind === 'failing' && state.streak.count === 1
  const isAtOnce = verdicts.some((it) => it.kind === 'opened' && it.failures === 1)
  if (isFirst || isAtOnce) tools.doubt(monitor.dependsOn)
  for (const { kind } of verdicts.filter(isNews)) {
    tools.onNews()
    tools.log.info({ monitor: monitor.name, code: outcome.code }, `verdict ${kind}`)
  }
  return kept === 'owed' ? { ...check, id: 0 } : kept
}

async function write(
  tools: WatchTools,
  ledger: Ledger,
  watched: Watched,
  entry: Entry,
): Promise<Check | 'owed' | 'lost'> {
  try {
    const kept = await ledger.write(entry)
    if (kept !== 'stale') return kept
    // The change is about to be noticed; until then nobody is in a hurry.
    watched.retryAt = null
  } catch (error) {
    tools.log.error({ err: error, monitor: watched.monitor.name }, 'verdict not stored')
    watched.retryAt = tools.clock.now() + Math.min(5000, watched.monitor.intervalMs)
  }
  return 'lost'
}
