import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { audit, type By } from '../audit/index.ts'
import {
  nameRule,
  type AccountId,
  type Chance,
  Fault,
  InvalidInput,
  type Id,
  type Instant,
  MINUTE,
  type MonitorId,
  parseInput,
} from '../kernel/index.ts'
import { type AccountDb, type AccountTx, type Db, isPassing, prepared } from '../storage/index.ts'
import { type Account, PLANS } from './accounts.ts'

export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** Whether a key of scope `held` may do what needs `needed`. */
export const reaches = (held: Scope, needed: Scope): boolean =>
  SCOPES.indexOf(held) >= SCOPES.indexOf(needed)

/** Who asks with a key: its account and what it may do there. */
export interface Principal {
  readonly keyId: Id<'key'>
  readonly accountId: AccountId
  readonly account: Account
  /** `upty_a1b2`, fit for logs. */
  readonly prefix: string
  readonly scope: Scope
  readonly expiresAt: Instant | null
  /** The monitors it is for; null: all of them. */
  readonly targets: readonly MonitorId[] | null
}

const SECRET_BYTES = 24
const PREFIX_LENGTH = 'upty_'.length + 4
const KEY = /^upty_[0-9a-f]{48}$/
const TOUCH_MS = MINUTE

const MOST_TARGETS = 100
const TARGETS_RULE = `must be null for all, or a list of 1 to ${MOST_TARGETS} different targets of yours`
const END_RULE = 'must be in the future, or null for never'

const newKey = z.strictObject({
  name: nameRule,
  scope: z.enum(SCOPES, 'must be read, write or admin').default('write'),
  targets: z
    .array(z.int(TARGETS_RULE), TARGETS_RULE)
    .max(MOST_TARGETS, TARGETS_RULE)
    .refine((ids) => new Set(ids).size === ids.length, {
      error: TARGETS_RULE,
      params: { code: 'length' },
    })
    .nullable()
    .default(null),
  expiresAt: z.int().nullable().default(null),
})
type KeyConfig = z.output<typeof newKey>

function refusePast(expiresAt: Instant | null, now: Instant): void {
  if (expiresAt !== null && expiresAt <= now)
    throw new InvalidInput([{ path: 'expiresAt', code: 'range', message: END_RULE }])
}

/** What a key is for is the account's own, and not for all who manage keys. @throws InvalidInput */
async function refuseTargets(
  tx: AccountTx,
  { scope, targets }: Pick<KeyConfig, 'scope' | 'targets'>,
): Promise<void> {
  if (targets === null) return
  if (scope === 'admin')
    throw new InvalidInput([
      { path: 'targets', code: 'conflict', message: 'must be null with scope admin' },
    ])
  if (targets.length === 0)
    throw new InvalidInput([{ path: 'targets', code: 'length', message: TARGETS_RULE }])
  const rows = await tx.selectFrom('monitors').select('id').where('id', 'in', targets).execute()
  const mine = new Set(rows.map(({ id }) => id))
  const violations = targets.flatMap((id, index) =>
    mine.has(id)
      ? []
      : [
          {
            path: `targets[${index}]`,
            code: 'not_found' as const,
            message: 'must be a target of yours',
          },
        ],
  )
  if (violations.length > 0) throw new InvalidInput(violations)
}

export const hashSecret = (secret: string): string => hash('sha256', secret)

const live = (db: AccountTx, now: Instant) =>
  db
    .selectFrom('keys')
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))

/** A live key without its secret, as people tell them apart. */
export interface KeyCard {
  readonly id: Id<'key'>
  readonly prefix: string
  readonly name: string
  readonly scope: Scope
  /** The monitors it is for, of those that are left; null: all of them. */
  readonly targets: readonly MonitorId[] | null
  readonly createdAt: Instant
  readonly expiresAt: Instant | null
  readonly lastUsedAt: Instant | null
  /** It was seen in a URL: to be replaced. */
  readonly exposedAt: Instant | null
}

