import { isDeepStrictEqual } from 'node:util'
import { audit, type By, type Changes } from '../audit/index.ts'
import { endIncidents, resolveIncident } from '../incidents/index.ts'
import { Fault, type Instant, InvalidInput, isoOrNull, type MonitorId } from '../kernel/index.ts'
import { PROBES } from '../probes/index.ts'
import { type AccountDb, type AccountTx, type Sealer, sqliteCode } from '../storage/index.ts'
import { refuseChannels } from './chosen.ts'
import { forgetDependency, refuseDependencies, withUnseen } from './depend.ts'
import { type MonitorConfig, type MonitorLimits, parseConfig } from './input.ts'
import { type MonitorView, toColumns, toConfig } from './monitor.ts'
import { getMonitor } from './read.ts'

/** What a change of monitors is made with. */
export interface ChangeTools {
  readonly now: Instant
  readonly by: By
  readonly sealer: Sealer
  readonly limits: MonitorLimits
}

const iri = (id: MonitorId): string => `/api/targets/${id}`

const NOTHING_KNOWN = {
  status: 'pending',
  judged: null,
  changed_at: null,
  retry_at: null,
  last_status: null,
  last_code: null,
  last_message: null,
} as const

/** What its row does not say yet: looks from before nothing is known are not asked for again. */
const lastOf = ({ state }: MonitorView) => ({
  last_check_at: state.lastCheckAt,
  last_ms: state.lastMs,
  last_good_at: state.lastGoodAt,
  last_good_ms: state.lastGoodMs,
  latest: state.latest === null ? null : JSON.stringify(state.latest),
})

const flat = (config: Partial<MonitorConfig>): Record<string, unknown> => ({
  ...config,
  ...config.options,
  ...config.policy,
})

/** Old and new of each field that differs; secrets show only that they changed. */
function differences(before: Partial<MonitorConfig>, after: MonitorConfig): Changes {
  const { secrets } = PROBES[after.type]
  const [old, fresh] = [flat(before), flat(after)]
  return Object.fromEntries(
    Object.keys(fresh)
      .filter((field) => !['options', 'policy'].includes(field))
      .filter((field) => !isDeepStrictEqual(old[field], fresh[field]))
      .map((field) => [
        field,
        secrets.includes(field) ? ['[redacted]', '[redacted]'] : [old[field] ?? null, fresh[field]],
      ]),
  )
}

async function refuseTakenReference<T>(config: MonitorConfig, store: () => Promise<T>): Promise<T> {
  try {
    return await store()
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
    throw new Fault('reference_taken', { reference: JSON.stringify(config.externalRef) })
  }
}

/**
 * Adds a monitor; it is looked at at once.
 * @throws InvalidInput, Fault `plan_monitors`, `reference_taken`
 */
export async function addMonitor(
  db: AccountDb,
  tools: ChangeTools,
  input: Readonly<Record<string, unknown>>,
): Promise<MonitorView> {
  const config = parseConfig(input, tools.now, tools.limits)
  return db.transaction().execute((tx) => addWithin(tx, tools, config))
}

