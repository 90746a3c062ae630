import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect, test } from 'vitest'
import { createKey, ensureAccount, findPrincipal } from '../../src/accounts/index.ts'
import { bindAccount, openDatabase, seenUpdates } from '../../src/storage/index.ts'
import { temporaryFolder } from '../support/process.ts'

const BY = { type: 'cli', name: 'test' } as const
const chance = { random: () => 0.5, bytes: (size: number) => new Uint8Array(size) }

/** A database that another program writes to without end. */
async function busy() {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder())
  const file = path.join(folder.path, 'uptalk.db')
  const db = opened.adopt(await openDatabase(file, { busyMs: 1 }), (it) => it.destroy())
  const account = await ensureAccount(db, 1, 'business')
  const { key } = await createKey(
    bindAccount(db, account.id),
    { now: 1, chance, by: BY },
    { name: 'laptop', scope: 'read' },
  )
  const other = opened.adopt(new Sqlite(file), (it) => void it.close())
  other.exec('begin immediate')
  const kept = opened.move()
  return { file, db, key, other, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

test('a key opens the door though its use cannot be noted', async () => {
  await using there = await busy()
  expect(await findPrincipal(there.db, 2, there.key)).toMatchObject({ scope: 'read' })
  there.other.exec('commit')
  await findPrincipal(there.db, 3, there.key)
  const { last_used_at } = await there.db
    .selectFrom('keys')
    .select('last_used_at')
    .executeTakeFirstOrThrow()
  expect(last_used_at).toBe(3)
})

test('the shell opens it and finds its account, as long as it only wants to look', async () => {
  await using there = await busy()
  await using shell = await openDatabase(there.file)
  expect(await ensureAccount(shell, 2, 'business')).toMatchObject({ name: 'main' })
})

test('an update is taken up once though it cannot be written down', async () => {
  await using there = await busy()
  const seen = seenUpdates(there.db)
  expect([await seen.first(1), await seen.first(1), await seen.first(2)]).toEqual([
    true,
    false,
    true,
  ])
  there.other.exec('commit')
  expect([await seen.first(2), await seen.first(3), await seen.first(3)]).toEqual([
    false,
    true,
    false,
  ])
})
