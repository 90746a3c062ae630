declare const kind: unique symbol

/** A row's id. Ids of different kinds do not mix, though all are integers on the wire. */
export type Id<Kind extends string> = number & { readonly [kind]?: Kind }

export type AccountId = Id<'account'>
export type MonitorId = Id<'monitor'>
export type IncidentId = Id<'incident'>
export type ChannelId = Id<'channel'>
