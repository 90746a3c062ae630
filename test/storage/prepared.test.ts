import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AccountDb,
  type AccountTx,
  bindAccount,
  type Db,
  openDatabase,
  prepared,
  UnboundQuery,
} from '../../src/storage/index.ts'

/** Two accounts with three monitors each: 1, 3, 5 and 2, 4, 6. */
async function twoAccounts(): Promise<Db> {
  const db = await openDatabase(':memory:')
  for (const name of ['ours', 'theirs'])
    await db.insertInto('accounts').values({ name, plan: 'business', created_at: 1 }).execute()
  for (let id = 1; id <= 6; id += 1)
    await bindAccount(db, 2 - (id % 2))
      .insertInto('monitors')
      .values({
        type: 'HTTP',
        name: `monitor ${id % 3}`,
        url: 'http://shop.test/',
        interval_ms: 1,
        timeout_ms: 1,
        options: '{}',
        policy: '{}',
        created_at: 1,
        updated_at: 1,
      })
      .execute()
  return db
}

type Wanted = { readonly ids: readonly number[]; readonly name: string; readonly most: number }
type Direction = 'asc' | 'desc'

const build = (db: AccountTx, { ids, name, most }: Wanted, direction: Direction) =>
  db
    .selectFrom('monitors')
    .select(['id', 'account_id', 'name'])
    .where('id', 'in', ids)
    .where('name', '!=', name)
    .orderBy('id', direction)
    .limit(most)

const asked = fc.record({
  account: fc.constantFrom(1, 2),
  monitors: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1 })),
  ids: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
  name: fc.constantFrom('monitor 0', 'monitor 1', "it's ?"),
  most: fc.integer({ min: 0, max: 4 }),
  direction: fc.constantFrom<Direction>('asc', 'desc'),
})

test('a prepared query finds what the same query finds, for every account, key and value', async () => {
  await using db = await twoAccounts()
  const ask = prepared(build)
  await fc.assert(
    fc.asyncProperty(asked, async ({ account, monitors, direction, ...wanted }) => {
      const bound = bindAccount(db, account, monitors)
      const found = await ask(bound, wanted, direction)
      expect(found).toEqual(await build(bound, wanted, direction).execute())
      expect(found.every((it) => it.account_id === account)).toBe(true)
    }),
  )
})

test('it is part of the transaction it is asked in, and sees changes at once', async () => {
  await using db = await twoAccounts()
  const names = prepared((of: AccountTx) => of.selectFrom('monitors').select('name').orderBy('id'))
  const bound: AccountDb = bindAccount(db, 1)
  const failed = bound.transaction().execute(async (tx) => {
    await tx.updateTable('monitors').set({ name: 'blog' }).execute()
    expect(new Set((await names(tx, {})).map((it) => it.name))).toEqual(new Set(['blog']))
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect((await names(bound, {})).map((it) => it.name)).toEqual([
    'monitor 1',
    'monitor 0',
    'monitor 2',
  ])
  await bound.deleteFrom('monitors').execute()
  expect(await names(bound, {})).toEqual([])
})

test('asked beside a transaction it waits for the end, and sees nothing of what was taken back', async () => {
  await using db = await twoAccounts()
  const names = prepared((of: AccountTx) => of.selectFrom('monitors').select('name').orderBy('id'))
  const bound: AccountDb = bindAccount(db, 1)
  const before = await names(bound, {})
  const rename = async (name: string, isKept: boolean) => {
    let beside: Promise<{ name: string }[]> | undefined
    await bound
      .transaction()
      .execute(async (tx) => {
        await tx.updateTable('monitors').set({ name }).execute()
        beside = names(bound, {})
        await tx
          .updateTable('monitors')
          .set({ name: `${name}!` })
          .execute()
        if (!isKept) throw new Error('no')
      })
      .catch(() => {})
    return beside
  }
  expect(await rename('blog', false)).toEqual(before)
  expect(new Set((await rename('blog', true))?.map((it) => it.name))).toEqual(new Set(['blog!']))
})

test('it stamps what it inserts', async () => {
  await using db = await twoAccounts()
  const add = prepared((of: AccountTx, { about }: { readonly about: string }) =>
    of.insertInto('request_logs').values({
      key_prefix: 'upty_a1b2',
      method: 'GET',
      path: about,
      status: 200,
      duration_ms: 1,
      request_id: 'one',
      requested_at: 1,
    }),
  )
  for (const account of [1, 2, 1]) await add(bindAccount(db, account), { about: `/${account}` })
  expect(await db.selectFrom('request_logs').select(['account_id', 'path']).execute()).toEqual([
    { account_id: 1, path: '/1' },
    { account_id: 2, path: '/2' },
    { account_id: 1, path: '/1' },
  ])
})

test('one that goes round the handle it is given is refused', async () => {
  await using db = await twoAccounts()
  const all = prepared<AccountTx, Record<string, never>, { id: number }>(() =>
    db.selectFrom('monitors').select('id'),
  )
  await expect(all(bindAccount(db, 1), {})).rejects.toThrow(UnboundQuery)
})
