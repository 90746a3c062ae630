import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { DatabaseTrouble, holdDatabase, isHeld, openDatabase } from '../../src/storage/index.ts'

function scratch() {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  return {
    file: path.join(folder, 'uptalk.db'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

test('a second process is told who watches already, until the first is killed', async () => {
  using folder = scratch()
  const holder = fork(path.join(import.meta.dirname, '../support/holder.ts'), [folder.file])
  await once(holder, 'message')
  expect(isHeld(folder.file)).toBe(true)
  const refusal = (): unknown => {
    try {
      holdDatabase(folder.file)
    } catch (error) {
      return error
    }
    return undefined
  }
  expect(refusal()).toMatchObject({
    name: 'DatabaseTrouble',
    exitCode: 1,
    message: `Another Uptalk is running on the database ${folder.file}. Stop it first, or set DATABASE_PATH to another file.`,
  })
  // The shell works beside it.
  {
    await using db = await openDatabase(folder.file)
    await db.insertInto('meta').values({ key: 'a', value: 'b' }).execute()
  }
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect(isHeld(folder.file)).toBe(false)
  using hold = holdDatabase(folder.file)
  void hold
  expect(isHeld(folder.file)).toBe(true)
})

test('a place that cannot be written is said as such, not as held', () => {
  using folder = scratch()
  writeFileSync(folder.file, '')
  const below = path.join(folder.file, 'uptalk.db')
  expect(() => holdDatabase(below)).toThrow(DatabaseTrouble)
  expect(() => isHeld(below)).toThrow(/cannot be opened for writing/)
})
