import { type IncidentId, type Instant, isoOrNull, SECOND } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import type { BurntBudget, Fact } from './contract.ts'
import type { EventName } from './recipients.ts'

const FACT_FIELDS = [
  'i.id',
  'i.monitor_name',
  'i.url',
  'i.severity',
  'i.started_at',
  'i.resolved_at',
  'i.end_reason',
  'i.code',
  'i.message',
  'i.acknowledged_at',
  'i.acknowledged_by',
  'i.budget',
  'm.id as monitor_id',
  'm.name',
  'm.type',
  'm.is_active',
  's.status',
] as const

const SUMMARY = { pending: 'PENDING', up: 'GOOD', degraded: 'GOOD', down: 'ERROR' } as const

type Row = Awaited<ReturnType<typeof read>>[number]

const read = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }) =>
  tx
    .selectFrom('incidents as i')
    .leftJoin('monitors as m', 'm.id', 'i.monitor_id')
    .leftJoin('monitor_states as s', 's.monitor_id', 'i.monitor_id')
    .select(FACT_FIELDS)
    .where('i.id', '=', id),
)

/** A budget that burns, in the API's names. */
function sloOf(it: Row, budget: string) {
  const { objective, days, budgetMs, leftMs, burnRate } = JSON.parse(budget) as BurntBudget
  return {
    objective,
    days,
    budgetSeconds: Math.round(budgetMs / SECOND),
    budgetLeftSeconds: Math.round(leftMs / SECOND),
    burnRate,
    reason: it.code,
    startedAt: isoOrNull(it.started_at),
    endedAt: isoOrNull(it.resolved_at),
    endReason: it.end_reason,
  }
}

const incidentOf = (it: Row, now: Instant) => ({
  '@id': `/api/target_incidents/${it.id}`,
  id: it.id,
  severity: it.severity === 'down' ? 'down' : 'warning',
  startedAt: isoOrNull(it.started_at),
  endedAt: isoOrNull(it.resolved_at),
  durationSeconds: Math.max(0, Math.floor(((it.resolved_at ?? now) - it.started_at) / SECOND)),
  errorCode: it.code,
  errorMessage: it.message,
  acknowledgedAt: isoOrNull(it.acknowledged_at),
  acknowledgedBy: it.acknowledged_by,
  endReason: it.end_reason === 'worsened' ? 'resolved' : it.end_reason,
})

/** What programs are told, as it is at this moment: it is not changed by what comes later. */
export async function readFact(
  tx: AccountTx,
  now: Instant,
  id: IncidentId,
  type: EventName,
): Promise<Fact> {
  const [row] = await read(tx, { id })
  const it = row!
  return {
    kind: 'fact',
    type,
    at: now,
    data: {
      target: {
        '@id': `/api/targets/${it.monitor_id}`,
        id: it.monitor_id,
        name: it.name ?? it.monitor_name,
        url: it.url,
        type: it.type,
        statusSummary: it.is_active === 0 ? 'PAUSED' : SUMMARY[it.status ?? 'pending'],
      },
      ...(it.budget === null ? { incident: incidentOf(it, now) } : { slo: sloOf(it, it.budget) }),
    },
  }
}
