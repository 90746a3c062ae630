import type { Instant, MonitorId } from '../kernel/index.ts'
import type { Outcome } from '../probes/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { maintainedUntil, matching } from './read.ts'

/** Up to `limit` monitors with ids beyond `after`, by id, as a scrape shows them; nothing is unsealed. */
export async function listFigures(
  db: AccountTx,
  now: Instant,
  { after, limit }: { readonly after: MonitorId; readonly limit: number },
) {
  const rows = await matching(db, {})
    .select(['m.id', 'm.name', 'm.type', 'm.is_active', 's.status', 's.last_status', 's.last_ms'])
    .select(['s.last_check_at', 's.latest'])
    .select(maintainedUntil)
    .where('m.id', '>', after)
    .orderBy('m.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    type: row.type,
    status: row.is_active === 1 ? row.status : ('paused' as const),
    isInMaintenance: row.is_active === 1 && (row.maintained_until ?? 0) > now,
    lastStatus: row.last_status,
    lastMs: row.last_ms,
    lastCheckAt: row.last_check_at,
    latest: row.latest === null ? null : (JSON.parse(row.latest) as Outcome),
  }))
}

export type Figures = Awaited<ReturnType<typeof listFigures>>[number]
