import { sql, type Transaction } from 'kysely'
import type { Db } from './open.ts'
import type { Tables } from './tables.ts'

/**
 * A transaction that a power cut may lose though it was committed (`synchronous = normal`): for
 * samples, which come by the thousand and of which a second's worth may be lost. A crash of the
 * process alone loses nothing.
 */
export async function relaxedTransaction<T>(
  db: Db,
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.connection().execute(async (held) => {
    await sql`pragma synchronous = normal`.execute(held)
    try {
      return await held.transaction().execute(work)
    } finally {
      await sql`pragma synchronous = full`.execute(held)
    }
  })
}
