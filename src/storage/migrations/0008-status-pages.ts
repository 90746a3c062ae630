/** Pages that show strangers how some monitors are. */
export const statusPages = `
create table status_pages (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  slug text not null unique,
  title text not null,
  targets text not null default '[]',
  tags text not null default '[]',
  is_public integer not null default 0,
  has_urls integer not null default 0,
  has_incidents integer not null default 1,
  rev integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;
create index status_pages_of_account on status_pages (account_id, id);
`
