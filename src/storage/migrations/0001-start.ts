/** The first shape. Instants are epoch milliseconds, lengths end in `_ms`, flags are 0 or 1. */
export const start = `
create table accounts (
  id integer primary key autoincrement,
  name text not null unique,
  plan text not null,
  timezone text not null default 'UTC',
  created_at integer not null
) strict;

create table keys (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  name text not null,
  hash text not null unique,
  prefix text not null,
  scope text not null,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  exposed_at integer,
  revoked_at integer
) strict;
create index keys_of_account on keys (account_id);

create table monitors (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  type text not null,
  name text not null,
  url text not null,
  interval_ms integer not null,
  timeout_ms integer not null,
  options text not null,
  secrets text,
  policy text not null,
  tags text not null default '[]',
  is_active integer not null default 1,
  paused_until integer,
  paused_by text,
  external_ref text,
  managed_by text,
  expires_at integer,
  rev integer not null default 1,
  look_now integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;
create index monitors_of_account on monitors (account_id);
create index monitors_ending on monitors (expires_at) where expires_at is not null;
create index monitors_resuming on monitors (paused_until) where paused_until is not null;
create unique index monitors_reference on monitors (account_id, external_ref) where external_ref is not null;

create table monitor_states (
  monitor_id integer primary key references monitors (id) on delete cascade,
  account_id integer not null references accounts (id) on delete cascade,
  status text not null default 'pending',
  streak text,
  changed_at integer,
  retry_at integer,
  last_check_at integer,
  last_ms integer,
  last_status text,
  last_code text,
  last_message text,
  last_good_at integer,
  last_good_ms integer,
  latest text
) strict;
create index states_of_account on monitor_states (account_id);

create table monitor_changes (
  seq integer primary key autoincrement,
  monitor_id integer not null
) strict;
create trigger monitors_added after insert on monitors begin
  insert into monitor_states (monitor_id, account_id) values (new.id, new.account_id);
  insert into monitor_changes (monitor_id) values (new.id);
end;
create trigger monitors_changed after update on monitors when new.rev <> old.rev begin
  insert into monitor_changes (monitor_id) values (new.id);
end;
create trigger monitors_removed after delete on monitors begin
  insert into monitor_changes (monitor_id) values (old.id);
end;

create table check_requests (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  monitor_id integer not null references monitors (id) on delete cascade,
  asked_at integer not null,
  claimed_at integer,
  answer text
) strict;
create index check_requests_open on check_requests (id) where claimed_at is null;

create table samples (
  monitor_id integer not null references monitors (id) on delete cascade,
  at integer not null,
  account_id integer not null,
  status text not null,
  code text not null,
  ms integer not null,
  observed_ms integer not null,
  primary key (monitor_id, at)
) strict, without rowid;

create table checks (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  monitor_id integer not null references monitors (id) on delete cascade,
  cause text not null,
  started_at integer not null,
  finished_at integer not null,
  outcome text not null
) strict;
create index checks_of_monitor on checks (monitor_id, id);

create table incidents (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  monitor_id integer references monitors (id) on delete set null,
  monitor_name text not null,
  url text not null,
  severity text not null,
  started_at integer not null,
  detected_at integer not null,
  resolved_at integer,
  end_reason text,
  code text not null,
  message text not null,
  http_status integer,
  failures integer not null,
  expected text,
  last_good_at integer,
  last_good_ms integer,
  acknowledged_at integer,
  acknowledged_by text,
  closed_at integer,
  rev integer not null default 1
) strict;
create unique index incidents_one_open on incidents (monitor_id, severity) where resolved_at is null;
create index incidents_of_account on incidents (account_id, id);
create index incidents_of_monitor on incidents (monitor_id, started_at);

create table chat_links (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  platform text not null,
  server_id text not null,
  title text not null,
  default_role text not null default 'viewer',
  linked_by text not null,
  linked_by_name text not null,
  linked_at integer not null,
  left_at integer,
  unique (platform, server_id)
) strict;
create index chat_links_of_account on chat_links (account_id);

create table link_codes (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  hash text not null unique,
  created_at integer not null,
  expires_at integer not null,
  spent_at integer
) strict;
create index link_codes_of_account on link_codes (account_id);

create table link_attempts (
  who text primary key,
  failures integer not null,
  first_at integer not null,
  paused_until integer
) strict;

create table channels (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  chat_link_id integer references chat_links (id) on delete cascade,
  kind text not null,
  name text not null,
  channel_id text not null,
  thread_id text,
  is_active integer not null default 1,
  off_reason text,
  failing_since integer,
  failures integer not null default 0,
  resume_at integer not null default 0,
  last_delivery_at integer,
  created_at integer not null
) strict;
create index channels_of_account on channels (account_id);
create unique index channels_once on channels (kind, channel_id, ifnull(thread_id, ''));

create table notifications (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  channel_id integer not null references channels (id) on delete cascade,
  incident_id integer references incidents (id) on delete set null,
  event text not null,
  rev integer not null,
  notice text,
  state text not null default 'pending',
  due_at integer not null,
  claimed_until integer,
  attempts integer not null default 0,
  error text,
  created_at integer not null,
  sent_at integer
) strict;
create index notifications_waiting on notifications (channel_id, id) where state = 'pending';
create unique index notifications_once on notifications (channel_id, incident_id, event) where state = 'pending';
create index notifications_of_account on notifications (account_id, id);
create index notifications_of_incident on notifications (incident_id);

create table messages (
  channel_id integer not null references channels (id) on delete cascade,
  incident_id integer not null references incidents (id) on delete cascade,
  account_id integer not null,
  message_id text not null,
  shown_rev integer not null,
  posted_at integer not null,
  is_frozen integer not null default 0,
  primary key (channel_id, incident_id)
) strict, without rowid;

create table idempotency_keys (
  account_id integer not null references accounts (id) on delete cascade,
  key text not null,
  fingerprint text not null,
  status integer,
  body text,
  location text,
  created_at integer not null,
  primary key (account_id, key)
) strict, without rowid;

create table confirmations (
  word text primary key,
  account_id integer not null references accounts (id) on delete cascade,
  actor text not null,
  subject text not null,
  expires_at integer not null
) strict;

create table audit_logs (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  actor_type text not null,
  actor text not null,
  place text,
  action text not null,
  subject text not null,
  changes text not null,
  changed_at integer not null
) strict;
create index audit_of_account on audit_logs (account_id, id);

create table seen_updates (
  seq integer primary key autoincrement,
  update_id integer not null unique
) strict;

create table meta (
  key text primary key,
  value text not null
) strict;
`
