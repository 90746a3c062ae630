import type { Updateable } from 'kysely'
import type { AccountId, IncidentId, Instant, MonitorId } from '../kernel/index.ts'
import { queueNotice } from '../notifications/index.ts'
import type { Expiry, Outcome } from '../probes/index.ts'
import { type AccountTx, bindAccount, type Db, prepared, type Tables } from '../storage/index.ts'
import { beginFlapping, endFlapping, resolveIncident, resolveTogether } from './close.ts'
import type { JudgeState, Verdict } from './judgement.ts'
import {
  type Cause,
  flappingOf,
  type Opening,
  openIncident,
  recauseIncident,
  warningOf,
  warnNearer,
} from './open.ts'
import { settleStorms } from './storm.ts'
import { tellDue } from './tell.ts'

export type LastGood = Pick<Opening, 'lastGoodAt' | 'lastGoodMs'>

/** A judged look with all that its consequences need. */
export interface Judged {
  readonly monitor: {
    readonly id: MonitorId
    readonly accountId: AccountId
    readonly name: string
    readonly url: string
    readonly rev: number
    readonly alertAfterMs: number
    readonly expected: string
    readonly hasDependencies: boolean
  }
  readonly at: Instant
  readonly now: Instant
  readonly outcome: Outcome
  /** Before this look. */
  readonly lastGood: LastGood
  readonly before: JudgeState
  readonly state: JudgeState
  readonly verdicts: readonly Verdict[]
  readonly retryAt: Instant | null
}

/** Whether people may have to be told of it. */
export const isNews = ({ kind }: Verdict): boolean => kind !== 'blip'

const standing = prepared((tx: AccountTx, { id }: { readonly id: MonitorId }) =>
  tx.selectFrom('monitors').select(['rev', 'is_active']).where('id', '=', id),
)

async function isCurrent(tx: AccountTx, { id, rev }: Judged['monitor']): Promise<boolean> {
  const [current] = await standing(tx, { id })
  return current?.rev === rev && current.is_active === 1
}

/**
 * Writes the whole consequence of looks in the caller's transaction: the states, the incidents, their
 * messages. For each whether it was: nothing of it is when the monitor was changed, paused or deleted
 * while we looked.
 */
export async function recordJudged(tx: Db, all: readonly Judged[]): Promise<boolean[]> {
  const kept: boolean[] = []
  const news: Judged[] = []
  const storms = new Map<IncidentId, AccountTx>()
  for (const judged of all) {
    const bound = bindAccount(tx, judged.monitor.accountId)
    const isKept = await isCurrent(bound, judged.monitor)
    kept.push(isKept)
    if (!isKept) continue
    await writeState(bound, judged)
    for (const verdict of judged.verdicts)
      for (const id of (await act(bound, judged, verdict)) ?? []) storms.set(id, bound)
    if (judged.verdicts.some(isNews)) news.push(judged)
  }
  // What many of them change is told once.
  const now = Math.max(...news.map((it) => it.now))
  for (const [id, bound] of storms) await settleStorms(bound, now, [id])
  const ids = news.map(({ monitor }) => monitor.id)
  if (ids.length > 0) await tellDue(tx, now, ids)
  return kept
}

const causeOf = ({ code, message, details }: Outcome): Cause => ({
  code,
  message,
  httpStatus: details?.http?.status ?? null,
})

/** What every incident of this look has in common. */
const opening = ({ monitor, now, lastGood }: Judged) => ({
  monitorId: monitor.id,
  monitorName: monitor.name,
  url: monitor.url,
  detectedAt: now,
  hasDependencies: monitor.hasDependencies,
  alertAfterMs: monitor.alertAfterMs,
  ...lastGood,
})

