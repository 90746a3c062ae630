/** Since when a monitor is paused: whatever else of it changes meanwhile. */
export const pausedAt = `
alter table monitors add column paused_at integer;
update monitors set paused_at = updated_at where is_active = 0;
`
