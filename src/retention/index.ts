import { setImmediate as others } from 'node:timers/promises'
import { sql } from 'kysely'
import { DAY, HOUR, type Instant } from '../kernel/index.ts'
import { forgetChecks } from '../stats/index.ts'
import type { Db } from '../storage/index.ts'

/** Rows a statement may take: no reader or check waits longer than a few milliseconds for it. */
const BATCH = 5000
const NOTIFICATIONS_KEPT_MS = 90 * DAY
const SPANS_KEPT_MS = 90 * DAY
const VERIFICATIONS_KEPT_MS = 7 * DAY
const REQUESTS_KEPT_MS = 30 * DAY
const MOST_REQUESTS = 100_000
const AUDIT_KEPT_MS = 365 * DAY
const LEFT_PLACES_KEPT_MS = 30 * DAY

/** Forgets what has had its time, in small steps, and gives the file its pages back. */
export async function forgetOld(db: Db, now: Instant, retainChecksMs: number): Promise<void> {
  let forgotten = BATCH
  while (forgotten >= BATCH) {
    forgotten = await forgetChecks(db, now - retainChecksMs, BATCH)
    // SQLite answers without waiting, so without this nothing else would run until the end.
    await others()
  }
  await db
    .deleteFrom('check_requests')
    .where('asked_at', '<', now - HOUR)
    .execute()
  await db.deleteFrom('confirmations').where('expires_at', '<', now).execute()
  await db
    .deleteFrom('link_codes')
    .where('expires_at', '<', now - DAY)
    .execute()
  await db
    .deleteFrom('link_attempts')
    .where('first_at', '<', now - DAY)
    .execute()
  await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', now - DAY)
    .execute()
  await db
    .deleteFrom('notifications')
    .where('state', '!=', 'pending')
    .where('created_at', '<', now - NOTIFICATIONS_KEPT_MS)
    .execute()
  await db
    .deleteFrom('maintenance_spans')
    .where('ended_at', '<', now - SPANS_KEPT_MS)
    .execute()
  await db
    .deleteFrom('verifications')
    .where('started_at', '<', now - VERIFICATIONS_KEPT_MS)
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
  await db
    .deleteFrom('audit_logs')
    .where('changed_at', '<', now - AUDIT_KEPT_MS)
    .execute()
  // Of deleted monitors: their incidents stay only until their end has been told.
  await db
    .deleteFrom('incidents')
    .where('monitor_id', 'is', null)
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
    .deleteFrom('chat_links')
    .where('left_at', '<', now - LEFT_PLACES_KEPT_MS)
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
