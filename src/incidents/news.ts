import type { IncidentId } from '../kernel/index.ts'
import type { IncidentNews } from '../notifications/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** What a message about an incident is made of, read as it is now. */
export async function readNews(
  db: AccountTx,
  id: IncidentId,
): Promise<
  | { readonly news: IncidentNews; readonly rev: number; readonly closedAt: number | null }
  | undefined
> {
  const incident = await db
    .selectFrom('incidents')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (incident === undefined) return undefined
  const { timezone } = await db.selectFrom('accounts').select('timezone').executeTakeFirstOrThrow()
  const counts = await db
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .where('m.is_active', '=', 1)
    .select((eb) => ['s.status', eb.fn.countAll<number>().as('count')])
    .groupBy('s.status')
    .execute()
  const sum = (rows: typeof counts) => rows.reduce((total, { count }) => total + count, 0)
  return {
    rev: incident.rev,
    closedAt: incident.closed_at,
    news: {
      incidentId: incident.id,
      monitorId: incident.monitor_id,
      monitorName: incident.monitor_name,
      url: incident.url,
      severity: incident.severity,
      startedAt: incident.started_at,
      detectedAt: incident.detected_at,
      resolvedAt: incident.resolved_at,
      endReason: incident.end_reason,
      code: incident.code,
      message: incident.message,
      httpStatus: incident.http_status,
      failures: incident.failures,
      expected: incident.expected,
      lastGoodAt: incident.last_good_at,
      lastGoodMs: incident.last_good_ms,
      acknowledgedAt: incident.acknowledged_at,
      acknowledgedBy: incident.acknowledged_by,
      downCount: sum(counts.filter(({ status }) => status === 'down')),
      watchedCount: sum(counts),
      timezone,
    },
  }
}
