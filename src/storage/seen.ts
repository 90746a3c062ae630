import type { Db } from './open.ts'

const KEPT = 1000

/** Which updates of a platform were taken up already, across restarts: the newest thousand. */
export function seenUpdates(db: Db) {
  return {
    /** Records the update; false when it was known. */
    async first(updateId: number): Promise<boolean> {
      return db.transaction().execute(async (tx) => {
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
    },
  }
}
