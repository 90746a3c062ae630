import type { Instant, MonitorId } from '../kernel/index.ts'
import type { Outcome } from '../probes/index.ts'
import type { AccountTx, Db } from '../storage/index.ts'
import { openIncident, recauseIncident, resolveIncident } from './incidents.ts'
import type { JudgeState, Verdict } from './judge.ts'

/** A judged look with all that its consequences need. */
export interface Judged {
  readonly monitor: {
    readonly id: MonitorId
    readonly name: string
    readonly url: string
    readonly rev: number
    readonly alertAfterMs: number
    readonly expected: string
  }
  readonly at: Instant
  readonly now: Instant
  readonly outcome: Outcome
  readonly before: JudgeState
  readonly state: JudgeState
  readonly verdict: Verdict | null
  readonly retryAt: Instant | null
}

/**
 * Writes a look's whole consequence in the caller's transaction: the state, the incident, its
 * messages. Nothing and false when the monitor was changed, paused or deleted while we looked.
 */
export async function recordJudged(tx: AccountTx, judged: Judged): Promise<boolean> {
  const { monitor, at, now, outcome, verdict } = judged
  const current = await tx
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .select(['m.rev', 'm.is_active', 's.last_good_at', 's.last_good_ms'])
    .where('m.id', '=', monitor.id)
    .executeTakeFirst()
  if (current === undefined || current.rev !== monitor.rev || current.is_active === 0) return false
  await writeState(tx, judged)
  const cause = {
    code: outcome.code,
    message: outcome.message,
    httpStatus: outcome.details?.http?.status ?? null,
  }
  switch (verdict?.kind) {
    case 'opened':
      await openIncident(tx, {
        ...cause,
        monitorId: monitor.id,
        monitorName: monitor.name,
        url: monitor.url,
        expected: monitor.expected,
        alertAfterMs: monitor.alertAfterMs,
        startedAt: verdict.startedAt,
        detectedAt: verdict.detectedAt,
        failures: verdict.failures,
        lastGoodAt: current.last_good_at,
        lastGoodMs: current.last_good_ms,
      })
      break
    case 'recaused':
      await recauseIncident(tx, now, monitor.id, cause)
      break
    case 'resolved':
      await resolveIncident(tx, now, monitor.id, Math.min(verdict.resolvedAt, at))
      break
    case 'blip':
    case undefined:
      break
  }
  return true
}

/** The columns of a state that every look moves on. */
const latestColumns = (at: Instant, outcome: Outcome) => ({
  last_check_at: at,
  last_ms: outcome.durationMs,
  last_status: outcome.status,
  last_code: outcome.code,
  last_message: outcome.message,
  latest: JSON.stringify(outcome),
  ...(outcome.status === 'up' || outcome.status === 'degraded'
    ? { last_good_at: at, last_good_ms: outcome.durationMs }
    : {}),
})

/** A look that changed no judgement: only what is shown of it moves on. */
export async function recordLatest(
  tx: Db,
  look: {
    readonly monitorId: MonitorId
    readonly rev: number
    readonly at: Instant
    readonly outcome: Outcome
  },
): Promise<void> {
  await tx
    .updateTable('monitor_states')
    .set(latestColumns(look.at, look.outcome))
    .where('monitor_id', '=', look.monitorId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('monitors')
          .select('id')
          .where('id', '=', look.monitorId)
          .where('rev', '=', look.rev)
          .where('is_active', '=', 1),
      ),
    )
    .execute()
}

async function writeState(
  tx: AccountTx,
  { monitor, at, outcome, before, state, retryAt }: Judged,
): Promise<void> {
  await tx
    .updateTable('monitor_states')
    .set({
      ...latestColumns(at, outcome),
      status: state.status,
      streak: state.streak === null && state.cause === null ? null : JSON.stringify(state),
      retry_at: retryAt,
      ...(state.status === before.status ? {} : { changed_at: at }),
    })
    .where('monitor_id', '=', monitor.id)
    .execute()
}
