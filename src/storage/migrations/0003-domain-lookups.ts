/** What registries said of domains, whoever watches them, and when they may be asked again. */
export const domainLookups = `
create table domain_lookups (
  domain text primary key,
  answer text,
  checked_at integer,
  failures integer not null default 0,
  retry_at integer not null default 0,
  why text
) strict, without rowid;
`
