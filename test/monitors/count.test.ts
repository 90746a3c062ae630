import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countMonitors } from '../../src/monitors/index.ts'
import { type AccountDb, bindAccount, openDatabase } from '../../src/storage/index.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { monitorCounts } from '../../src/storage/migrations/0018-monitor-counts.ts'

const MONITOR = {
  type: 'HTTP',
  name: 'shop',
  url: 'http://shop.test/',
  interval_ms: 1,
  timeout_ms: 1,
  options: '{}',
  policy: '{}',
  created_at: 1,
  updated_at: 1,
}

const counted = async (db: AccountDb): Promise<number> =>
  (await db.selectFrom('monitors').select('id').execute()).length

/** A database file, gone afterwards. */
function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  return {
    file: path.join(folder, 'uptalk.db'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

const steps = fc.array(
  fc.record({ account: fc.constantFrom(1, 2), process: fc.nat(1), adds: fc.boolean() }),
  { maxLength: 12 },
)

test('monitors are counted right, whichever account or process adds and deletes them', async () => {
  using folder = scratch()
  await using here = await openDatabase(folder.file)
  await using there = await openDatabase(folder.file)
  for (const name of ['ours', 'theirs'])
    await here.insertInto('accounts').values({ name, plan: 'business', created_at: 1 }).execute()
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      for (const { account, process, adds } of all) {
        const db = bindAccount([here, there][process]!, account)
        const first = db.selectFrom('monitors').select((eb) => eb.fn.min('id').as('id'))
        if (adds) await db.insertInto('monitors').values(MONITOR).execute()
        else await db.deleteFrom('monitors').where('id', '=', first).execute()
        for (const id of [1, 2])
          expect(await countMonitors(bindAccount(here, id), {})).toBe(
            await counted(bindAccount(here, id)),
          )
      }
    }),
    { numRuns: 20 },
  )
})

test('a key for some monitors counts those alone', async () => {
  await using db = await openDatabase(':memory:')
  await db.insertInto('accounts').values({ name: 'a', plan: 'business', created_at: 1 }).execute()
  for (const name of ['shop', 'blog', 'mail'])
    await bindAccount(db, 1)
      .insertInto('monitors')
      .values({ ...MONITOR, name })
      .execute()
  expect(await countMonitors(bindAccount(db, 1), {})).toBe(3)
  expect(await countMonitors(bindAccount(db, 1, [1, 2]), {})).toBe(2)
  expect(await countMonitors(bindAccount(db, 1), { search: 'blog' })).toBe(1)
})

test('monitors of a database made before they were counted are counted when it opens', async () => {
  using folder = scratch()
  const old = new Sqlite(folder.file)
  const before = MIGRATIONS.slice(0, MIGRATIONS.indexOf(monitorCounts))
  for (const migration of before) old.exec(migration)
  old.exec(`
    insert into accounts (name, plan, created_at) values ('ours', 'team', 1), ('theirs', 'team', 1);
    insert into monitors (account_id, type, name, url, interval_ms, timeout_ms, options, policy,
      created_at, updated_at) values (1, 'HTTP', 'shop', 'x', 1, 1, '{}', '{}', 1, 1),
      (1, 'HTTP', 'blog', 'x', 1, 1, '{}', '{}', 1, 1);
    pragma application_id = 1970304107; pragma user_version = ${before.length}`)
  old.close()
  await using db = await openDatabase(folder.file)
  expect(await countMonitors(bindAccount(db, 1), {})).toBe(2)
  expect(await countMonitors(bindAccount(db, 2), {})).toBe(0)
})