/** Answers the storms that are to be settled. */
async function act(
  tx: AccountTx,
  judged: Judged,
  verdict: Verdict,
): Promise<readonly IncidentId[] | void> {
  const { monitor, at, now, outcome, before } = judged
  switch (verdict.kind) {
    case 'opened': {
      const isFlapping = before.flapping?.isFlapping === true
      await openIncident(tx, {
        ...opening(judged),
        ...causeOf(outcome),
        severity: 'down',
        expected: monitor.expected,
        startedAt: verdict.startedAt,
        detectedAt: verdict.detectedAt,
        failures: verdict.failures,
        foldedInto: isFlapping ? ((await flappingOf(tx, monitor.id))?.id ?? null) : null,
      })
      return
    }
    case 'recaused':
      return recauseIncident(tx, now, monitor.id, causeOf(outcome))
    case 'resolved': {
      const end = { at: Math.min(verdict.resolvedAt, at), reason: 'resolved' } as const
      return resolveTogether(tx, now, monitor.id, 'down', end)
    }
    case 'degraded':
      await openIncident(tx, {
        ...opening(judged),
        ...causeOf(outcome),
        severity: 'degraded',
        expected: null,
        startedAt: verdict.startedAt,
        failures: verdict.looks,
      })
      return
    case 'improved': {
      const reason = verdict.isWorse ? 'worsened' : 'resolved'
      return resolveIncident(tx, now, monitor.id, 'degraded', { at: verdict.at, reason })
    }
    case 'flapping':
      return beginFlapping(tx, now, monitor.id)
    case 'steady':
      return endFlapping(tx, now, monitor.id)
    case 'warned':
      await openIncident(tx, {
        ...opening(judged),
        ...warningCause(verdict.expiry),
        severity: 'warning',
        expected: null,
        startedAt: at,
        failures: 1,
        // A date does not go away by waiting.
        alertAfterMs: 0,
        foldedInto: await warningOf(tx, monitor.id, verdict.expiry.subject),
      })
      return
    case 'nearer':
      return warnNearer(tx, now, monitor.id, warningCause(verdict.expiry))
    case 'unwarned': {
      const { expiry, isRenewed } = verdict
      const end = isRenewed
        ? ({ at, reason: 'resolved', endsAt: Date.parse(expiry.endsAt) } as const)
        : ({ at, reason: 'changed' } as const)
      return resolveIncident(tx, now, monitor.id, 'warning', end)
    }
    case 'unseen':
      return queueNotice(tx, now, {
        kind: 'unseen',
        monitorId: monitor.id,
        monitorName: monitor.name,
        since: verdict.since,
        why: outcome.message,
      })
    case 'blip':
      return
    default:
      verdict satisfies never
  }
}

const warningCause = ({ code, message, subject, endsAt }: Expiry) => ({
  code,
  message,
  httpStatus: null,
  subject,
  endsAt: Date.parse(endsAt),
})

type States = Updateable<Tables['monitor_states']>
type Own = Exclude<keyof States, 'monitor_id' | 'account_id' | 'changed_at'>
/** `changedAt` null: as before. */
type Written = { readonly [Column in Own]-?: Exclude<States[Column], undefined> } & {
  readonly id: MonitorId
  readonly changedAt: Instant | null
}

const writeColumns = prepared((tx: AccountTx, { id, changedAt, ...columns }: Written) =>
  tx
    .updateTable('monitor_states')
    .set(columns)
    .set((eb) => ({ changed_at: eb.fn.coalesce(eb.val(changedAt), 'changed_at') }))
    .where('monitor_id', '=', id),
)

async function writeState(
  tx: AccountTx,
  { monitor, at, outcome, lastGood, before, state, retryAt }: Judged,
): Promise<void> {
  const { status, ...mind } = state
  const isGood = outcome.status === 'up' || outcome.status === 'degraded'
  await writeColumns(tx, {
    id: monitor.id,
    last_check_at: at,
    last_ms: outcome.durationMs,
    last_status: outcome.status,
    last_code: outcome.code,
    last_message: outcome.message,
    last_good_at: isGood ? at : lastGood.lastGoodAt,
    last_good_ms: isGood ? outcome.durationMs : lastGood.lastGoodMs,
    latest: JSON.stringify(outcome),
    status,
    judged: Object.values(mind).every((it) => it === null) ? null : JSON.stringify(state),
    retry_at: retryAt,
    changedAt: status === before.status ? null : at,
  })
}
