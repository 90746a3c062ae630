/** How many monitors an account has: counting ten thousand is most of the work of a list of ten. */
export const monitorCounts = `
alter table accounts add column monitors integer not null default 0;
update accounts set monitors = (select count(*) from monitors where account_id = accounts.id);

create trigger monitors_counted after insert on monitors begin
  update accounts set monitors = monitors + 1 where id = new.account_id;
end;
create trigger monitors_uncounted after delete on monitors begin
  update accounts set monitors = monitors - 1 where id = old.account_id;
end;
`
