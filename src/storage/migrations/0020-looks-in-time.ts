/**
 * Packed looks in the order they are packed: an hour of many monitors shares pages, where each
 * monitor's hour was written to, and later deleted from, pages of its own. Those of one monitor are
 * found by its hours. The journal needs no counter of its own, which was a page more with each
 * batch: its newest row always stays.
 */
export const looksInTime = `
create table looks (
  account_id integer not null,
  at integer not null,
  monitor_id integer not null,
  -- Looks of which no more is kept than their sample, by their status.
  up integer not null,
  degraded integer not null,
  unknown integer not null,
  samples blob not null,
  primary key (account_id, at, monitor_id)
) strict, without rowid;
insert into looks
  select account_id, at, monitor_id, up, degraded, unknown, samples from packed_samples
  order by account_id, at, monitor_id;
-- Where looks are kept for longer than hours were.
insert or ignore into hour_stats (monitor_id, at, account_id)
  select monitor_id, at, account_id from packed_samples;
drop table packed_samples;
alter table looks rename to packed_samples;
create trigger monitors_forgotten before delete on monitors begin
  delete from packed_samples where (account_id, at, monitor_id) in
    (select account_id, at, monitor_id from hour_stats where monitor_id = old.id);
end;

create table rows_of_journal (
  id integer primary key,
  account_id integer not null references accounts (id) on delete cascade,
  looks any not null,
  outcomes text,
  packed_through integer,
  packed_monitor integer,
  packed_at integer
) strict;
insert into rows_of_journal select * from journal;
drop table journal;
alter table rows_of_journal rename to journal;
`
