import type { ColumnType, Generated } from 'kysely'
import type { AccountId, ChannelId, Id, IncidentId, Instant, MonitorId } from '../kernel/index.ts'

/** Stamped by an account-bound handle; an unbound one must give it. Never changed. */
type Owner = ColumnType<AccountId, AccountId | undefined, never>
type Flag = 0 | 1
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>

export interface AccountsTable {
  id: Generated<AccountId>
  name: string
  plan: 'free' | 'team' | 'business'
  timezone: Generated<string>
  created_at: Instant
  /** How many there are; kept by triggers. */
  monitors: Generated<number>
}

export interface KeysTable {
  id: Generated<Id<'key'>>
  account_id: Owner
  name: string
  hash: string
  prefix: string
  scope: 'read' | 'write' | 'admin'
  created_at: Instant
  expires_at: Optional<Instant>
  last_used_at: Optional<Instant>
  exposed_at: Optional<Instant>
  revoked_at: Optional<Instant>
  /** Rotated: it ends when its successor is everywhere. */
  replaced_at: Optional<Instant>
  /** JSON list of the monitors it is for; null: all of them. */
  targets: Optional<string>
}

export interface MonitorsTable {
  id: Generated<MonitorId>
  account_id: Owner
  type: string
  name: string
  url: string
  interval_ms: number
  timeout_ms: number
  /** JSON by the type's own schema, without its secrets. */
  options: string
  /** JSON of the secret options, sealed. */
  secrets: Optional<string>
  /** JSON. */
  policy: string
  /** JSON list. */
  tags: Generated<string>
  /** JSON list of monitor ids. */
  depends_on: Generated<string>
  is_active: Generated<Flag>
  paused_until: Optional<Instant>
  paused_by: Optional<string>
  /** Since when it is; null: it is not. */
  paused_at: Optional<Instant>
  external_ref: Optional<string>
  managed_by: Optional<string>
  expires_at: Optional<Instant>
  /** JSON of `Slo`; null: none. */
  slo: Optional<string>
  /** Grows with each change; what the engine and If-Match compare. */
  rev: Generated<number>
  /** Created, resumed or re-addressed: to be looked at now, outside the rhythm. */
  look_now: Generated<Flag>
  created_at: Instant
  updated_at: Instant
}

export interface MonitorStatesTable {
  monitor_id: MonitorId
  account_id: Owner
  status: Generated<'pending' | 'up' | 'degraded' | 'down'>
  /** JSON of all the judge has in mind; null: nothing but the status. */
  judged: Optional<string>
  changed_at: Optional<Instant>
  retry_at: Optional<Instant>
  last_check_at: Optional<Instant>
  last_ms: Optional<number>
  last_status: Optional<string>
  last_code: Optional<string>
  last_message: Optional<string>
  last_good_at: Optional<Instant>
  last_good_ms: Optional<number>
  /** JSON of the latest outcome with timings and details. */
  latest: Optional<string>
}

export interface MonitorChangesTable {
  seq: Generated<number>
  monitor_id: MonitorId
}

export interface CheckRequestsTable {
  id: Generated<Id<'request'>>
  account_id: Owner
  monitor_id: MonitorId
  asked_at: Instant
  claimed_at: Optional<Instant>
  /** JSON of the check, once looked. */
  answer: Optional<string>
}

/**
 * Looks whose hours are not packed yet, a row for each batch; rows are only added, and go once all
 * in them is packed or written anew. What packing has moved away it says in rows, too: those of
 * monitors before `packed_monitor`, and its own made before `packed_at`, in rows up to
 * `packed_through`; null: of all.
 */
export interface JournalTable {
  id: Generated<number>
  account_id: Owner
  looks: Uint8Array | string
  /** JSON: pairs of a monitor and the JSON of an outcome that those before do not tell. */
  outcomes: Optional<string>
  packed_through: Optional<number>
  packed_monitor: Optional<MonitorId>
  packed_at: Optional<Instant>
}

