import type { Instant } from '../kernel/index.ts'

export const ROLES = ['viewer', 'responder', 'manager', 'owner'] as const
export type Role = (typeof ROLES)[number]

/** `none`: not even a look. */
export type HeldRole = Role | 'none'

/** What everybody in a place may be. */
export const DEFAULT_ROLES = ['viewer', 'responder', 'manager', 'none'] as const
export type DefaultRole = (typeof DEFAULT_ROLES)[number]

// `none` is not in the list, and so below all that are.
const rankOf = (role: HeldRole): number => (ROLES as readonly HeldRole[]).indexOf(role)

/** Whether `held` is enough where `needed` is asked for. */
export const mayAct = (held: HeldRole, needed: Role): boolean => rankOf(held) >= rankOf(needed)

/** What the platform says of a person in a place. */
export type Standing = 'creator' | 'administrator' | 'member'

/** A person, or everybody with a role of the platform's own, by the platform's id. */
export interface Subject {
  readonly kind: 'person' | 'role'
  readonly id: string
  readonly displayName: string
}

/** A role given in a place. */
export interface RoleGrant {
  readonly subject: Subject
  readonly role: Role
  readonly givenBy: string
  readonly givenAt: Instant
}

/** Why somebody has his role. */
export type Reason = 'creator' | 'linker' | 'administrator' | 'default' | RoleGrant

interface Linked {
  readonly linkedBy: string
  readonly defaultRole: DefaultRole
}

/** Who spent the code. An empty id is nobody's: whom the platform does not name, anybody could be. */
export const isLinker = ({ linkedBy }: Pick<Linked, 'linkedBy'>, userId: string): boolean =>
  userId !== '' && userId === linkedBy

/** The highest that applies: who linked it or made the place owns it, administrators manage. */
export function roleIn(
  link: Linked,
  grants: readonly RoleGrant[],
  who: {
    readonly userId: string
    readonly standing: Standing
    readonly roleIds?: readonly string[]
  },
): { readonly role: HeldRole; readonly reason: Reason } {
  if (who.standing === 'creator') return { role: 'owner', reason: 'creator' }
  if (isLinker(link, who.userId)) return { role: 'owner', reason: 'linker' }
  const mine = grants.filter(({ subject: { kind, id } }) =>
    kind === 'person' ? id === who.userId : who.roleIds?.includes(id) === true,
  )
  const held: { readonly role: HeldRole; readonly reason: Reason }[] = [
    ...mine.map((grant) => ({ role: grant.role, reason: grant })),
    ...(who.standing === 'administrator'
      ? [{ role: 'manager', reason: 'administrator' } as const]
      : []),
    { role: link.defaultRole, reason: 'default' },
  ]
  return held.reduce((best, it) => (rankOf(it.role) > rankOf(best.role) ? it : best))
}
