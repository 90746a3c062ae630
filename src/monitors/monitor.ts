import type { Selectable } from 'kysely'
import type { AccountId, Instant, MonitorId } from '../kernel/index.ts'
import { type MonitorType, type Outcome, PROBES } from '../probes/index.ts'
import { type Latest, moveOn, tellLatest } from '../stats/index.ts'
import type { Sealer, Tables } from '../storage/index.ts'
import type { MonitorConfig } from './input.ts'
import type { Policy, Slo } from './policy.ts'

export interface Monitor extends Omit<MonitorConfig, 'intervalSeconds' | 'timeoutSeconds'> {
  readonly id: MonitorId
  readonly accountId: AccountId
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly pausedUntil: Instant | null
  readonly pausedBy: string | null
  /** Grows with each change of configuration. */
  readonly rev: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** What is known of a monitor now. */
export interface MonitorState {
  readonly status: 'pending' | 'up' | 'degraded' | 'down'
  /** When `status` became what it is; null while pending. */
  readonly changedAt: Instant | null
  readonly retryAt: Instant | null
  readonly lastCheckAt: Instant | null
  readonly lastMs: number | null
  readonly lastStatus: string | null
  readonly lastCode: string | null
  readonly lastMessage: string | null
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
  /** Until then a planned window is on, or it ended then: nobody is told, uptime is not charged. */
  readonly maintainedUntil: Instant | null
  readonly latest: Outcome | null
}

export interface MonitorView {
  readonly monitor: Monitor
  readonly state: MonitorState
}

/** A view without what is costly to read and no list shows. */
export interface ListedView {
  readonly monitor: Omit<Monitor, 'policy' | 'options'>
  /** Its latest look only where that was not well. */
  readonly state: MonitorState
}

/** What the shown state is made of. */
interface Shown {
  readonly monitor: Pick<Monitor, 'isActive'>
  readonly state: Pick<MonitorState, 'status' | 'maintainedUntil'>
}

export const isInMaintenance = ({ monitor, state }: Shown, now: Instant): boolean =>
  monitor.isActive && state.maintainedUntil !== null && state.maintainedUntil > now

/** Paused lies over the state; everything people see starts from this. */
export const shownStatus = ({ monitor, state }: Shown): MonitorState['status'] | 'paused' =>
  monitor.isActive ? state.status : 'paused'

export type Sign = MonitorState['status'] | 'paused' | 'maintenance'

/** The state people see, with maintenance over what was found; `standing.ts` says it in SQL. */
export const signOf = (view: Shown, now: Instant): Sign =>
  isInMaintenance(view, now) ? 'maintenance' : shownStatus(view)

type MonitorRow = Selectable<Tables['monitors']>
type StateRow = Selectable<Tables['monitor_states']>

/** What lists show of a monitor; the others are long texts. */
export const LISTED_COLUMNS = [
  'm.id',
  'm.account_id',
  'm.type',
  'm.name',
  'm.url',
  'm.is_active',
  'm.interval_ms',
  'm.timeout_ms',
  'm.tags',
  'm.depends_on',
  'm.slo',
  'm.external_ref',
  'm.managed_by',
  'm.expires_at',
  'm.paused_until',
  'm.paused_by',
  'm.rev',
  'm.created_at',
  'm.updated_at',
] as const
type ListedRow = Omit<MonitorRow, 'options' | 'policy' | 'secrets' | 'look_now' | 'paused_at'>

/** What a monitor is to keep, from its row. */
export const readSlo = (
  { slo }: Pick<MonitorRow, 'slo'>,
  read: (text: string) => unknown = JSON.parse,
): Slo | null => (slo === null ? null : (read(slo) as Slo))

/** `read` makes values of JSON; equal texts may share one. */
export function toMonitor(
  row: MonitorRow,
  sealer: Sealer,
  read: (text: string) => unknown = JSON.parse,
): Monitor {
  const { secrets } = row
  const options = read(row.options) as Monitor['options']
  return {
    ...plainOf(row, read),
    policy: read(row.policy) as Policy,
    options:
      secrets === null ? options : { ...options, ...(JSON.parse(sealer.open(secrets)) as object) },
  }
}

function plainOf(row: ListedRow, read: (text: string) => unknown): ListedView['monitor'] {
  return {
    id: row.id,
    accountId: row.account_id,
    type: row.type as MonitorType,
    name: row.name,
    url: row.url,
    isActive: row.is_active === 1,
    intervalMs: row.interval_ms,
    timeoutMs: row.timeout_ms,
    tags: read(row.tags) as string[],
    dependsOn: read(row.depends_on) as MonitorId[],
    slo: readSlo(row, read),
    externalRef: row.external_ref,
    managedBy: row.managed_by,
    expiresAt: row.expires_at,
    pausedUntil: row.paused_until,
    pausedBy: row.paused_by,
    rev: row.rev,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

type ShownRow = Omit<StateRow, 'monitor_id' | 'account_id' | 'judged'> & {
  readonly maintained_until: Instant | null
}

/** `latest`: what the journal has of its looks. */
export function toState(row: ShownRow, latest: Latest | undefined): MonitorState {
  const now = moveOn(row, latest)
  return {
    status: row.status,
    changedAt: row.changed_at,
    retryAt: row.retry_at,
    lastCheckAt: now.last_check_at,
    lastMs: now.last_ms,
    lastStatus: now.last_status,
    lastCode: now.last_code,
    lastMessage: now.last_message,
    lastGoodAt: now.last_good_at,
    lastGoodMs: now.last_good_ms,
    maintainedUntil: row.maintained_until,
    latest: tellLatest(row, latest) as Outcome | null,
  }
}

/** Nothing is unsealed for it. */
export function toListed(row: ListedRow & ShownRow, latest: Latest | undefined): ListedView {
  const isWell = moveOn(row, latest).last_status === 'up'
  return {
    monitor: plainOf(row, JSON.parse),
    state: toState(isWell ? { ...row, latest: null } : row, latest),
  }
}

/** The columns a configuration fills; secret options are sealed apart from the others. */
export function toColumns(config: MonitorConfig, sealer: Sealer) {
  const { secrets } = PROBES[config.type]
  const open = Object.entries(config.options).filter(([name]) => !secrets.includes(name))
  const closed = Object.entries(config.options).filter(([name]) => secrets.includes(name))
  return {
    type: config.type,
    name: config.name,
    url: config.url,
    interval_ms: config.intervalSeconds * 1000,
    timeout_ms: config.timeoutSeconds * 1000,
    options: JSON.stringify(Object.fromEntries(open)),
    secrets: closed.length === 0 ? null : sealer.seal(JSON.stringify(Object.fromEntries(closed))),
    policy: JSON.stringify(config.policy),
    tags: JSON.stringify(config.tags),
    depends_on: JSON.stringify(config.dependsOn),
    is_active: config.isActive ? (1 as const) : (0 as const),
    slo: config.slo === null ? null : JSON.stringify(config.slo),
    external_ref: config.externalRef,
    managed_by: config.managedBy,
    expires_at: config.expiresAt,
  }
}

/** The configuration a monitor has, as `editMonitor` hands it to a change. */
export const toConfig = (monitor: Monitor): MonitorConfig => ({
  type: monitor.type,
  name: monitor.name,
  url: monitor.url,
  isActive: monitor.isActive,
  intervalSeconds: monitor.intervalMs / 1000,
  timeoutSeconds: monitor.timeoutMs / 1000,
  policy: monitor.policy,
  options: monitor.options,
  tags: monitor.tags,
  dependsOn: monitor.dependsOn,
  slo: monitor.slo,
  externalRef: monitor.externalRef,
  managedBy: monitor.managedBy,
  expiresAt: monitor.expiresAt,
})
