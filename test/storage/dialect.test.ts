import { type CompiledQuery, sql } from 'kysely'
import { expect, test, vi } from 'vitest'
import { type Db, openDatabase } from '../../src/storage/index.ts'

test('a query asked again with other values is not planned again', async () => {
  await using db = await openDatabase(':memory:')
  await db.insertInto('accounts').values({ name: 'ann', plan: 'team', created_at: 1 }).execute()
  const ask = (id: number) =>
    db
      .selectFrom('accounts as a')
      .innerJoin('accounts as b', 'b.id', 'a.id')
      .select('a.name')
      .where('a.id', '=', id)
      .where('b.plan', '=', 'team')
      .limit(id)
      .execute()
  // better-sqlite3 writes itself a function that makes rows whenever a statement was planned.
  const written = vi.spyOn(globalThis, 'Function')
  try {
    for (const id of [1, 2, 1, 3, 1]) await ask(id)
    expect(written).toHaveBeenCalledTimes(1)
    expect(await ask(1)).toEqual([{ name: 'ann' }])
  } finally {
    written.mockRestore()
  }
})

test.each<[string, (db: Db) => { compile(): CompiledQuery }]>([
  [
    'hour_stats_of_account',
    (db) =>
      db.selectFrom('hour_stats').select('at').where('account_id', '=', 1).where('checks', '>', 0),
  ],
  [
    'day_stats_of_account',
    (db) =>
      db.selectFrom('day_stats').select('at').where('account_id', '=', 1).where('checks', '>', 0),
  ],
  [
    'notifications_waiting',
    (db) =>
      db
        .selectFrom('notifications as n')
        .select('id')
        .where('channel_id', '=', 1)
        .where('n.state', '=', 'pending'),
  ],
])('the index %s, of some rows only, serves a query for those', async (index, ask) => {
  await using db = await openDatabase(':memory:')
  const { sql: text } = ask(db).compile()
  const plan = sql.raw<{ detail: string }>(`explain query plan ${text.replaceAll('?', '1')}`)
  const { rows } = await plan.execute(db)
  expect(rows[0]!.detail).toContain(index)
})
