import { setImmediate as others } from 'node:timers/promises'
import { sql } from 'kysely'
import { DAY, HOUR, type Instant } from '../kernel/index.ts'
import { forgetChecks } from '../stats/index.ts'
import type { Db } from '../storage/index.ts'

/** Rows a statement may take: no reader or check waits longer than a few milliseconds for it. */
const BATCH = 5000
const NOTIFICATIONS_KEPT_MS = 90 * DAY
const REQUESTS_KEPT_MS = 30 * DAY
const MOST_REQUESTS = 100_000

/** How long after a time of its own a row is of no use any more. */
const KEPT = [
  ['check_requests', 'asked_at', HOUR],
  ['confirmations', 'expires_at', 0],
  ['link_codes', 'expires_at', DAY],
  ['link_attempts', 'first_at', DAY],
  ['idempotency_keys', 'created_at', DAY],
  ['maintenance_spans', 'ended_at', 90 * DAY],
  ['verifications', 'started_at', 7 * DAY],
  ['audit_logs', 'changed_at', 365 * DAY],
  ['chat_links', 'left_at', 30 * DAY],
] as const

/** Forgets what has had its time, in small steps, and gives the file its pages back. */
export async function forgetOld(db: Db, now: Instant, retainChecksMs: number): Promise<void> {
  let forgotten = BATCH
  while (forgotten >= BATCH) {
    forgotten = await forgetChecks(db, now, now - retainChecksMs, BATCH)
    // SQLite answers without waiting, so without this nothing else would run until the end.
    await others()
  }
  for (const [table, column, keptMs] of KEPT)
    await sql`delete from ${sql.table(table)} where ${sql.ref(column)} < ${now - keptMs}`.execute(
      db,
    )
  await db
    .deleteFrom('notifications')
    .where('state', '!=', 'pending')
    .where('created_at', '<', now - NOTIFICATIONS_KEPT_MS)
    .execute()
  await db
    .deleteFrom('request_logs')
    .where((eb) =>
      eb.or([
        eb('requested_at', '<', now - REQUESTS_KEPT_MS),
        eb('id', '<', (newest) =>
          newest
            .selectFrom('request_logs as r')
            .select((inner) => inner(inner.fn.max('r.id'), '-', MOST_REQUESTS).as('old')),
        ),
      ]),
    )
    .execute()
  // Of deleted monitors: their incidents stay only until their end has been told.
  await db
    .deleteFrom('incidents')
    .where('monitor_id', 'is', null)
    // A storm's message goes on when the monitor whose outage began it does not.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('incidents as others')
            .select('others.id')
            .whereRef('others.storm_id', '=', 'incidents.id')
            .where('others.resolved_at', 'is', null),
        ),
      ),
    )
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('notifications')
            .select('notifications.id')
            .whereRef('notifications.incident_id', '=', 'incidents.id')
            .where('notifications.state', '=', 'pending'),
        ),
      ),
    )
    .execute()
  await db
    .deleteFrom('monitor_changes')
    .where('seq', '<', (eb) =>
      eb
        .selectFrom('monitor_changes')
        .select((inner) => eb(inner.fn.max('seq'), '-', 1000).as('old')),
    )
    .execute()
  await sql`pragma incremental_vacuum(1000)`.execute(db)
}
