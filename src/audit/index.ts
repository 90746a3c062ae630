import { isDeepStrictEqual } from 'node:util'
import type { Instant } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** Who changes something: a key by its prefix, a chat member or the shell by name, or ourselves. */
export interface By {
  readonly type: 'key' | 'chat' | 'cli' | 'engine'
  readonly name: string
  /** Where from, for chat: the server's or chat's title. */
  readonly place?: string
}

export type Changes = Readonly<Record<string, readonly [old: unknown, now: unknown]>>

/** Old and new of each field of `after` that differs; what was not there yet is null. */
export function differences(before: object, after: object): Changes {
  const old = before as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(after)
      .filter(([field, value]) => !isDeepStrictEqual(old[field] ?? null, value))
      .map(([field, value]) => [field, [old[field] ?? null, value] as const]),
  )
}

/** Writes one row in the caller's transaction. `action` is `monitor.pause`, `subject` an IRI. */
export async function audit(
  tx: AccountTx,
  now: Instant,
  by: By,
  action: string,
  subject: string,
  changes: Changes = {},
): Promise<void> {
  await tx
    .insertInto('audit_logs')
    .values({
      actor_type: by.type,
      actor: by.name,
      place: by.place ?? null,
      action,
      subject,
      changes: JSON.stringify(changes),
      changed_at: now,
    })
    .execute()
}

export { type AuditEntry, type AuditFilter, listAudit } from './list.ts'
