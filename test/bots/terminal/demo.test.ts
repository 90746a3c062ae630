import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { Program, temporaryFolder } from '../../support/process.ts'

const LONG = { timeout: 30_000 }

test.each(['SIGINT', 'SIGTERM'] as const)(
  'a demo that is ended by %s leaves at once and leaves nothing behind',
  LONG,
  async (signal) => {
    await using folder = await temporaryFolder()
    const env = { FOLDER: folder.path, TMPDIR: folder.path }
    await using demo = Program.start('bots/terminal/main.ts', ['demo'], env)
    await demo.hears(/All 3 are up/)
    demo.kill(signal)
    expect(await demo.ended()).toBe(0)
    expect(readdirSync(folder.path)).toEqual([])
    expect(demo.said).not.toContain('has just broken')
  },
)
