/**
 * Looks of the current hour go to a journal, a row for each batch, where each had a row in a table
 * with two indices. Those there are become rows of the journal as text.
 */
export const journal = `
create table journal (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  looks any not null,
  outcomes text,
  packed_through integer,
  packed_monitor integer,
  packed_at integer
) strict;
insert into journal (account_id, looks)
  select account_id,
    json_group_array(json_array(monitor_id, at, status, code, ms, observed_ms) order by at)
  from samples group by account_id, at / 3600000, monitor_id / 256 order by at / 3600000;
drop table samples;
`
