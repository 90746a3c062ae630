import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemChance } from '../../src/kernel/index.ts'
import { buildSealer, openDatabase, openSealer, seenUpdates } from '../../src/storage/index.ts'

const ours = buildSealer('a secret of at least 32 characters', systemChance)

test('what is sealed opens again, never reads like before, and never looks the same twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 4 }), (text) => {
      const sealed = ours.seal(text)
      expect(ours.open(sealed)).toBe(text)
      expect(sealed).not.toContain(text)
      expect(ours.seal(text)).not.toBe(sealed)
    }),
    { numRuns: 50 },
  )
})

test('another key opens nothing, and a single changed character is noticed', () => {
  const sealed = ours.seal('Bearer hunter2')
  const theirs = buildSealer('another secret of at least 32 chars', systemChance)
  expect(() => theirs.open(sealed)).toThrow(Error)
  for (let at = 3; at < sealed.length - 1; at += 1) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    expect(() => ours.open(sealed.slice(0, at) + other + sealed.slice(at + 1))).toThrow(Error)
  }
  expect(() => ours.open('v2' + sealed.slice(2))).toThrow(Error)
  expect(() => ours.open(sealed.slice(0, 20))).toThrow(Error)
  expect(() => ours.open('')).toThrow(Error)
})

test('the key file is made once, for its owner alone, and another key is named at start', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  const file = path.join(folder, 'uptalk.db')
  await using db = await openDatabase(':memory:')
  const made = await openSealer(db, file, undefined, systemChance)
  expect(readFileSync(`${file}.key`, 'utf8')).toMatch(/^[0-9a-f]{64}$/)
  expect(statSync(`${file}.key`).mode & 0o777).toBe(0o600)
  const again = await openSealer(db, file, undefined, systemChance)
  expect(again.open(made.seal('Bearer hunter2'))).toBe('Bearer hunter2')
  await expect(openSealer(db, file, 'x'.repeat(40), systemChance)).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringMatching(/^SECRET_KEY is not the one this database was made with\./),
  })
  writeFileSync(`${file}.key`, 'a'.repeat(64))
  await expect(openSealer(db, file, undefined, systemChance)).rejects.toMatchObject({
    exitCode: 78,
    message: expect.stringContaining('Put the right one back'),
  })
  rmSync(folder, { recursive: true })
})

test('who opens a database again waits for nobody who writes to it', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  try {
    const file = path.join(folder, 'uptalk.db')
    const first = await openDatabase(file)
    const sealer = await openSealer(first, file, undefined, systemChance)
    const second = await openDatabase(file, { busyMs: 0 })
    await first.transaction().execute(async () => {
      const again = await openSealer(second, file, undefined, systemChance)
      expect(again.open(sealer.seal('Bearer hunter2'))).toBe('Bearer hunter2')
    })
    await first.destroy()
    await second.destroy()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an update is taken up once, also after a restart, and only the newest thousand are remembered', async () => {
  await using db = await openDatabase(':memory:')
  const seen = seenUpdates(db)
  expect(await Promise.all([seen.first(7), seen.first(7), seen.first(8)])).toEqual([
    true,
    false,
    true,
  ])
  expect(await seenUpdates(db).first(7)).toBe(false)
  for (let id = 100; id < 1200; id += 1) await seen.first(id)
  expect(await db.selectFrom('seen_updates').select('seq').execute()).toHaveLength(1000)
  expect(await seen.first(1199)).toBe(false)
})
