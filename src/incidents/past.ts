import { setImmediate as others } from 'node:timers/promises'
import type { Instant, MonitorId } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import type { Incident } from './list.ts'
import type { Cause } from './open.ts'

/** An incident that another program saw from its beginning to its end. */
export interface PastIncident extends Cause {
  readonly severity: 'down' | 'warning'
  readonly startedAt: Instant
  readonly resolvedAt: Instant
  /** `paused`: nobody looked any more while it was on. */
  readonly endReason: NonNullable<Incident['end_reason']>
  readonly failures: number
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
  readonly acknowledgedAt: Instant | null
  readonly acknowledgedBy: string | null
  readonly notes: readonly PastNote[]
}

interface PastNote {
  readonly text: string
  readonly author: string
  readonly createdAt: Instant
}

/** Incidents a transaction takes. */
const AT_ONCE = 100

/** Writes down incidents that are over, oldest first; nobody is told of them. */
export async function recordPastIncidents(
  db: AccountDb,
  monitor: { readonly id: MonitorId; readonly name: string; readonly url: string },
  incidents: readonly PastIncident[],
): Promise<void> {
  for (let at = 0; at < incidents.length; at += AT_ONCE) {
    await db.transaction().execute(async (tx) => {
      for (const it of incidents.slice(at, at + AT_ONCE)) {
        const { id } = await tx
          .insertInto('incidents')
          .values({
            monitor_id: monitor.id,
            monitor_name: monitor.name,
            url: monitor.url,
            severity: it.severity,
            started_at: it.startedAt,
            detected_at: it.startedAt,
            alert_at: it.startedAt,
            resolved_at: it.resolvedAt,
            closed_at: it.resolvedAt,
            end_reason: it.endReason,
            code: it.code,
            message: it.message,
            http_status: it.httpStatus,
            failures: it.failures,
            last_good_at: it.lastGoodAt,
            last_good_ms: it.lastGoodMs,
            acknowledged_at: it.acknowledgedAt,
            acknowledged_by: it.acknowledgedBy,
          })
          .returning('id')
          .executeTakeFirstOrThrow()
        for (const { text, author, createdAt } of it.notes)
          await tx
            .insertInto('incident_notes')
            .values({ incident_id: id, text, author, created_at: createdAt })
            .execute()
      }
    })
    await others()
  }
}
