import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { DatabaseTrouble, openDatabase, relaxedTransaction } from '../../src/storage/index.ts'

/** A folder of its own, gone afterwards. */
function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  return {
    file: (name: string) => path.join(folder, name),
    names: () => readdirSync(folder).toSorted(),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

async function troubleOf(file: string): Promise<DatabaseTrouble> {
  try {
    await using db = await openDatabase(file)
    void db
  } catch (error) {
    if (error instanceof DatabaseTrouble) return error
    throw error
  }
  throw new Error('it opened')
}

/** Runs as if the program were one migration further on. */
async function upgraded<T>(migration: string, work: () => Promise<T>): Promise<T> {
  const list = MIGRATIONS as string[]
  list.push(migration)
  try {
    return await work()
  } finally {
    list.pop()
  }
}

describe('opening the database', () => {
  test('a fresh one is made with its folder, and is there when opened again', async () => {
    using folder = scratch()
    const file = folder.file('new/deep/uptalk.db')
    {
      await using db = await openDatabase(file)
      await db.insertInto('meta').values({ key: 'a', value: 'b' }).execute()
    }
    await using db = await openDatabase(file)
    expect(await db.selectFrom('meta').selectAll().execute()).toEqual([{ key: 'a', value: 'b' }])
    const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)
    expect(mode.rows).toEqual([{ journal_mode: 'wal' }])
    const vacuum = await sql<{ auto_vacuum: number }>`pragma auto_vacuum`.execute(db)
    expect(vacuum.rows).toEqual([{ auto_vacuum: 2 }])
  })

  test('one of a newer program is refused with both versions, and left as it is', async () => {
    using folder = scratch()
    const file = folder.file('uptalk.db')
    await upgraded('create table future (id integer) strict', async () => {
      await using db = await openDatabase(file)
      void db
    })
    const trouble = await troubleOf(file)
    expect(trouble.exitCode).toBe(3)
    expect(trouble.message).toContain(`has version ${MIGRATIONS.length + 1}`)
    expect(trouble.message).toContain(`knows versions up to ${MIGRATIONS.length}. Update Uptalk`)
  })

  test('an older one is brought up to date after a backup that can be opened', async () => {
    using folder = scratch()
    const file = folder.file('uptalk.db')
    {
      await using db = await openDatabase(file)
      await db.insertInto('meta').values({ key: 'before', value: 'yes' }).execute()
    }
    await upgraded("update meta set value = 'changed'", async () => {
      await using db = await openDatabase(file)
      expect(await db.selectFrom('meta').select('value').execute()).toEqual([{ value: 'changed' }])
    })
    const backup = `uptalk.db.before-${MIGRATIONS.length + 1}`
    expect(folder.names()).toContain(backup)
    await using kept = await openDatabase(folder.file(backup))
    expect(await kept.selectFrom('meta').select('value').execute()).toEqual([{ value: 'yes' }])
  })

  test('a migration that does not work leaves everything as it was, and a second try a second backup', async () => {
    using folder = scratch()
    const file = folder.file('uptalk.db')
    {
      await using db = await openDatabase(file)
      void db
    }
    for (const _ of [1, 2])
      await upgraded('create table half (id integer) strict; nonsense', async () => {
        await expect(openDatabase(file)).rejects.toThrow(/nonsense/)
      })
    await using db = await openDatabase(file)
    const tables = await sql<{ name: string }>`select name from sqlite_schema`.execute(db)
    expect(tables.rows.map(({ name }) => name)).not.toContain('half')
    expect(folder.names().filter((name) => name.includes('before'))).toHaveLength(2)
  })

  test.each([
    ['words', () => Buffer.from('this is a letter, not a database. '.repeat(100))],
    [
      'a broken first page',
      (good: Buffer) => {
        good.fill(0xff, 100, 4000)
        return good
      },
    ],
    ['a cut file', (good: Buffer) => good.subarray(0, 5000)],
  ])('a damaged one (%s) is named, with what to do', async (_, spoil) => {
    using folder = scratch()
    const file = folder.file('uptalk.db')
    {
      await using db = await openDatabase(file)
      void db
    }
    writeFileSync(file, spoil(readFileSync(file)))
    const trouble = await troubleOf(file)
    expect(trouble.exitCode).toBe(3)
    expect(trouble.message).toContain(`The database ${file} is damaged. Move it away`)
  })

  test.each([0, 1, 99])(
    "another program's file (its version %d) is refused and not touched",
    async (version) => {
      using folder = scratch()
      const file = folder.file('theirs.db')
      const theirs = new Sqlite(file)
      theirs.exec('create table songs (title text)')
      theirs.pragma(`user_version = ${version}`)
      theirs.close()
      const before = readFileSync(file)
      const trouble = await troubleOf(file)
      expect(trouble.exitCode).toBe(3)
      expect(trouble.message).toBe(
        `The file ${file} belongs to another program. Set DATABASE_PATH to another file.`,
      )
      expect(readFileSync(file).equals(before)).toBe(true)
      expect(folder.names()).toEqual(['theirs.db'])
    },
  )

  test.each([
    ['a folder', (folder: ReturnType<typeof scratch>) => folder.file('.')],
    ['below a file', (folder: ReturnType<typeof scratch>) => folder.file('a file/uptalk.db')],
    ['below a file, deeper', (folder: ReturnType<typeof scratch>) => folder.file('a file/b/c.db')],
  ])('a place that cannot be written (%s) is named, with what to do', async (_, place) => {
    using folder = scratch()
    writeFileSync(folder.file('a file'), '')
    const trouble = await troubleOf(place(folder))
    expect(trouble.exitCode).toBe(3)
    expect(trouble.message).toContain('cannot be opened for writing')
    expect(trouble.message).toContain('DATABASE_PATH')
  })

  test('one that another program has locked is named, with what to do', async () => {
    using folder = scratch()
    const file = folder.file('uptalk.db')
    {
      await using db = await openDatabase(file)
      void db
    }
    const other = new Sqlite(file)
    other.pragma('locking_mode = exclusive')
    other.exec('begin exclusive')
    const trouble = await troubleOf(file)
    other.close()
    expect(trouble.exitCode).toBe(3)
    expect(trouble.message).toContain('is locked by another program')
  })
})