/** In the caller's transaction. @throws Fault `plan_monitors`, `reference_taken`, InvalidInput */
export async function addWithin(
  tx: AccountTx,
  { now, by, sealer, limits }: ChangeTools,
  config: MonitorConfig,
): Promise<MonitorView> {
  if (limits.monitors !== null) {
    const { monitors } = await tx
      .selectFrom('accounts')
      .select('monitors')
      .executeTakeFirstOrThrow()
    if (monitors >= limits.monitors)
      throw new Fault('plan_monitors', { plan: limits.plan, limit: String(limits.monitors) })
  }
  await refuseDependencies(tx, null, config.dependsOn)
  await refuseChannels(tx, config.policy)
  const { id } = await refuseTakenReference(config, () =>
    tx
      .insertInto('monitors')
      .values({
        ...toColumns(config, sealer),
        created_at: now,
        updated_at: now,
        paused_at: config.isActive ? null : now,
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  await audit(tx, now, by, 'monitor.create', iri(id), differences({}, config))
  return getMonitor(tx, sealer, id)
}

/**
 * Changes a monitor to what `change` makes of its configuration, validated as a whole and stored
 * whole or not at all. Equal values change nothing, not even `rev`.
 * @throws InvalidInput, Fault `monitor_unknown`, `reference_taken`, `changed_meanwhile` when
 *   `ifRev` is given and not the current one
 */
export async function editMonitor(
  db: AccountDb,
  tools: ChangeTools,
  id: MonitorId,
  change: (config: MonitorConfig) => Readonly<Record<string, unknown>>,
  ifRev?: number,
): Promise<MonitorView> {
  return db.transaction().execute((tx) => editWithin(tx, tools, id, change, ifRev))
}

/** In the caller's transaction; see `editMonitor`. */
export async function editWithin(
  tx: AccountTx,
  tools: ChangeTools,
  id: MonitorId,
  change: (config: MonitorConfig) => Readonly<Record<string, unknown>>,
  ifRev?: number,
): Promise<MonitorView> {
  const { now, by, sealer } = tools
  const before = await getMonitor(tx, sealer, id)
  if (ifRev !== undefined && ifRev !== before.monitor.rev) throw new Fault('changed_meanwhile')
  const old = toConfig(before.monitor)
  const wanted = change(old)
  if (wanted['type'] !== undefined && wanted['type'] !== old.type)
    throw new InvalidInput([
      {
        path: 'type',
        code: 'immutable',
        message: `is ${old.type} and stays so; add another monitor instead`,
      },
    ])
  const parsed = parseChange(wanted, old, tools)
  if (isDeepStrictEqual(parsed, old)) return before
  if (!isDeepStrictEqual(parsed.dependsOn, old.dependsOn))
    await refuseDependencies(tx, id, parsed.dependsOn)
  if (!isDeepStrictEqual(parsed.policy, old.policy)) await refuseChannels(tx, parsed.policy)
  const dependsOn = await withUnseen(tx, id, old.dependsOn, parsed.dependsOn)
  const isNew = parsed.url !== old.url || !isDeepStrictEqual(parsed.options, old.options)
  const resumed = parsed.isActive && !old.isActive
  const paused = !parsed.isActive && old.isActive
  await refuseTakenReference(parsed, () =>
    tx
      .updateTable('monitors')
      .set({
        ...toColumns({ ...parsed, dependsOn }, sealer),
        rev: before.monitor.rev + 1,
        updated_at: now,
        ...(isNew || resumed ? { look_now: 1 as const } : {}),
        ...(resumed ? { paused_until: null, paused_by: null, paused_at: null } : {}),
        ...(paused ? { paused_until: null, paused_by: by.name, paused_at: now } : {}),
      })
      .where('id', '=', id)
      .execute(),
  )
  if (paused) await endIncidents(tx, now, id, 'paused')
  else if (parsed.url !== old.url) await endIncidents(tx, now, id, 'changed')
  if (!isDeepStrictEqual(parsed.slo, old.slo))
    await resolveIncident(tx, now, id, 'burning', { at: now, reason: 'changed' })
  if (paused || resumed || parsed.url !== old.url)
    await tx
      .updateTable('monitor_states')
      .set({ ...lastOf(before), ...NOTHING_KNOWN })
      .where('monitor_id', '=', id)
      .execute()
  await audit(tx, now, by, actionOf(paused, resumed), iri(id), differences(old, parsed))
  return getMonitor(tx, sealer, id)
}

/** What was within its rules when it was set is no mistake of a change that leaves it alone. */
function parseChange(
  wanted: Readonly<Record<string, unknown>>,
  old: MonitorConfig,
  { now, limits }: ChangeTools,
): MonitorConfig {
  const { isActive } = wanted
  // Pausing and resuming never fail for rules that came later than the monitor.
  if (
    typeof isActive === 'boolean' &&
    isDeepStrictEqual({ ...wanted, isActive: old.isActive }, old)
  )
    return { ...old, isActive }
  const sameEnd = wanted['expiresAt'] === old.expiresAt
  const sameInterval = wanted['intervalSeconds'] === old.intervalSeconds
  const parsed = parseConfig(sameEnd ? { ...wanted, expiresAt: null } : wanted, now, {
    ...limits,
    minIntervalSeconds: sameInterval ? 0 : limits.minIntervalSeconds,
    ...(wanted['url'] === old.url ? { refusal: () => undefined } : {}),
  })
  return sameEnd ? { ...parsed, expiresAt: old.expiresAt } : parsed
}

const actionOf = (paused: boolean, resumed: boolean): string =>
  paused ? 'monitor.pause' : resumed ? 'monitor.resume' : 'monitor.update'

/** Stops looking, until `until` or until resumed; an open incident ends as paused. */
export async function pauseMonitor(
  db: AccountDb,
  tools: ChangeTools,
  id: MonitorId,
  until: Instant | null,
): Promise<MonitorView> {
  return db.transaction().execute(async (tx) => {
    const { monitor } = await editWithin(tx, tools, id, (config) => ({
      ...config,
      isActive: false,
    }))
    if (monitor.pausedUntil === until) return getMonitor(tx, tools.sealer, id)
    await tx
      .updateTable('monitors')
      .set({ paused_until: until, rev: monitor.rev + 1 })
      .where('id', '=', id)
      .execute()
    await audit(tx, tools.now, tools.by, 'monitor.pause_until', iri(id), {
      pausedUntil: [isoOrNull(monitor.pausedUntil), isoOrNull(until)],
    })
    return getMonitor(tx, tools.sealer, id)
  })
}

/** Looks again, at once. */
export async function resumeMonitor(
  db: AccountDb,
  tools: ChangeTools,
  id: MonitorId,
): Promise<MonitorView> {
  return editMonitor(db, tools, id, (config) => ({ ...config, isActive: true }))
}

/**
 * Deletes a monitor with its history. An open incident ends and stays until it has been told so.
 * @throws Fault `monitor_unknown`, `changed_meanwhile`
 */
export async function deleteMonitor(
  db: AccountDb,
  tools: Pick<ChangeTools, 'now' | 'by' | 'sealer'>,
  id: MonitorId,
  ifRev?: number,
): Promise<MonitorView> {
  return db.transaction().execute((tx) => deleteWithin(tx, tools, id, ifRev))
}

/** In the caller's transaction; see `deleteMonitor`. */
export async function deleteWithin(
  tx: AccountTx,
  { now, by, sealer }: Pick<ChangeTools, 'now' | 'by' | 'sealer'>,
  id: MonitorId,
  ifRev?: number,
): Promise<MonitorView> {
  const view = await getMonitor(tx, sealer, id)
  if (ifRev !== undefined && ifRev !== view.monitor.rev) throw new Fault('changed_meanwhile')
  await endIncidents(tx, now, id, 'deleted')
  await forgetDependency(tx, id)
  await tx.deleteFrom('monitors').where('id', '=', id).execute()
  await audit(tx, now, by, 'monitor.delete', iri(id), { name: [view.monitor.name, null] })
  return view
}