/** Figures of one hour, or of one UTC day, of a monitor. */
export interface StatsTable {
  monitor_id: MonitorId
  /** When it begins. */
  at: Instant
  account_id: Owner
  /** Looks made in it, those that failed, those that were up or degraded, and of these the latter. */
  checks: Generated<number>
  failures: Generated<number>
  good: Generated<number>
  degraded: Generated<number>
  /** Of the good ones. */
  sum_ms: Generated<number>
  min_ms: Optional<number>
  max_ms: Optional<number>
  p95_ms: Optional<number>
  /** What looks speak for, whenever they were made. */
  observed_ms: Generated<number>
  down_ms: Generated<number>
}

/** Single looks of an hour that is a row of `hour_stats`, for as long as they are kept. */
export interface PackedSamplesTable {
  monitor_id: MonitorId
  at: Instant
  account_id: Owner
  /** Looks of which no more is kept than their sample. */
  up: number
  degraded: number
  unknown: number
  samples: Uint8Array
}

export interface ChecksTable {
  id: Generated<Id<'check'>>
  account_id: Owner
  monitor_id: MonitorId
  cause: 'schedule' | 'retry' | 'manual' | 'resume' | 'verification'
  started_at: Instant
  finished_at: Instant
  /** JSON. */
  outcome: string
}

export interface IncidentsTable {
  id: Generated<IncidentId>
  account_id: Owner
  monitor_id: MonitorId | null
  monitor_name: string
  url: string
  severity: 'down' | 'degraded' | 'warning' | 'burning'
  started_at: Instant
  detected_at: Instant
  resolved_at: Optional<Instant>
  end_reason: Optional<'resolved' | 'worsened' | 'paused' | 'deleted' | 'changed'>
  code: string
  message: string
  http_status: Optional<number>
  failures: number
  expected: Optional<string>
  last_good_at: Optional<Instant>
  last_good_ms: Optional<number>
  acknowledged_at: Optional<Instant>
  acknowledged_by: Optional<string>
  /** When we learnt that it is over: later than `resolved_at` where recovery takes several looks. */
  closed_at: Optional<Instant>
  /** Grows with each change people are told of. */
  rev: Generated<number>
  /** Not told before; what else may hold it back is read when the time comes. */
  alert_at: Generated<Instant>
  /** Null: nobody was told (yet). */
  told_at: Optional<Instant>
  /** Told by that incident's message; its own id: its message speaks for the ones after it. */
  folded_into: Optional<IncidentId>
  /** Of one that others are folded into: when that ended. */
  steadied_at: Optional<Instant>
  reminded_at: Optional<Instant>
  /** What expires: a certificate's fingerprint, a domain's name. */
  subject: Optional<string>
  /** When it expires; once it is renewed, when what follows does. */
  ends_at: Optional<Instant>
  /** When programs were told, to whom nothing is folded. */
  heard_at: Optional<Instant>
  /** Nobody acknowledged it in time: others are told, too. */
  escalated_at: Optional<Instant>
  /** One of many at once, told in that incident's message; its own id: its message is the storm's. */
  storm_id: Optional<IncidentId>
  storm_ended_at: Optional<Instant>
  /** JSON of a burning one's `BurntBudget`, as it was last told. */
  budget: Optional<string>
}

export interface MaintenancesTable {
  id: Generated<Id<'maintenance'>>
  account_id: Owner
  name: string
  /** JSON list of monitor ids; null: every one, or with tags those that carry one of them. */
  targets: Optional<string>
  /** JSON list. */
  tags: Generated<string>
  is_active: Generated<Flag>
  timezone: Generated<string>
  starts_at: Optional<Instant>
  ends_at: Optional<Instant>
  cron: Optional<string>
  duration_ms: Optional<number>
  /** The window that is on or comes next; null: none comes any more. */
  window_from: Optional<Instant>
  window_to: Optional<Instant>
  rev: Generated<number>
  created_at: Instant
  updated_at: Instant
}

/** When a monitor was, is or is about to be in maintenance. */
export interface MaintenanceSpansTable {
  id: Generated<Id<'span'>>
  account_id: Owner
  monitor_id: MonitorId
  maintenance_id: Id<'maintenance'>
  started_at: Instant
  ended_at: Instant
}

