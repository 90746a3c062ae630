/** Looks are listed by time, of one monitor or of all: those kept whole and those kept as samples. */
export const checksInTime = `
create index checks_of_monitor_in_time on checks (monitor_id, started_at);
create index checks_of_account_in_time on checks (account_id, started_at);
-- Time first: with the account first SQLite takes it for one monitor's span, too, and reads all.
create index samples_in_time on samples (at, account_id, status);
`