test('a relaxed transaction writes like any other, and leaves the durable way behind it', async () => {
  await using db = await openDatabase(':memory:')
  const mode = async () =>
    (await sql<{ synchronous: number }>`pragma synchronous`.execute(db)).rows[0]?.synchronous
  const [full, normal] = [2, 1]
  await relaxedTransaction(db, async (tx) => {
    await tx.insertInto('meta').values({ key: 'a', value: 'b' }).execute()
    const within = await sql<{ synchronous: number }>`pragma synchronous`.execute(tx)
    expect(within.rows).toEqual([{ synchronous: normal }])
  })
  await expect(
    relaxedTransaction(db, async (tx) => {
      await tx.insertInto('meta').values({ key: 'c', value: 'd' }).execute()
      throw new Error('changed my mind')
    }),
  ).rejects.toThrow('changed my mind')
  expect(await mode()).toBe(full)
  expect(await db.selectFrom('meta').select('key').execute()).toEqual([{ key: 'a' }])
})

test('a transaction that reads first waits its turn when another process wrote meanwhile', async () => {
  using folder = scratch()
  const file = folder.file('uptalk.db')
  await using ours = await openDatabase(file)
  await using theirs = await openDatabase(file)
  await ours.transaction().execute(async (tx) => {
    await tx.selectFrom('meta').selectAll().execute()
    await tx.insertInto('meta').values({ key: 'a', value: '1' }).execute()
  })
  await theirs.transaction().execute(async (tx) => {
    await tx.selectFrom('meta').selectAll().execute()
    await tx.insertInto('meta').values({ key: 'b', value: '2' }).execute()
  })
  expect(await ours.selectFrom('meta').select('key').execute()).toHaveLength(2)
  expect(statSync(file).size).toBeGreaterThan(0)
})
