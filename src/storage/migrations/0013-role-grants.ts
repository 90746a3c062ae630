/** Roles given in a place, to a person or to a role of the platform; they go where its link goes. */
export const roleGrants = `
create table role_grants (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  chat_link_id integer not null references chat_links (id) on delete cascade,
  kind text not null,
  subject_id text not null,
  display_name text not null,
  role text not null,
  given_by text not null,
  given_at integer not null,
  unique (chat_link_id, kind, subject_id)
) strict;
create index role_grants_of_account on role_grants (account_id);
`
