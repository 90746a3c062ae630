import { createHash } from 'node:crypto'
import type { Db } from '../../src/storage/index.ts'

/** A key may ask 3,000 times a minute. */
export const KEYS: readonly string[] = Array.from(
  { length: 100 },
  (_, at) => `upty_${String(at).padStart(48, '0')}`,
)

export async function addKeys(tx: Db, now: number): Promise<void> {
  for (const key of KEYS)
    await tx
      .insertInto('keys')
      .values({
        account_id: 1,
        name: 'bench',
        hash: createHash('sha256').update(key).digest('hex'),
        prefix: key.slice(0, 9),
        scope: 'read',
        created_at: now,
      })
      .execute()
}
