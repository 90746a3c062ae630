/** Runs of looks that a pipeline waits for. */
export const verifications = `
create table verifications (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  status text not null,
  detail text not null,
  results text not null,
  started_at integer not null,
  finished_at integer
) strict;
create index verifications_of_account on verifications (account_id, id);
`
