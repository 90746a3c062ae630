import { audit, type By } from '../audit/index.ts'
import type { Id, Instant } from '../kernel/index.ts'
import type { AccountDb, AccountTx } from '../storage/index.ts'
import type { HeldRole, RoleGrant, Subject } from './roles.ts'

/** The roles given in a place, oldest first. */
export async function listGrants(db: AccountTx, linkId: Id<'link'>): Promise<RoleGrant[]> {
  const rows = await db
    .selectFrom('role_grants')
    .selectAll()
    .where('chat_link_id', '=', linkId)
    .orderBy('id')
    .execute()
  return rows.map((it) => ({
    subject: { kind: it.kind, id: it.subject_id, displayName: it.display_name },
    role: it.role,
    givenBy: it.given_by,
    givenAt: it.given_at,
  }))
}

/**
 * Gives a role in a place, or with `none` takes it away; answers what was given before. The link is
 * one of the account's.
 */
export async function setGrant(
  db: AccountDb,
  now: Instant,
  by: By,
  linkId: Id<'link'>,
  { kind, id, displayName }: Subject,
  role: HeldRole,
): Promise<HeldRole> {
  return db.transaction().execute(async (tx) => {
    const grants = await listGrants(tx, linkId)
    const before = grants.find(({ subject }) => subject.kind === kind && subject.id === id)
    const old = before?.role ?? 'none'
    if (old === role) return old
    await tx
      .deleteFrom('role_grants')
      .where('chat_link_id', '=', linkId)
      .where('kind', '=', kind)
      .where('subject_id', '=', id)
      .execute()
    if (role !== 'none')
      await tx
        .insertInto('role_grants')
        .values({
          chat_link_id: linkId,
          kind,
          subject_id: id,
          display_name: displayName,
          role,
          given_by: by.name,
          given_at: now,
        })
        .execute()
    const who = `${displayName} (${kind} ${id})`
    await audit(
      tx,
      now,
      by,
      role === 'none' ? 'role.take' : 'role.give',
      `/api/chat_links/${linkId}`,
      { who: [before === undefined ? null : who, role === 'none' ? null : who], role: [old, role] },
    )
    return old
  })
}
