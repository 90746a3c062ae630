/** What a monitor is to keep, and warnings of budgets that are spent too fast. */
export const objectives = `
alter table monitors add column slo text;
create index monitors_with_slo on monitors (account_id) where slo is not null;

alter table incidents add column budget text;
create index incidents_by_end on incidents (account_id, severity, resolved_at);
drop index incidents_of_monitors;
create index incidents_of_monitors on incidents (account_id, monitor_id, started_at, severity);
`
