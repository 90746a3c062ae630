/**
 * Boards: one pinned message of a place that is kept current. One whose link is gone is wound up, its
 * message first, then its row.
 */
export const boards = `
create table boards (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  chat_link_id integer references chat_links (id) on delete set null,
  platform text not null,
  channel_id text not null,
  thread_id text,
  message_id text,
  former_id text,
  is_pinned integer not null default 0,
  unpinned_why text,
  posts integer not null default 0,
  shown text,
  uptime real,
  uptime_at integer,
  posted_at integer,
  edited_at integer,
  vanished_at integer,
  due_at integer not null,
  failures integer not null default 0,
  is_active integer not null default 1,
  trouble text,
  end_why text,
  created_at integer not null
) strict;
create index boards_of_account on boards (account_id);
create index boards_of_link on boards (chat_link_id);
create unique index boards_of_place on boards (platform, channel_id, coalesce(thread_id, ''))
  where chat_link_id is not null and end_why is null;
`
