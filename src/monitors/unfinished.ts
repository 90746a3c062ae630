import type { Instant } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'
import { BROKEN_OFF } from './verify.ts'

/** Verifications a process before this one left running have failed: nobody looks any more. */
export async function breakOffVerifications(db: Db, now: Instant): Promise<void> {
  await db
    .updateTable('verifications')
    .set({ status: 'fail', detail: BROKEN_OFF, finished_at: now })
    .where('status', '=', 'running')
    .execute()
}