/** What strangers may see of some monitors, at an address of its own. */
export interface StatusPagesTable {
  id: Generated<Id<'status-page'>>
  account_id: Owner
  /** Unique among all accounts' pages. */
  slug: string
  title: string
  /** JSON list of monitor ids, in the order they are shown. */
  targets: Generated<string>
  /** JSON list: monitors that carry one of them are shown, too. */
  tags: Generated<string>
  is_public: Generated<Flag>
  has_urls: Generated<Flag>
  has_incidents: Generated<Flag>
  rev: Generated<number>
  created_at: Instant
  updated_at: Instant
}

export interface DomainLookupsTable {
  domain: string
  /** JSON of the last good answer. */
  answer: Optional<string>
  checked_at: Optional<Instant>
  /** In a row, since the last good answer. */
  failures: Generated<number>
  /** Not asked again before. */
  retry_at: Generated<Instant>
  why: Optional<string>
}

export interface RequestLogsTable {
  id: Generated<Id<'request-log'>>
  account_id: Owner
  key_prefix: string
  method: string
  /** Without its query. */
  path: string
  status: number
  duration_ms: number
  request_id: string
  requested_at: Instant
}

export interface VerificationsTable {
  id: Generated<Id<'verification'>>
  account_id: Owner
  status: 'pass' | 'fail' | 'running'
  detail: string
  /** JSON. */
  results: string
  /** JSON list of monitor ids; empty: from before they were noted. */
  targets: Generated<string>
  started_at: Instant
  finished_at: Optional<Instant>
}

export interface IncidentNotesTable {
  id: Generated<Id<'note'>>
  account_id: Owner
  incident_id: IncidentId
  text: string
  author: string
  created_at: Instant
}

export interface ChatLinksTable {
  id: Generated<Id<'link'>>
  account_id: Owner
  platform: string
  server_id: string
  title: string
  default_role: Generated<'none' | 'viewer' | 'responder' | 'manager'>
  linked_by: string
  linked_by_name: string
  linked_at: Instant
  left_at: Optional<Instant>
}

/** A role given in a linked place. */
export interface RoleGrantsTable {
  id: Generated<Id<'grant'>>
  account_id: Owner
  chat_link_id: Id<'link'>
  /** `role`: everybody who has this role of the platform's own. */
  kind: 'person' | 'role'
  /** The platform's id. */
  subject_id: string
  display_name: string
  role: 'viewer' | 'responder' | 'manager' | 'owner'
  given_by: string
  given_at: Instant
}

export interface LinkCodesTable {
  id: Generated<Id<'code'>>
  account_id: Owner
  hash: string
  created_at: Instant
  expires_at: Instant
  spent_at: Optional<Instant>
}

export interface LinkAttemptsTable {
  who: string
  failures: number
  first_at: Instant
  paused_until: Optional<Instant>
}

export interface ChannelsTable {
  id: Generated<ChannelId>
  account_id: Owner
  chat_link_id: Optional<Id<'link'>>
  kind: string
  name: string
  channel_id: string
  thread_id: Optional<string>
  is_active: Generated<Flag>
  off_reason: Optional<string>
  failing_since: Optional<Instant>
  /** Failures in a row: what the back-off counts. */
  failures: Generated<number>
  /** The lane waits until then. */
  resume_at: Generated<Instant>
  last_delivery_at: Optional<Instant>
  /** JSON list of what it is told of; empty: of everything. */
  events: Generated<string>
  /** Told of what names no channels. */
  is_default: Generated<Flag>
  /** JSON list of monitor ids; null: every one, or with tags those that carry one of them. */
  targets: Optional<string>
  /** JSON list. */
  tags: Generated<string>
  muted_until: Optional<Instant>
  /** JSON of `QuietHours`. */
  quiet_hours: Optional<string>
  /** Whom an outage rings: `everyone`, `here`, `role:ID`, `user:ID`. */
  mention: Optional<string>
  ring_on_up: Generated<Flag>
  /** JSON of a mail channel's addresses. */
  info: Optional<string>
  /** Sealed JSON of a webhook's address, headers and signing secrets. */
  secrets: Optional<string>
  created_at: Instant
}

