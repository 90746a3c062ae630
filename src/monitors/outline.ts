import { moveOn } from '../stats/index.ts'
import type { AccountTx } from '../storage/index.ts'
import type { Monitor, MonitorState } from './monitor.ts'
import { LAST_COLUMNS, maintainedUntil, matching, type MonitorFilter, withLatest } from './read.ts'

/** What a list shows of a monitor. Every view is one. */
export interface Outline {
  readonly monitor: Pick<
    Monitor,
    'id' | 'name' | 'type' | 'url' | 'isActive' | 'intervalMs' | 'tags' | 'pausedUntil' | 'pausedBy'
  >
  readonly state: Pick<
    MonitorState,
    | 'status'
    | 'changedAt'
    | 'lastCheckAt'
    | 'lastMs'
    | 'lastStatus'
    | 'lastCode'
    | 'lastMessage'
    | 'maintainedUntil'
  >
}

const COLUMNS = [
  'm.id',
  'm.name',
  'm.type',
  'm.url',
  'm.is_active',
  'm.interval_ms',
  'm.tags',
  'm.paused_until',
  'm.paused_by',
  's.status',
  's.changed_at',
  ...LAST_COLUMNS,
] as const

/** Newest first. Nothing is unsealed for it, and no look decoded. */
export async function listOutlines(db: AccountTx, filter: MonitorFilter = {}): Promise<Outline[]> {
  const rows = await matching(db, filter)
    .select(COLUMNS)
    .select(maintainedUntil)
    .orderBy('m.id', 'desc')
    .execute()
  const now = (await withLatest(db, rows)).map(([row, latest]) => moveOn(row, latest))
  return now.map((row) => ({
    monitor: {
      id: row.id,
      name: row.name,
      type: row.type as Monitor['type'],
      url: row.url,
      isActive: row.is_active === 1,
      intervalMs: row.interval_ms,
      tags: JSON.parse(row.tags) as string[],
      pausedUntil: row.paused_until,
      pausedBy: row.paused_by,
    },
    state: {
      status: row.status,
      changedAt: row.changed_at,
      lastCheckAt: row.last_check_at,
      lastMs: row.last_ms,
      lastStatus: row.last_status,
      lastCode: row.last_code,
      lastMessage: row.last_message,
      maintainedUntil: row.maintained_until,
    },
  }))
}
