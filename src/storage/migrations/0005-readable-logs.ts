/** Requests and notes people can read back. */
export const readableLogs = `
alter table keys add column replaced_at integer;

create table request_logs (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  key_prefix text not null,
  method text not null,
  path text not null,
  status integer not null,
  duration_ms integer not null,
  request_id text not null,
  requested_at integer not null
) strict;
create index request_logs_of_account on request_logs (account_id, id);

create table incident_notes (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  incident_id integer not null references incidents (id) on delete cascade,
  text text not null,
  author text not null,
  created_at integer not null
) strict;
create index notes_of_incident on incident_notes (incident_id);
`