export interface NotificationsTable {
  id: Generated<Id<'notification'>>
  account_id: Owner
  channel_id: ChannelId
  incident_id: Optional<IncidentId>
  event: 'alert' | 'recovery' | 'reminder' | 'acknowledged' | 'notice' | 'fact'
  /** The subject's rev when it was queued. */
  rev: number
  /** JSON of a notice's or a fact's words; incidents are read when they are sent. */
  notice: Optional<string>
  state: Generated<'pending' | 'sent' | 'superseded' | 'failed'>
  due_at: Instant
  /** Being sent until then at the latest; a process that dies meanwhile leaves it to be sent again. */
  claimed_until: Optional<Instant>
  attempts: Generated<number>
  /** Kept back until `due_at` because people wanted quiet. */
  is_held: Generated<Flag>
  error: Optional<string>
  created_at: Instant
  sent_at: Optional<Instant>
  summary_id: Optional<Id<'summary'>>
  /** What a channel is told once at most: `day 2027-03-01`. */
  occasion: Optional<string>
}

export interface SummariesTable {
  id: Generated<Id<'summary'>>
  account_id: Owner
  channel_id: ChannelId
  cron: string
  timezone: string
  period: 'day' | 'week'
  /** JSON list of monitor ids; null: every one, or with tags those that carry one of them. */
  targets: Optional<string>
  /** JSON list. */
  tags: Generated<string>
  is_active: Generated<Flag>
  /** Null: switched off, or it never comes. */
  next_at: Optional<Instant>
  rev: Generated<number>
  created_at: Instant
  updated_at: Instant
}

/** One pinned message of a place, kept current. */
export interface BoardsTable {
  id: Generated<Id<'board'>>
  account_id: Owner
  /** Null: the place is linked no more, and the board is wound up. */
  chat_link_id: Optional<Id<'link'>>
  platform: string
  channel_id: string
  thread_id: Optional<string>
  /** Null: not posted yet, or gone. */
  message_id: Optional<string>
  /** The message that the present one stands for: still to be removed. */
  former_id: Optional<string>
  is_pinned: Generated<Flag>
  /** Why it may not be pinned; null: it is, or nobody has tried. */
  unpinned_why: Optional<string>
  /** Messages so far: part of the nonce of the next. */
  posts: Generated<number>
  /** Hash of what the message shows, but for the uptime. */
  shown: Optional<string>
  uptime: Optional<number>
  /** When the uptime was read; it is not read again for a while. */
  uptime_at: Optional<Instant>
  posted_at: Optional<Instant>
  edited_at: Optional<Instant>
  /** When somebody's deleting it was last noticed. */
  vanished_at: Optional<Instant>
  /** Not touched before. */
  due_at: Instant
  /** In a row. */
  failures: Generated<number>
  is_active: Generated<Flag>
  /** What stands in its way; where it is not active, for good. */
  trouble: Optional<string>
  /** Wound up: nobody wants it any more, or somebody kept deleting it. */
  end_why: Optional<'asked' | 'deleted'>
  created_at: Instant
}

export interface MessagesTable {
  channel_id: ChannelId
  incident_id: IncidentId
  account_id: Owner
  message_id: string
  shown_rev: number
  posted_at: Instant
  is_frozen: Generated<Flag>
}

export interface IdempotencyKeysTable {
  account_id: Owner
  key: string
  fingerprint: string
  status: Optional<number>
  body: Optional<string>
  location: Optional<string>
  created_at: Instant
}

export interface ConfirmationsTable {
  word: string
  account_id: Owner
  actor: string
  subject: string
  expires_at: Instant
}

export interface AuditLogsTable {
  id: Generated<Id<'audit'>>
  account_id: Owner
  actor_type: 'key' | 'chat' | 'cli' | 'engine'
  actor: string
  place: Optional<string>
  action: string
  subject: string
  /** JSON: field to [old, new]. */
  changes: string
  changed_at: Instant
}

