/** Keys for some targets alone, and of which targets a verification was. */
export const keyTargets = `
alter table keys add column targets text;
-- A list that becomes empty names none; it is never null again by itself.
create trigger keys_forget_monitor after delete on monitors begin
  update keys
  set targets = (select json_group_array(value) from json_each(targets) where value <> old.id)
  where account_id = old.account_id
    and exists (select 1 from json_each(keys.targets) where value = old.id);
end;
-- Of several monitors, SQLite would otherwise read all incidents of the account.
create index incidents_of_monitors on incidents (account_id, monitor_id, started_at);

alter table verifications add column targets text not null default '[]';
update verifications
set targets = (select json_group_array(value ->> 'target') from json_each(results));
`
