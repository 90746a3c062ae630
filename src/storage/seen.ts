import { type Db, isPassing } from './open.ts'

const KEPT = 1000

/**
 * Which updates of a platform were taken up already, across restarts: the newest thousand. While
 * the database cannot write they are kept in mind, so that people are answered all the same.
 */
export function seenUpdates(db: Db) {
  const unwritten = new Set<number>()
  return {
    /** Records the update; false when it was known. */
    async first(updateId: number): Promise<boolean> {
      if (unwritten.has(updateId)) return false
      try {
        return await write(db, updateId)
      } catch (error) {
        if (!isPassing(error)) throw error
        unwritten.add(updateId)
        if (unwritten.size > KEPT) unwritten.delete(unwritten.values().next().value!)
        return true
      }
    },
  }
}

const write = (db: Db, updateId: number): Promise<boolean> =>
  db.transaction().execute(async (tx) => {
    const added = await tx
      .insertInto('seen_updates')
      .values({ update_id: updateId })
      .onConflict((oc) => oc.doNothing())
      .returning('seq')
      .executeTakeFirst()
    if (added === undefined) return false
    await tx
      .deleteFrom('seen_updates')
      .where('seq', '<=', added.seq - KEPT)
      .execute()
    return true
  })
