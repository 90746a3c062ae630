import { audit, type By } from '../audit/index.ts'
import { nameRule, type AccountId, Fault, type Instant, parseInput } from '../kernel/index.ts'
import { type AccountDb, type Db, prepared, sqliteCode } from '../storage/index.ts'

export type Plan = 'free' | 'team' | 'business'

/** What a plan allows. Null: without limit. */
export interface Limits {
  readonly requestsPerMinute: number
  readonly checksPerMinute: number
  readonly monitors: number | null
  readonly keys: number
  readonly minIntervalSeconds: number
}

export const PLANS: Readonly<Record<Plan, Limits>> = {
  free: {
    requestsPerMinute: 60,
    checksPerMinute: 10,
    monitors: 50,
    keys: 10,
    minIntervalSeconds: 60,
  },
  team: {
    requestsPerMinute: 600,
    checksPerMinute: 60,
    monitors: 1000,
    keys: 10,
    minIntervalSeconds: 10,
  },
  business: {
    requestsPerMinute: 3000,
    checksPerMinute: 600,
    monitors: null,
    keys: 10,
    minIntervalSeconds: 10,
  },
}

export interface Account {
  readonly id: AccountId
  readonly name: string
  readonly plan: Plan
  readonly timezone: string
}

const columns = ['id', 'name', 'plan', 'timezone'] as const

const byId = prepared((db: Db, given: { readonly id: AccountId }) =>
  db.selectFrom('accounts').select(columns).where('id', '=', given.id),
)

export async function accountById(db: Db, id: AccountId): Promise<Account | undefined> {
  return (await byId(db, { id }))[0]
}

/** The account whose terminal and whose first key this is; undefined before the first start. */
export async function firstAccount(db: Db): Promise<Account | undefined> {
  return db.selectFrom('accounts').select(columns).orderBy('id').executeTakeFirst()
}

/** @throws Fault `account_unknown` */
export async function accountNamed(db: Db, name: string): Promise<Account> {
  const found = await db
    .selectFrom('accounts')
    .select(columns)
    .where('name', '=', name)
    .executeTakeFirst()
  if (found === undefined) throw new Fault('account_unknown', { name: JSON.stringify(name) })
  return found
}

/** The account of that name (the first one where none is given), made if it is new. */
export async function ensureAccount(
  db: Db,
  now: Instant,
  plan: Plan,
  name?: string,
): Promise<Account> {
  const wanted = name === undefined ? undefined : parseInput(nameRule, name)
  const find = async (from: Db) => {
    const known = from.selectFrom('accounts').select(columns).orderBy('id')
    return (wanted === undefined ? known : known.where('name', '=', wanted)).executeTakeFirst()
  }
  // Looked for first: who only reads waits for nobody's write.
  return (
    (await find(db)) ??
    db.transaction().execute(
      async (tx) =>
        (await find(tx)) ??
        tx
          .insertInto('accounts')
          .values({ name: wanted ?? 'main', plan, created_at: now })
          .returning(columns)
          .executeTakeFirstOrThrow(),
    )
  )
}

/**
 * Gives the account another name or time zone; both have passed `nameRule` and `zoneRule`.
 * @throws Fault `account_taken`
 */
export async function editAccount(
  db: AccountDb,
  now: Instant,
  by: By,
  change: Partial<Pick<Account, 'name' | 'timezone'>>,
): Promise<Account> {
  try {
    return await db.transaction().execute(async (tx) => {
      const before = await tx.selectFrom('accounts').select(columns).executeTakeFirstOrThrow()
      const after = { ...before, ...change }
      const fields = (['name', 'timezone'] as const).filter((it) => after[it] !== before[it])
      if (fields.length === 0) return before
      await tx.updateTable('accounts').set(change).execute()
      const changes = fields.map((it) => [it, [before[it], after[it]] as const] as const)
      const subject = `/api/users/${before.id}`
      await audit(tx, now, by, 'account.update', subject, Object.fromEntries(changes))
      return after
    })
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
    throw new Fault('account_taken', { name: JSON.stringify(change.name) })
  }
}
