import type { Instant, MonitorId } from '../kernel/index.ts'
import type { Outcome } from '../probes/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { moveOn, tellLatest } from '../stats/index.ts'
import { LAST_COLUMNS, maintainedUntil, matching, withLatest } from './read.ts'

/** Up to `limit` monitors with ids beyond `after`, by id, as a scrape shows them; nothing is unsealed. */
export async function listFigures(
  db: AccountTx,
  now: Instant,
  { after, limit }: { readonly after: MonitorId; readonly limit: number },
) {
  const rows = await matching(db, {})
    .select(['m.id', 'm.name', 'm.type', 'm.is_active', 's.status', 's.latest'])
    .select(LAST_COLUMNS)
    .select(maintainedUntil)
    .where('m.id', '>', after)
    .orderBy('m.id')
    .limit(limit)
    .execute()
  return (await withLatest(db, rows)).map(([row, latest]) => {
    const last = moveOn(row, latest)
    return {
      id: row.id,
      name: row.name,
      type: row.type,
      status: row.is_active === 1 ? row.status : ('paused' as const),
      isInMaintenance: row.is_active === 1 && (row.maintained_until ?? 0) > now,
      lastStatus: last.last_status,
      lastMs: last.last_ms,
      lastCheckAt: last.last_check_at,
      latest: tellLatest(row, latest) as Outcome | null,
    }
  })
}

export type Figures = Awaited<ReturnType<typeof listFigures>>[number]
