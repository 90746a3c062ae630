/** What the whole judge needs: holding back and folding messages, planned windows, dependencies. */
export const judgement = `
alter table monitor_states rename column streak to judged;
alter table monitors add column depends_on text not null default '[]';

alter table incidents add column alert_at integer not null default 0;
alter table incidents add column told_at integer;
alter table incidents add column folded_into integer;
alter table incidents add column steadied_at integer;
alter table incidents add column reminded_at integer;
alter table incidents add column subject text;
alter table incidents add column ends_at integer;
update incidents set told_at = detected_at, alert_at = detected_at;
-- Held back by alertAfter until now by a row that waits; from now on by the incident itself.
update incidents set told_at = null, alert_at = (
    select max(due_at) from notifications n where n.incident_id = incidents.id)
  where resolved_at is null and exists (
    select 1 from notifications n where n.incident_id = incidents.id and n.state = 'pending'
      and n.event = 'alert' and n.rev = 1 and n.due_at > incidents.detected_at);
delete from notifications where state = 'pending' and event = 'alert' and rev = 1
  and incident_id in (select id from incidents where told_at is null);
create index incidents_open on incidents (alert_at) where resolved_at is null;
create index incidents_folded on incidents (folded_into) where folded_into is not null;
create index incidents_subject on incidents (account_id, subject)
  where subject is not null and resolved_at is null;

alter table channels add column events text not null default '[]';

create table maintenances (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  name text not null,
  targets text,
  tags text not null default '[]',
  is_active integer not null default 1,
  timezone text not null default 'UTC',
  starts_at integer,
  ends_at integer,
  cron text,
  duration_ms integer,
  window_from integer,
  window_to integer,
  rev integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;
create index maintenances_of_account on maintenances (account_id);
create index maintenances_coming on maintenances (window_from) where window_from is not null;

create table maintenance_spans (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  monitor_id integer not null references monitors (id) on delete cascade,
  maintenance_id integer not null,
  started_at integer not null,
  ended_at integer not null
) strict;
create index spans_of_monitor on maintenance_spans (monitor_id, ended_at);
create index spans_of_maintenance on maintenance_spans (maintenance_id, ended_at);
create index spans_in_time on maintenance_spans (ended_at);
`
