import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Program, temporaryFolder } from '../support/process.ts'
import { until } from '../support/until.ts'

test('a process asked to end while it still starts ends well', { timeout: 20_000 }, async () => {
  await using folder = await temporaryFolder()
  const env = { FOLDER: folder.path, DATABASE_PATH: 'uptalk.db', PORT: '0', CANARY_HOSTS: '' }
  await using program = Program.start('src/main.ts', [], env)
  await until('it has begun', () => existsSync(path.join(folder.path, 'uptalk.db')))
  program.kill('SIGTERM')
  expect([await program.ended(), program.complained]).toEqual([0, ''])
  expect(program.said).toContain('"msg":"ended"')
})
