/** Incidents that were taken over are older than ones with lower ids: lists go by when they began. */
export const incidentsInTime = `
create index incidents_in_time on incidents (account_id, started_at, id);
`
