export const ROLES = ['viewer', 'responder', 'manager', 'owner'] as const
export type Role = (typeof ROLES)[number]

/** Whether `held` is enough where `needed` is asked for. */
export const mayAct = (held: Role, needed: Role): boolean =>
  ROLES.indexOf(held) >= ROLES.indexOf(needed)

/** What the platform says of a person in a place. */
export type Standing = 'creator' | 'administrator' | 'member'

/** The highest that applies: who linked it or made the place owns it, administrators manage. */
export function roleIn(
  link: { readonly linkedBy: string; readonly defaultRole: Role },
  who: { readonly userId: string; readonly standing: Standing },
): Role {
  if (who.standing === 'creator') return 'owner'
  // Nobody's id: a person whom the platform does not name, and whom anybody could be.
  if (who.userId !== '' && who.userId === link.linkedBy) return 'owner'
  if (who.standing === 'administrator') return 'manager'
  return link.defaultRole
}
