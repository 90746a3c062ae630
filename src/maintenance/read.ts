import type { Selectable } from 'kysely'
import { Fault, type Id, type Instant, MINUTE, type MonitorId } from '../kernel/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'
import { type MaintenanceConfig, planOf } from './plan.ts'
import { startAfter } from './windows.ts'

export type MaintenanceId = Id<'maintenance'>
type Row = Selectable<Tables['maintenances']>

export interface Maintenance extends MaintenanceConfig {
  readonly id: MaintenanceId
  /** The window that is on or comes next; null: none comes any more, or it is switched off. */
  readonly window: { readonly from: Instant; readonly to: Instant } | null
  readonly rev: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** `isThere`: a monitor that was deleted is named no longer, and its list never means "all". */
const toMaintenance = (row: Row, isThere: (id: MonitorId) => boolean): Maintenance => ({
  id: row.id,
  name: row.name,
  targets: row.targets === null ? null : (JSON.parse(row.targets) as MonitorId[]).filter(isThere),
  tags: JSON.parse(row.tags) as string[],
  isActive: row.is_active === 1,
  timezone: row.timezone,
  startsAt: row.starts_at,
  endsAt: row.ends_at,
  cron: row.cron,
  durationMinutes: row.duration_ms === null ? null : row.duration_ms / MINUTE,
  window:
    row.window_from === null || row.window_to === null
      ? null
      : { from: row.window_from, to: row.window_to },
  rev: row.rev,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

async function readMonitors(db: AccountTx) {
  const rows = await db.selectFrom('monitors').select(['id', 'tags']).execute()
  return new Map(rows.map(({ id, tags }) => [id, JSON.parse(tags) as string[]]))
}

export interface MaintenanceFilter {
  readonly isCurrent?: boolean
  readonly monitorId?: MonitorId
}

/** Newest first. */
export async function listMaintenances(
  db: AccountTx,
  now: Instant,
  { isCurrent, monitorId }: MaintenanceFilter = {},
): Promise<Maintenance[]> {
  const rows = await db.selectFrom('maintenances').selectAll().orderBy('id', 'desc').execute()
  const monitors = await readMonitors(db)
  return rows
    .map((row) => toMaintenance(row, (id) => monitors.has(id)))
    .filter((it) => {
      if (isCurrent !== undefined && isOn(it, now) !== isCurrent) return false
      if (monitorId === undefined) return true
      const tags = monitors.get(monitorId)
      return tags !== undefined && covers(it, monitorId, tags)
    })
}

/** Whether it is for the monitor `id`, which carries these tags. */
export const covers = (
  { targets, tags }: MaintenanceConfig,
  id: MonitorId,
  carried: readonly string[],
): boolean =>
  (targets === null ? tags.length === 0 : targets.includes(id)) ||
  tags.some((tag) => carried.includes(tag))

/** Whether its window is on. */
export const isOn = ({ window }: Maintenance, now: Instant): boolean =>
  window !== null && window.from <= now && now < window.to

/** When it begins next, after `now`; null: it does not any more, or it is switched off. */
export function nextStart(it: Maintenance, now: Instant): Instant | null {
  if (it.window === null) return null
  if (it.window.from > now) return it.window.from
  return it.cron === null ? null : startAfter(planOf(it), now)
}

/** @throws Fault `maintenance_unknown`, also for another account's */
export async function getMaintenance(db: AccountTx, id: MaintenanceId): Promise<Maintenance> {
  const row = await db
    .selectFrom('maintenances')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('maintenance_unknown', { name: `#${id}` })
  const monitors = await readMonitors(db)
  return toMaintenance(row, (monitor) => monitors.has(monitor))
}
