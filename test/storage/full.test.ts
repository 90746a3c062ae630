import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { isPassing, openDatabase } from '../../src/storage/index.ts'

test('a disk that is full is said to be full, and may be well again', async () => {
  await using db = await openDatabase(':memory:')
  await sql`create table boxes (content blob) strict`.execute(db)
  await sql`pragma max_page_count = 200`.execute(db)
  const fill = (bytes: number) =>
    db.transaction().execute(async (tx) => {
      await sql`insert into boxes values (zeroblob(${bytes}))`.execute(tx)
      await sql`insert into boxes values (zeroblob(${bytes}))`.execute(tx)
    })
  const error = await fill(600_000).catch((it: unknown) => it)
  expect([String(error), isPassing(error)]).toEqual(['SqliteError: database or disk is full', true])
  await fill(100)
})
