import { markExposed } from '../accounts/index.ts'
import type { Instant } from '../kernel/index.ts'
import { bindAccount, type Db } from '../storage/index.ts'
import { queueEvent } from './queue.ts'

/** A key was seen in a URL: its account is told, once a key. True when there is news. */
export async function tellExposed(db: Db, now: Instant, secret: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const key = await markExposed(tx, now, secret)
    if (key === undefined) return false
    const { id, name, prefix } = key
    await queueEvent(
      bindAccount(tx, key.accountId),
      now,
      'key.exposed',
      { kind: 'exposed', keyName: name, prefix },
      { key: { '@id': `/api/api_keys/${id}`, id, name, prefix: `${prefix}****` } },
    )
    return true
  })
}
