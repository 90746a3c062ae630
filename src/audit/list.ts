import type { Selectable } from 'kysely'
import type { Instant } from '../kernel/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'

export type AuditEntry = Selectable<Tables['audit_logs']>

export interface AuditFilter {
  readonly actorTypes?: readonly AuditEntry['actor_type'][]
  readonly action?: string
  readonly subject?: string
  readonly changed?: readonly { readonly op: '>' | '>=' | '<' | '<='; readonly at: Instant }[]
}

function matching(db: AccountTx, { actorTypes, action, subject, changed = [] }: AuditFilter) {
  let query = db.selectFrom('audit_logs')
  if (actorTypes !== undefined) query = query.where('actor_type', 'in', actorTypes)
  if (action !== undefined) query = query.where('action', '=', action)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  for (const { op, at } of changed) query = query.where('changed_at', op, at)
  return query
}

/** Newest first, with how many there are. */
export async function listAudit(
  db: AccountTx,
  filter: AuditFilter,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly entries: readonly AuditEntry[] }> {
  const { total } = await matching(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const entries = await matching(db, filter)
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { total, entries }
}
