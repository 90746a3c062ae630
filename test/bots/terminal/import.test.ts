import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { runTerminal } from '../../../bots/terminal/run.ts'
import { HOUR, systemClock } from '../../../src/kernel/index.ts'
import { KumaHome } from '../../imports/kuma-home.ts'

/** The program in a folder of its own, beside a file of Uptime Kuma's. */
async function run(
  { folder }: KumaHome,
  args: readonly string[],
  { typed = '', env = {} }: { typed?: string; env?: Record<string, string> } = {},
) {
  let [out, err] = ['', '']
  const code = await runTerminal({
    args,
    env,
    folder,
    in: Readable.from([typed]),
    out: { write: (text: string) => (out += text) },
    err: { write: (text: string) => (err += text) },
  })
  return { code, out, err }
}

/** Two monitors, one of them of a kind there is none of here. */
function openKumaHome(): KumaHome {
  const kuma = new KumaHome(2)
  const id = kuma.monitor({ interval: 5, headers: '{"x-token": "hush-hush"}' })
  kuma.monitor({ name: 'backup\u001b[31m', type: 'push' })
  kuma.notification()
  kuma.draw(id, systemClock.now() - 3 * HOUR, `${'.'.repeat(60)}xxxxx${'.'.repeat(60)}`)
  return kuma
}

describe('uptalk import kuma', { timeout: 20_000 }, () => {
  test('says what it took and what it could not, and what a second run finds', async () => {
    using kuma = openKumaHome()
    const said = (ending: string) =>
      `  shop: 125 checks, 1 outage. Its interval 5 s became 10 s.
Not imported:
  backup[31m (push): It waits to be called, and Uptalk only calls.
Not taken over: 1 notification, 0 status pages. Alerts: /uptime link in a chat, or POST /api/channels; pages: POST /api/status_pages.
${ending}
`
    const took = '1 monitor, 125 checks, 1 outage; 1 not'
    expect(await run(kuma, ['import', 'kuma', 'kuma.db', '--dry-run'])).toEqual({
      code: 1,
      out: said(`Would import ${took}. Nothing was changed.`),
      err: '',
    })
    expect((await run(kuma, ['list'])).out).not.toContain('shop')
    expect(await run(kuma, ['import', 'kuma', 'kuma.db'])).toEqual({
      code: 1,
      out: said(`Imported ${took}.`),
      err: '',
    })
    const shown = await run(kuma, ['show', 'shop'])
    expect(shown.out).toContain('#1')
    expect(shown.out).toContain('5 min')
    expect((await run(kuma, ['incidents', 'shop'])).out).toContain('was down 5 min · HTTP')
    const again = await run(kuma, ['import', 'kuma', 'kuma.db', '--json'])
    expect(JSON.parse(again.out)).toMatchObject({
      dryRun: false,
      monitors: [],
      known: [{ reference: 'kuma:1' }],
      refused: [{ reference: 'kuma:2', type: 'push' }],
      left: { notifications: 1, statusPages: 0 },
    })
    const everything = readFileSync(path.join(kuma.folder, 'data/uptalk.db'), 'latin1')
    expect(everything).not.toContain('hush-hush')
  })

  test('a file that is none is refused in one sentence', async () => {
    using kuma = openKumaHome()
    expect(await run(kuma, ['import', 'kuma', 'none.db'])).toEqual({
      code: 1,
      out: '',
      err: `${path.join(kuma.folder, 'none.db')} cannot be read (ENOENT).\n`,
    })
  })
})

describe('uptalk import uptybots', { timeout: 20_000 }, () => {
  test('takes its key from the environment, from a file, or asks for it', async () => {
    using kuma = openKumaHome()
    const keys: unknown[] = []
    const server = createServer((request, answer) => {
      keys.push(request.headers['x-api-key'])
      answer.end('{"totalItems": 0, "member": []}')
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    writeFileSync(path.join(kuma.folder, 'key'), 'upty_two\n')
    const args = ['import', 'uptybots', '--url', `http://127.0.0.1:${port}/api/`]
    for (const given of [
      { env: { UPTYBOTS_API_KEY: 'upty_one' } },
      { env: { UPTYBOTS_API_KEY_FILE: 'key' } },
      { typed: 'upty_three\n' },
    ])
      expect(await run(kuma, args, given)).toEqual({
        code: 0,
        out: 'Imported 0 monitors, 0 checks, 0 outages.\n',
        err: '',
      })
    server.close()
    expect(keys).toEqual(['upty_one', 'upty_two', 'upty_three'])
  })

  test.each([
    [
      ['--url', 'ftp://x'],
      '--url must be a web address such as https://uptybots.com, not "ftp://x".',
    ],
    [
      ['--url', 'http://uptybots.com'],
      '--url must be https, for the key travels with it, not "http://uptybots.com".',
    ],
    [[], 'UPTYBOTS_API_KEY must be an API key: one word, as UptyBots shows it when it is made.'],
  ])('%j is a slip', async (args, err) => {
    using kuma = openKumaHome()
    expect(await run(kuma, ['import', 'uptybots', ...args], { typed: 'two words\n' })).toEqual({
      code: 2,
      out: '',
      err: `${err}\n`,
    })
  })

  test('a file for the key must be there', async () => {
    using kuma = openKumaHome()
    const env = { UPTYBOTS_API_KEY_FILE: 'gone' }
    expect(await run(kuma, ['import', 'uptybots'], { env })).toMatchObject({
      code: 2,
      err: 'UPTYBOTS_API_KEY_FILE must name a readable file, not "gone" (ENOENT).\n',
    })
  })
})
