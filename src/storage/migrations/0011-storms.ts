/** Many outages at once are told in one message; `storm_id` is the outage whose message that is. */
export const storms = `
alter table incidents add column storm_id integer;
alter table incidents add column storm_ended_at integer;
create index incidents_told on incidents (account_id, told_at) where told_at is not null;
create index incidents_of_storm on incidents (storm_id) where storm_id is not null;
`
