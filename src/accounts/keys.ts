import { createHash } from 'node:crypto'
import { z } from 'zod'
import { audit, type By } from '../audit/index.ts'
import {
  nameRule,
  type AccountId,
  type Chance,
  Fault,
  type Id,
  type Instant,
  MINUTE,
  parseInput,
} from '../kernel/index.ts'
import { type AccountDb, type AccountTx, type Db, isPassing } from '../storage/index.ts'
import { PLANS } from './accounts.ts'

export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whether a key of scope `held` may do what needs `needed`. */
export const reaches = (held: Scope, needed: Scope): boolean =>
  SCOPES.indexOf(held) >= SCOPES.indexOf(needed)

/** Who asks with a key: its account and what it may do there. */
export interface Principal {
  readonly keyId: Id<'key'>
  readonly accountId: AccountId
  /** `upty_a1b2`, fit for logs. */
  readonly prefix: string
  readonly scope: Scope
  readonly expiresAt: Instant | null
}

const SECRET_BYTES = 24
const PREFIX_LENGTH = 'upty_'.length + 4
const KEY = /^upty_[0-9a-f]{48}$/
const TOUCH_MS = MINUTE

const newKey = z.strictObject({
  name: nameRule,
  scope: z.enum(SCOPES, 'must be read, write or admin').default('write'),
})

export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex')

const live = (db: AccountTx, now: Instant) =>
  db
    .selectFrom('keys')
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))

/**
 * Makes a key; the answer is the only place it is ever readable.
 * @throws Fault `keys_full`, InvalidInput
 */
export async function createKey(
  db: AccountDb,
  now: Instant,
  chance: Chance,
  by: By,
  input: { name: string; scope?: string },
): Promise<string> {
  const { name, scope } = parseInput(newKey, input)
  const key = `upty_${Buffer.from(chance.bytes(SECRET_BYTES)).toString('hex')}`
  await db.transaction().execute(async (tx) => {
    const { count } = await live(tx, now)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    const limit = PLANS.business.keys
    if (count >= limit) throw new Fault('keys_full', { limit: String(limit) })
    const { id } = await tx
      .insertInto('keys')
      .values({
        name,
        scope,
        hash: hashSecret(key),
        prefix: key.slice(0, PREFIX_LENGTH),
        created_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(tx, now, by, 'key.create', `/api/api_keys/${id}`, {
      name: [null, name],
      scope: [null, scope],
    })
  })
  return key
}

/** A live key without its secret, as people tell them apart. */
export interface KeyCard {
  readonly prefix: string
  readonly name: string
  readonly scope: Scope
  readonly createdAt: Instant
  readonly lastUsedAt: Instant | null
  /** It was seen in a URL: to be replaced. */
  readonly exposedAt: Instant | null
}

export async function listKeys(db: AccountTx, now: Instant): Promise<KeyCard[]> {
  return live(db, now)
    .select([
      'prefix',
      'name',
      'scope',
      'created_at as createdAt',
      'last_used_at as lastUsedAt',
      'exposed_at as exposedAt',
    ])
    .orderBy('id')
    .execute()
}

/**
 * Ends every live key that begins with `prefix` (`upty_a1b2`); from its next request on it is
 * refused. Answers their names. @throws Fault `key_unknown`
 */
export async function revokeKeys(
  db: AccountDb,
  now: Instant,
  by: By,
  prefix: string,
): Promise<string[]> {
  return db.transaction().execute(async (tx) => {
    const found = await live(tx, now)
      .select(['id', 'name'])
      .where('prefix', '=', prefix.slice(0, PREFIX_LENGTH))
      .execute()
    if (found.length === 0)
      throw new Fault('key_unknown', { prefix: JSON.stringify(prefix.slice(0, PREFIX_LENGTH)) })
    for (const { id, name } of found) {
      await tx.updateTable('keys').set({ revoked_at: now }).where('id', '=', id).execute()
      await audit(tx, now, by, 'key.revoke', `/api/api_keys/${id}`, { name: [name, null] })
    }
    return found.map(({ name }) => name)
  })
}

/** The key's owner, asked of the database each time: a revoked key is refused from the next request on. */
export async function findPrincipal(
  db: Db,
  now: Instant,
  secret: string,
): Promise<Principal | undefined> {
  if (!KEY.test(secret)) return undefined
  const row = await live(db, now)
    .select(['id', 'account_id', 'prefix', 'scope', 'expires_at', 'last_used_at'])
    .where('hash', '=', hashSecret(secret))
    .executeTakeFirst()
  if (row === undefined) return undefined
  // To the minute is enough, and spares a write on every request.
  if (row.last_used_at === null || now - row.last_used_at >= TOUCH_MS) await touch(db, now, row.id)
  return {
    keyId: row.id,
    accountId: row.account_id,
    prefix: row.prefix,
    scope: row.scope,
    expiresAt: row.expires_at,
  }
}

/** No reason to turn anybody away: a database that cannot write now can still be read. */
async function touch(db: Db, now: Instant, id: Id<'key'>): Promise<void> {
  try {
    await db.updateTable('keys').set({ last_used_at: now }).where('id', '=', id).execute()
  } catch (error) {
    if (!isPassing(error)) throw error
  }
}

/** Notes that a live key was seen in a URL, where logs and histories keep it. */
export async function markExposed(db: Db, now: Instant, secret: string): Promise<void> {
  if (!KEY.test(secret)) return
  await db
    .updateTable('keys')
    .set({ exposed_at: now })
    .where('hash', '=', hashSecret(secret))
    .where('exposed_at', 'is', null)
    .execute()
}
