import * as fc from 'fast-check'
import { type ExpressionBuilder, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  bindAccount,
  type Db,
  openDatabase,
  type Tables,
  UnboundQuery,
} from '../../src/storage/index.ts'

async function twoAccounts(db: Db) {
  for (const name of ['ours', 'theirs'])
    await db.insertInto('accounts').values({ name, plan: 'business', created_at: 1 }).execute()
  const [ours, theirs] = [bindAccount(db, 1), bindAccount(db, 2)]
  for (const [account, name] of [
    [ours, 'shop'],
    [theirs, 'secret'],
  ] as const)
    await account
      .insertInto('monitors')
      .values({
        type: 'HTTP',
        name,
        url: 'http://x/',
        interval_ms: 1,
        timeout_ms: 1,
        options: '{}',
        policy: '{}',
        created_at: 1,
        updated_at: 1,
      })
      .execute()
  return { ours, theirs }
}

describe('a handle bound to an account', () => {
  test('reads its own rows only: plain, joined, aliased, in sub-queries and unions', async () => {
    await using db = await openDatabase(':memory:')
    const { ours } = await twoAccounts(db)
    expect(await ours.selectFrom('monitors').select('name').execute()).toEqual([{ name: 'shop' }])
    expect(
      await ours
        .selectFrom('monitors as m')
        .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
        .leftJoin('accounts as a', (join) => join.on('a.id', 'in', [1, 2]))
        .select(['m.name', 'a.name as account'])
        .where((eb) => eb.or([eb('m.id', '>', 0), eb('m.id', '<', 0)]))
        .orderBy('m.id', 'desc')
        .execute(),
    ).toEqual([{ name: 'shop', account: 'ours' }])
    expect(
      await ours
        .selectFrom('accounts')
        .select((eb) => [
          eb
            .selectFrom('monitors')
            .select((inner) => inner.fn.countAll<number>().as('n'))
            .as('n'),
        ])
        .unionAll(ours.selectFrom('monitors').select((eb) => eb.ref('id').as('n')))
        .execute(),
    ).toEqual([{ n: 1 }, { n: 1 }])
    expect(
      await ours
        .selectFrom((eb) => eb.selectFrom('monitors').selectAll().as('all'))
        .select('all.name')
        .execute(),
    ).toEqual([{ name: 'shop' }])
  })

  test('changes and deletes its own rows only, and stamps what it adds', async () => {
    await using db = await openDatabase(':memory:')
    const { ours } = await twoAccounts(db)
    await ours
      .updateTable('monitors')
      .set({ name: 'mine' })
      .where((eb) => eb.or([eb('id', '=', 2), eb('id', '>', 0)]))
      .execute()
    await ours.transaction().execute(async (tx) => {
      await tx.deleteFrom('monitor_states').execute()
    })
    expect(await db.selectFrom('monitors').select(['name', 'account_id']).execute()).toEqual([
      { name: 'mine', account_id: 1 },
      { name: 'secret', account_id: 2 },
    ])
    expect(await db.selectFrom('monitor_states').select('account_id').execute()).toEqual([
      { account_id: 2 },
    ])
  })

  test('throws at what it cannot narrow', async () => {
    await using db = await openDatabase(':memory:')
    const { ours } = await twoAccounts(db)
    const careless: (() => Promise<unknown>)[] = [
      () => ours.selectFrom('meta').selectAll().execute(),
      () =>
        ours
          .selectFrom('monitors')
          .select(sql<number>`1`.as('n'))
          .execute(),
      () =>
        ours
          .selectFrom(sql<{ id: number }>`monitors`.as('m'))
          .select('m.id')
          .execute(),
      () => ours.insertInto('meta').values({ key: 'a', value: 'b' }).execute(),
      () =>
        ours.insertInto('accounts').values({ name: 'x', plan: 'free', created_at: 1 }).execute(),
      () =>
        ours
          .updateTable('accounts')
          .set({ id: 2 } as never)
          .execute(),
      () =>
        ours
          .updateTable('monitors')
          .set({ account_id: 2 } as never)
          .execute(),
      () =>
        ours
          .insertInto('link_codes')
          .values({ account_id: 2, hash: 'h', created_at: 1, expires_at: 1 })
          .execute(),
      () =>
        ours
          .insertInto('link_codes')
          .columns(['hash', 'created_at', 'expires_at'])
          .expression((eb) => eb.selectFrom('keys').select(['hash', 'created_at', 'id']))
          .execute(),
      () =>
        ours
          .insertInto('monitor_states')
          .values({ monitor_id: 2 })
          .onConflict((oc) => oc.column('monitor_id').doUpdateSet({ status: 'down' }))
          .execute(),
    ]
    careless.push(() =>
      ours
        .insertInto('keys')
        .orReplace()
        .values({ id: 1, name: 'k', hash: 'h', prefix: 'p', scope: 'read', created_at: 1 })
        .execute(),
    )
    for (const query of careless) await expect(query()).rejects.toThrow(UnboundQuery)
  })
})

const conditions = fc.array(
  fc.record({
    column: fc.constantFrom('id', 'account_id', 'interval_ms', 'name' as const),
    operator: fc.constantFrom('=', '!=', '>', '<', 'is not'),
    value: fc.constantFrom(0, 1, 2, 3, 'shop', 'secret'),
  }),
  { maxLength: 4 },
)

test('whatever is asked, read, changed or deleted: never a row of another account', async () => {
  await using db = await openDatabase(':memory:')
  const { ours } = await twoAccounts(db)
  const theirs = () => db.selectFrom('monitors').selectAll().where('account_id', '=', 2).execute()
  const before = await theirs()
  await fc.assert(
    fc.asyncProperty(
      conditions,
      fc.constantFrom('read', 'join', 'nested', 'update', 'delete'),
      fc.boolean(),
      async (wanted, kind, isOr) => {
        const where = (eb: ExpressionBuilder<Tables, 'monitors'>) => {
          const parts = wanted.map(({ column, operator, value }) =>
            eb(`monitors.${column as 'id'}`, operator as '=', value as number),
          )
          return isOr ? eb.or(parts) : eb.and(parts)
        }
        const seen: { account_id?: number; name?: string }[] = []
        if (kind === 'read')
          seen.push(...(await ours.selectFrom('monitors').selectAll().where(where).execute()))
        if (kind === 'join')
          seen.push(
            ...(await ours
              .selectFrom('monitors')
              .innerJoin('monitors as other', (join) => join.on('other.id', '>', 0))
              .selectAll('other')
              .where(where)
              .execute()),
          )
        if (kind === 'nested')
          seen.push(
            ...(await ours
              .selectFrom('accounts')
              .select((eb) =>
                eb
                  .selectFrom('monitors')
                  .select('name')
                  .where(where)
                  .orderBy('id', 'desc')
                  .limit(1)
                  .as('name'),
              )
              .execute()
              .then((rows) => rows.map(({ name }) => ({ name: name ?? '' })))),
          )
        if (kind === 'update')
          await ours.updateTable('monitors').set({ url: 'http://taken/' }).where(where).execute()
        if (kind === 'delete') {
          const gone = await ours.deleteFrom('monitors').where(where).returningAll().execute()
          // Back again, so that there is always something of ours to find.
          for (const { account_id: _, ...row } of gone)
            await ours.insertInto('monitors').values(row).execute()
        }
        expect(seen.filter((row) => row.account_id === 2 || row.name === 'secret')).toEqual([])
        expect(await theirs()).toEqual(before)
      },
    ),
    { numRuns: 150 },
  )
})
