import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openKuma } from '../../src/imports/index.ts'
import { HOUR, MINUTE } from '../../src/kernel/index.ts'
import { House } from '../support/house.ts'
import { KumaHome, kumaTime } from './kuma-home.ts'
import { takeKuma } from './take.ts'

const said = (file: string): string => {
  try {
    openKuma(file, 10)[Symbol.dispose]()
    return 'opened'
  } catch (error) {
    return (error as Error).message
  }
}

describe('a file that is none of Uptime Kuma’s', () => {
  test('is refused in one sentence', () => {
    using kuma = new KumaHome(1)
    const at = (name: string) => path.join(kuma.folder, name)
    const stranger = `neither Uptime Kuma's database (kuma.db) nor a JSON backup of its version 1.`
    expect(said(at('none'))).toBe(`${at('none')} cannot be read (ENOENT).`)
    expect(said(kuma.folder)).toBe(`${kuma.folder} cannot be read (EISDIR).`)
    for (const [name, text] of [
      ['empty', ''],
      ['words', 'hello'],
      ['null', 'null'],
      ['other.json', '{"monitors": []}'],
    ] as const) {
      writeFileSync(at(name), text)
      expect(said(at(name))).toBe(`${at(name)} is ${stranger}`)
    }
    writeFileSync(at('torn'), `SQLite format 3\0${'x'.repeat(5000)}`)
    expect(said(at('torn'))).toContain('cannot be read as an SQLite database (SQLITE_NOTADB)')
    new Sqlite(at('other.db')).exec('create table notes (id)').close()
    expect(said(at('other.db'))).toContain("but not Uptime Kuma's: it has no table monitor.")
  })

  test('or of one that is newer than we know', () => {
    using kuma = new KumaHome(2)
    kuma.db.exec("update setting set value = '11' where key = 'database_version'")
    expect(said(kuma.file)).toContain(
      'newer than Uptalk knows: its database is version 11, not 10.',
    )
    kuma.db.exec('delete from setting; alter table heartbeat rename column status to state')
    expect(said(kuma.file)).toContain('the table heartbeat lacks status.')
  })
})

describe('the file is only read', () => {
  test('while Uptime Kuma writes to it', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(2)
    const id = kuma.monitor()
    // All of it is in the -wal yet, and a transaction is open.
    kuma.draw(id, house.clock.now() - 5 * MINUTE, '....')
    kuma.db.exec('begin immediate')
    kuma.beat(id, { status: 0, time: kumaTime(house.clock.now()) })
    expect(await takeKuma(house, kuma.file)).toMatchObject({ taken: [{ checks: 4, outages: 0 }] })
    kuma.db.exec('commit')
  })

  test('without the -wal it had', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(2)
    kuma.draw(kuma.monitor(), house.clock.now() - 5 * MINUTE, '....')
    kuma.db.pragma('wal_checkpoint(truncate)')
    const copy = path.join(kuma.folder, 'copy', 'kuma.db')
    mkdirSync(path.dirname(copy))
    copyFileSync(kuma.file, copy)
    expect(await takeKuma(house, copy)).toMatchObject({ taken: [{ checks: 4 }] })
  })
})

test('a file that is damaged further on is said to be', async () => {
  await using house = await House.open()
  using kuma = new KumaHome(1)
  kuma.draw(kuma.monitor(), house.clock.now() - 2 * HOUR, '.'.repeat(100))
  kuma.db.pragma('wal_checkpoint(truncate)')
  const copy = path.join(kuma.folder, 'copy.db')
  const bytes = readFileSync(kuma.file)
  bytes.fill(0xff, bytes.indexOf('200 - OK') - 1000, bytes.indexOf('200 - OK') + 3000)
  writeFileSync(copy, bytes)
  await expect(takeKuma(house, copy)).rejects.toThrow(
    `${copy} cannot be read to its end (SQLITE_CORRUPT`,
  )
})

test('checks without a time that can be are left out, and said to be', async () => {
  await using house = await House.open()
  using kuma = new KumaHome(1)
  const id = kuma.monitor()
  const now = house.clock.now()
  for (const time of ['', 'yesterday', 5, kumaTime(now + MINUTE), kumaTime(now - MINUTE)])
    kuma.beat(id, { status: 1, time, ping: 10 })
  // The same moment twice is one look.
  kuma.beat(id, { status: 1, time: kumaTime(now - MINUTE), ping: 12 })
  expect((await takeKuma(house, kuma.file)).taken).toMatchObject([
    { checks: 1, notes: ['4 of its checks have no time that can be, and are left out.'] },
  ])
})