export interface NewKey {
  readonly card: KeyCard
  /** The only place it is ever readable. */
  readonly key: string
}

const readTargets = (targets: string | null): readonly MonitorId[] | null =>
  targets === null ? null : (JSON.parse(targets) as MonitorId[])

const cards = (db: AccountTx, now: Instant) =>
  live(db, now).select([
    'id',
    'prefix',
    'name',
    'scope',
    'targets',
    'created_at as createdAt',
    'expires_at as expiresAt',
    'last_used_at as lastUsedAt',
    'exposed_at as exposedAt',
  ])

const toCard = (row: Omit<KeyCard, 'targets'> & { readonly targets: string | null }): KeyCard => ({
  ...row,
  targets: readTargets(row.targets),
})

async function insertKey(
  tx: AccountTx,
  { now, chance, by }: KeyTools,
  { name, scope, targets, expiresAt }: Pick<KeyCard, keyof KeyConfig>,
): Promise<NewKey> {
  const key = `upty_${Buffer.from(chance.bytes(SECRET_BYTES)).toString('hex')}`
  const { id } = await tx
    .insertInto('keys')
    .values({
      name,
      scope,
      hash: hashSecret(key),
      prefix: key.slice(0, PREFIX_LENGTH),
      targets: targets === null ? null : JSON.stringify(targets),
      created_at: now,
      expires_at: expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(tx, now, by, 'key.create', `/api/api_keys/${id}`, {
    name: [null, name],
    scope: [null, scope],
    ...(targets === null ? {} : { targets: [null, targets] }),
  })
  return { key, card: await getKey(tx, now, id) }
}

async function refuseEleventh(tx: AccountTx, now: Instant): Promise<void> {
  const { count } = await live(tx, now)
    // Replaced already, and only there until its successor is everywhere.
    .where('replaced_at', 'is', null)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const limit = PLANS.business.keys
  if (count >= limit) throw new Fault('keys_full', { limit: String(limit) })
}

export interface KeyTools {
  readonly now: Instant
  readonly chance: Chance
  readonly by: By
}

/** @throws Fault `keys_full`, InvalidInput */
export async function createKey(
  db: AccountDb,
  tools: KeyTools,
  input: Readonly<Record<string, unknown>>,
): Promise<NewKey> {
  const wanted = parseInput(newKey, input)
  refusePast(wanted.expiresAt, tools.now)
  return db.transaction().execute(async (tx) => {
    await refuseTargets(tx, wanted)
    await refuseEleventh(tx, tools.now)
    return insertKey(tx, tools, wanted)
  })
}

/**
 * A key in the place of another, which ends at once or after `overlapMs`, so that nothing that uses
 * it stands still meanwhile. @throws Fault `key_gone`
 */
export async function rotateKey(
  db: AccountDb,
  tools: KeyTools,
  id: Id<'key'>,
  overlapMs: number,
): Promise<NewKey> {
  const { now, by } = tools
  return db.transaction().execute(async (tx) => {
    const old = await getKey(tx, now, id)
    const ends = Math.min(now + overlapMs, old.expiresAt ?? Infinity)
    await tx
      .updateTable('keys')
      .set(overlapMs === 0 ? { revoked_at: now } : { expires_at: ends, replaced_at: now })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'key.rotate', `/api/api_keys/${id}`)
    return insertKey(tx, tools, old)
  })
}

/** Its name, its end and what it is for; its scope stays. @throws Fault `key_gone`, InvalidInput */
export async function editKey(
  db: AccountDb,
  { now, by }: KeyTools,
  id: Id<'key'>,
  change: (card: KeyCard) => Readonly<Record<string, unknown>>,
): Promise<KeyCard> {
  return db.transaction().execute(async (tx) => {
    const before = await getKey(tx, now, id)
    const { name, scope, targets, expiresAt } = parseInput(newKey, change(before))
    if (scope !== before.scope)
      throw new InvalidInput([
        { path: 'scope', code: 'immutable', message: `is ${before.scope} and stays so` },
      ])
    const isSame = isDeepStrictEqual(targets, before.targets)
    if (name === before.name && expiresAt === before.expiresAt && isSame) return before
    if (expiresAt !== before.expiresAt) refusePast(expiresAt, now)
    if (!isSame) {
      await refuseTargets(tx, { scope, targets })
      await tx
        .updateTable('keys')
        .set({ targets: targets === null ? null : JSON.stringify(targets) })
        .where('id', '=', id)
        .execute()
    }
    await tx.updateTable('keys').set({ name, expires_at: expiresAt }).where('id', '=', id).execute()
    await audit(tx, now, by, 'key.update', `/api/api_keys/${id}`, {
      name: [before.name, name],
      ...(isSame ? {} : { targets: [before.targets, targets] }),
    })
    return getKey(tx, now, id)
  })
}

/** From its next request on it is refused. @throws Fault `key_gone` */
export async function revokeKey(
  db: AccountDb,
  { now, by }: Pick<KeyTools, 'now' | 'by'>,
  id: Id<'key'>,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { name } = await getKey(tx, now, id)
    await tx.updateTable('keys').set({ revoked_at: now }).where('id', '=', id).execute()
    await audit(tx, now, by, 'key.revoke', `/api/api_keys/${id}`, { name: [name, null] })
  })
}

