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

/** Sends the signal as soon as somebody listens for it, and says whether the rest was loaded by then. */
const AT_ONCE = `
  import { createRequire } from 'node:module'
  process.once('newListener', function hear(name) {
    if (name !== 'SIGTERM') return process.once('newListener', hear)
    const loaded = Object.keys(createRequire(process.execPath).cache)
    console.log(loaded.some((it) => it.includes('better-sqlite3')) ? 'late' : 'early')
    setImmediate(() => process.kill(process.pid, 'SIGTERM'))
  })`

test('a signal is heard before the rest is loaded', { timeout: 20_000 }, async () => {
  await using folder = await temporaryFolder()
  await using program = Program.start('src/main.ts', [], {
    FOLDER: folder.path,
    DATABASE_PATH: 'uptalk.db',
    PORT: '0',
    CANARY_HOSTS: '',
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(AT_ONCE)}`,
  })
  expect([await program.ended(), program.complained]).toEqual([0, ''])
  expect(program.said).toMatch(/^early\n/)
  expect(program.said).toContain('"msg":"ended"')
})

test.each([
  ['src/main.ts', []],
  ['bots/terminal/main.ts', ['start']],
] as const)(
  'who reads the log of %s may leave: it goes on, and ends well when asked to',
  { timeout: 20_000 },
  async (script, args) => {
    await using folder = await temporaryFolder()
    const env = { FOLDER: folder.path, DATABASE_PATH: 'uptalk.db', PORT: '0', CANARY_HOSTS: '' }
    await using program = Program.start(script, args, env)
    const [, url] = await program.hears(/"url":"([^"]+)"/)
    await program.hears(/Link code/)
    program.deafen()
    // The request is logged, to nobody.
    for (let asked = 0; asked < 3; asked += 1)
      expect((await fetch(`${url}/api/me`)).status).toBe(401)
    program.kill('SIGTERM')
    expect(await program.ended()).toBe(0)
  },
)
