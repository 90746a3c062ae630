import { isDeepStrictEqual } from 'node:util'
import { audit, type By, differences } from '../audit/index.ts'
import { Fault, type Instant, MINUTE } from '../kernel/index.ts'
import { refuseStrangers } from '../monitors/index.ts'
import type { AccountDb, AccountTx } from '../storage/index.ts'
import { hasSameWindows, type MaintenanceConfig, parseMaintenance, planOf } from './plan.ts'
import { getMaintenance, isOn, type Maintenance, type MaintenanceId } from './read.ts'
import { windowAfter } from './windows.ts'

export interface MaintenanceTools {
  readonly now: Instant
  readonly by: By
}

const toConfig = (it: Maintenance): MaintenanceConfig => ({
  name: it.name,
  targets: it.targets,
  tags: it.tags,
  isActive: it.isActive,
  timezone: it.timezone,
  startsAt: it.startsAt,
  endsAt: it.endsAt,
  cron: it.cron,
  durationMinutes: it.durationMinutes,
})

function toColumns(it: MaintenanceConfig, now: Instant) {
  const window = it.isActive ? windowAfter(planOf(it), now) : null
  return {
    name: it.name,
    targets: it.targets === null ? null : JSON.stringify(it.targets),
    tags: JSON.stringify(it.tags),
    is_active: it.isActive ? (1 as const) : (0 as const),
    timezone: it.timezone,
    starts_at: it.startsAt,
    ends_at: it.endsAt,
    cron: it.cron,
    duration_ms: it.durationMinutes === null ? null : it.durationMinutes * MINUTE,
    window_from: window?.from ?? null,
    window_to: window?.to ?? null,
    updated_at: now,
  }
}

const iri = (id: MaintenanceId): string => `/api/maintenances/${id}`

/** @throws InvalidInput */
export async function planMaintenance(
  db: AccountDb,
  { now, by }: MaintenanceTools,
  input: Readonly<Record<string, unknown>>,
): Promise<Maintenance> {
  const config = parseMaintenance(input)
  return db.transaction().execute(async (tx) => {
    await refuseStrangers(tx, config.targets ?? [])
    const { id } = await tx
      .insertInto('maintenances')
      .values({ ...toColumns(config, now), created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(tx, now, by, 'maintenance.create', iri(id), differences({}, config))
    return getMaintenance(tx, id)
  })
}

/**
 * Changes a plan to what `change` makes of it; a window that is on ends or goes on by the new one.
 * @throws InvalidInput, Fault `maintenance_unknown`, `changed_meanwhile`
 */
export async function editMaintenance(
  db: AccountDb,
  { now, by }: MaintenanceTools,
  id: MaintenanceId,
  change: (config: MaintenanceConfig) => Readonly<Record<string, unknown>>,
  ifRev?: number,
): Promise<Maintenance> {
  return db.transaction().execute(async (tx) => {
    const before = await getMaintenance(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    const old = toConfig(before)
    const config = parseMaintenance(change(old))
    if (isDeepStrictEqual(config, old)) return before
    await refuseStrangers(tx, config.targets ?? [])
    await endSpans(tx, now, id)
    const columns = toColumns(config, now)
    // One that was ended early does not begin again because its name changes.
    const window = {
      window_from: before.window?.from ?? null,
      window_to: before.window?.to ?? null,
    }
    await tx
      .updateTable('maintenances')
      .set({
        ...columns,
        ...(hasSameWindows(config, old) ? window : {}),
        rev: before.rev + 1,
      })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'maintenance.update', iri(id), differences(old, config))
    return getMaintenance(tx, id)
  })
}

/** The window that is on ends now; a recurring plan goes on with its next. */
export async function endMaintenance(
  db: AccountDb,
  { now, by }: MaintenanceTools,
  id: MaintenanceId,
): Promise<Maintenance> {
  return db.transaction().execute(async (tx) => {
    const before = await getMaintenance(tx, id)
    if (!isOn(before, now)) throw new Fault('maintenance_not_on', { name: before.name })
    await endSpans(tx, now, id)
    // From the end of the one that is cut short: it must not begin again.
    const next = windowAfter(planOf(before), before.window!.to)
    await tx
      .updateTable('maintenances')
      .set({
        window_from: next?.from ?? null,
        window_to: next?.to ?? null,
        // It ends after it began, if only by a moment.
        ...(before.cron === null ? { ends_at: Math.max(now, before.startsAt! + 1) } : {}),
        rev: before.rev + 1,
        updated_at: now,
      })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'maintenance.end', iri(id))
    return getMaintenance(tx, id)
  })
}

/** What is planned is forgotten, what was is kept. @throws Fault `maintenance_unknown` */
export async function deleteMaintenance(
  db: AccountDb,
  { now, by }: MaintenanceTools,
  id: MaintenanceId,
  ifRev?: number,
): Promise<Maintenance> {
  return db.transaction().execute(async (tx) => {
    const before = await getMaintenance(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    await endSpans(tx, now, id)
    await tx.deleteFrom('maintenances').where('id', '=', id).execute()
    await audit(tx, now, by, 'maintenance.delete', iri(id), { name: [before.name, null] })
    return before
  })
}

async function endSpans(tx: AccountTx, now: Instant, id: MaintenanceId): Promise<void> {
  await tx
    .deleteFrom('maintenance_spans')
    .where('maintenance_id', '=', id)
    .where('started_at', '>=', now)
    .execute()
  await tx
    .updateTable('maintenance_spans')
    .set({ ended_at: now })
    .where('maintenance_id', '=', id)
    .where('ended_at', '>', now)
    .execute()
}