export async function listKeys(db: AccountTx, now: Instant): Promise<KeyCard[]> {
  return (await cards(db, now).orderBy('id').execute()).map(toCard)
}

/** @throws Fault `key_gone`: unknown, another account's, revoked or expired */
export async function getKey(db: AccountTx, now: Instant, id: Id<'key'>): Promise<KeyCard> {
  const card = await cards(db, now).where('id', '=', id).executeTakeFirst()
  if (card === undefined) throw new Fault('key_gone', { name: `#${id}` })
  return toCard(card)
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

const liveKey = prepared((db: Db, given: { readonly now: Instant; readonly hash: string }) =>
  live(db, given.now)
    .innerJoin('accounts', 'accounts.id', 'keys.account_id')
    .select(['keys.id', 'prefix', 'scope', 'targets', 'expires_at', 'last_used_at'])
    .select(['account_id', 'accounts.name', 'plan', 'timezone'])
    .where('hash', '=', given.hash),
)

/** The key's owner, asked of the database each time: a revoked key is refused from the next request on. */
export async function findPrincipal(
  db: Db,
  now: Instant,
  secret: string,
): Promise<Principal | undefined> {
  if (!KEY.test(secret)) return undefined
  const [row] = await liveKey(db, { now, hash: hashSecret(secret) })
  if (row === undefined) return undefined
  // To the minute is enough, and spares a write on every request.
  if (row.last_used_at === null || now - row.last_used_at >= TOUCH_MS) await touch(db, now, row.id)
  return {
    keyId: row.id,
    accountId: row.account_id,
    account: { id: row.account_id, name: row.name, plan: row.plan, timezone: row.timezone },
    prefix: row.prefix,
    scope: row.scope,
    expiresAt: row.expires_at,
    targets: readTargets(row.targets),
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

/**
 * Notes that a live key was seen in a URL, where logs and histories keep it; the key, the first time
 * only.
 */
export async function markExposed(
  db: Db,
  now: Instant,
  secret: string,
): Promise<(Pick<KeyCard, 'id' | 'name' | 'prefix'> & { accountId: AccountId }) | undefined> {
  if (!KEY.test(secret)) return undefined
  return db
    .updateTable('keys')
    .set({ exposed_at: now })
    .where('hash', '=', hashSecret(secret))
    .where('exposed_at', 'is', null)
    .returning(['id', 'name', 'prefix', 'account_id as accountId'])
    .executeTakeFirst()
}