export interface Tables {
  accounts: AccountsTable
  keys: KeysTable
  monitors: MonitorsTable
  monitor_states: MonitorStatesTable
  monitor_changes: MonitorChangesTable
  check_requests: CheckRequestsTable
  journal: JournalTable
  hour_stats: StatsTable
  day_stats: StatsTable
  packed_samples: PackedSamplesTable
  checks: ChecksTable
  incidents: IncidentsTable
  maintenances: MaintenancesTable
  maintenance_spans: MaintenanceSpansTable
  status_pages: StatusPagesTable
  domain_lookups: DomainLookupsTable
  request_logs: RequestLogsTable
  verifications: VerificationsTable
  incident_notes: IncidentNotesTable
  chat_links: ChatLinksTable
  role_grants: RoleGrantsTable
  link_codes: LinkCodesTable
  link_attempts: LinkAttemptsTable
  channels: ChannelsTable
  notifications: NotificationsTable
  messages: MessagesTable
  summaries: SummariesTable
  boards: BoardsTable
  idempotency_keys: IdempotencyKeysTable
  confirmations: ConfirmationsTable
  audit_logs: AuditLogsTable
  seen_updates: { seq: Generated<number>; update_id: number }
  meta: { key: string; value: string }
}

/** The column that says whose a row is; a table not named here has no rows for an account. */
export const OWNER_COLUMN = {
  accounts: 'id',
  keys: 'account_id',
  monitors: 'account_id',
  monitor_states: 'account_id',
  check_requests: 'account_id',
  journal: 'account_id',
  hour_stats: 'account_id',
  day_stats: 'account_id',
  packed_samples: 'account_id',
  checks: 'account_id',
  incidents: 'account_id',
  maintenances: 'account_id',
  request_logs: 'account_id',
  verifications: 'account_id',
  incident_notes: 'account_id',
  maintenance_spans: 'account_id',
  status_pages: 'account_id',
  chat_links: 'account_id',
  role_grants: 'account_id',
  link_codes: 'account_id',
  channels: 'account_id',
  notifications: 'account_id',
  messages: 'account_id',
  summaries: 'account_id',
  boards: 'account_id',
  idempotency_keys: 'account_id',
  confirmations: 'account_id',
  audit_logs: 'account_id',
} as const satisfies Partial<Record<keyof Tables, string>>

/** `by`: what `column` names, one monitor, one incident, or a JSON list of monitors. */
export type Reach =
  | { readonly by: 'monitor' | 'incident' | 'monitors'; readonly column: string }
  | 'account'
  | 'closed'

/**
 * What a handle for some of the account's monitors reaches: rows that are about them alone, the
 * whole account's, or none at all. Every table of an account has to say.
 */
export const MONITOR_REACH: Readonly<Record<keyof typeof OWNER_COLUMN, Reach>> = {
  accounts: 'account',
  keys: 'closed',
  monitors: { by: 'monitor', column: 'id' },
  monitor_states: { by: 'monitor', column: 'monitor_id' },
  check_requests: { by: 'monitor', column: 'monitor_id' },
  journal: 'closed',
  hour_stats: { by: 'monitor', column: 'monitor_id' },
  day_stats: { by: 'monitor', column: 'monitor_id' },
  packed_samples: { by: 'monitor', column: 'monitor_id' },
  checks: { by: 'monitor', column: 'monitor_id' },
  incidents: { by: 'monitor', column: 'monitor_id' },
  maintenances: 'closed',
  request_logs: 'closed',
  verifications: { by: 'monitors', column: 'targets' },
  incident_notes: { by: 'incident', column: 'incident_id' },
  maintenance_spans: { by: 'monitor', column: 'monitor_id' },
  chat_links: 'closed',
  role_grants: 'closed',
  link_codes: 'closed',
  channels: 'account',
  notifications: { by: 'incident', column: 'incident_id' },
  messages: { by: 'incident', column: 'incident_id' },
  idempotency_keys: 'account',
  confirmations: 'closed',
  status_pages: 'closed',
  summaries: 'closed',
  boards: 'closed',
  audit_logs: 'account',
}
