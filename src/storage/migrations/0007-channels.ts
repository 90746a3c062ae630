/** Channels of every kind: what they hear, when they may ring, and events kept as facts for programs. */
export const channels = `
alter table channels add column is_default integer not null default 1;
alter table channels add column targets text;
alter table channels add column tags text not null default '[]';
alter table channels add column muted_until integer;
alter table channels add column quiet_hours text;
alter table channels add column mention text;
alter table channels add column ring_on_up integer not null default 0;
alter table channels add column info text;
alter table channels add column secrets text;

alter table incidents add column heard_at integer;
alter table incidents add column escalated_at integer;
update incidents set heard_at = coalesce(told_at, detected_at);

alter table notifications add column is_held integer not null default 0;
drop index notifications_once;
create unique index notifications_once on notifications (channel_id, incident_id, event)
  where state = 'pending' and event <> 'fact';

-- Who is gone is named in no list; a list that named only those names nobody, never all.
create trigger monitors_unnamed after delete on monitors begin
  update channels set targets = json((
      select json_group_array(value) from json_each(channels.targets) where value <> old.id))
    where account_id = old.account_id and targets is not null
      and exists (select 1 from json_each(channels.targets) where value = old.id);
end;
create trigger channels_unnamed after delete on channels begin
  update monitors set policy = json_set(policy, '$.channels', json((
      select json_group_array(value) from json_each(policy, '$.channels') where value <> old.id)))
    where account_id = old.account_id
      and exists (select 1 from json_each(policy, '$.channels') where value = old.id);
  update monitors set policy = json_set(policy, '$.escalateTo', json((
      select json_group_array(value) from json_each(policy, '$.escalateTo') where value <> old.id)))
    where account_id = old.account_id
      and exists (select 1 from json_each(policy, '$.escalateTo') where value = old.id);
end;
`
