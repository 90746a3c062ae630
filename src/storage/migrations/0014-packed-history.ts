/**
 * History by the hour and the day. Samples stay as they came for the current hour only; then one row
 * has an hour's figures, and one its looks, packed.
 */
export const packedHistory = `
create table hour_stats (
  monitor_id integer not null references monitors (id) on delete cascade,
  at integer not null,
  account_id integer not null,
  checks integer not null default 0,
  failures integer not null default 0,
  good integer not null default 0,
  degraded integer not null default 0,
  sum_ms integer not null default 0,
  min_ms integer,
  max_ms integer,
  p95_ms integer,
  observed_ms integer not null default 0,
  down_ms integer not null default 0,
  primary key (monitor_id, at)
) strict, without rowid;
create index hour_stats_of_account on hour_stats (account_id, at, checks) where checks > 0;

create table day_stats (
  monitor_id integer not null references monitors (id) on delete cascade,
  at integer not null,
  account_id integer not null,
  checks integer not null default 0,
  failures integer not null default 0,
  good integer not null default 0,
  degraded integer not null default 0,
  sum_ms integer not null default 0,
  min_ms integer,
  max_ms integer,
  p95_ms integer,
  observed_ms integer not null default 0,
  down_ms integer not null default 0,
  primary key (monitor_id, at)
) strict, without rowid;
create index day_stats_of_account on day_stats (account_id, at, checks) where checks > 0;

create table packed_samples (
  monitor_id integer not null references monitors (id) on delete cascade,
  at integer not null,
  account_id integer not null,
  -- Looks of which no more is kept than their sample, by their status.
  up integer not null,
  degraded integer not null,
  unknown integer not null,
  samples blob not null,
  primary key (monitor_id, at)
) strict, without rowid;
create index packed_samples_of_account on packed_samples (account_id, at);
`
