/** Summaries by the clock, never two for one channel, period and local date. */
export const summaries = `
create table summaries (
  id integer primary key autoincrement,
  account_id integer not null references accounts (id) on delete cascade,
  channel_id integer not null references channels (id) on delete cascade,
  cron text not null,
  timezone text not null,
  period text not null,
  targets text,
  tags text not null default '[]',
  is_active integer not null default 1,
  next_at integer,
  rev integer not null default 1,
  created_at integer not null,
  updated_at integer not null
) strict;
create index summaries_of_account on summaries (account_id);
create index summaries_of_channel on summaries (channel_id);
create index summaries_due on summaries (next_at) where next_at is not null;

alter table notifications add column summary_id integer references summaries (id) on delete set null;
alter table notifications add column occasion text;
create index notifications_of_summary on notifications (summary_id) where summary_id is not null;
create unique index notifications_on_occasion on notifications (channel_id, occasion)
  where occasion is not null;

create trigger monitors_unsummarised after delete on monitors begin
  update summaries set targets = json((
      select json_group_array(value) from json_each(summaries.targets) where value <> old.id))
    where account_id = old.account_id and targets is not null
      and exists (select 1 from json_each(summaries.targets) where value = old.id);
end;
`
