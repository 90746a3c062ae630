import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { VERSION } from '../../../src/version.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const NODE = path.join(ROOT, 'node_modules/.bin/node')
const MAIN = path.join(ROOT, 'bots/terminal/main.ts')
const CACHE = path.join(ROOT, 'node_modules/.cache/node')
// Each run is a whole process.
const LONG = { timeout: 30_000 }

interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** A folder of its own, and the real program run in it. */
function openFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-cli-'))
  const run = (
    args: readonly string[],
    typed = '',
    env: Record<string, string> = {},
  ): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const { PATH = '' } = process.env
      const child = spawn(NODE, [MAIN, ...args], {
        cwd: folder,
        env: { PATH, NODE_COMPILE_CACHE: CACHE, ...env },
      })
      let [out, err] = ['', '']
      child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
      child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
      child.on('error', reject).on('close', (code) => resolve({ code, out, err }))
      child.stdin.end(typed)
    })
  return {
    folder,
    run,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function openTarget() {
  const server = createServer((_, answer) => answer.end('well'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('in a shell', LONG, () => {
  test('a key and a link code stand alone on standard output', async () => {
    using place = openFolder()
    const key = await place.run(['keys', 'create', '--name', 'ci', '--scope', 'read'])
    expect(key).toMatchObject({ code: 0, err: '' })
    expect(key.out).toMatch(/^upty_[0-9a-f]{48}\n$/)
    const code = await place.run(['link-code', '--account', 'other'])
    expect(code).toMatchObject({ code: 0, err: '' })
    expect(code.out).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}\n$/)
    expect((await place.run(['whoami', '--account', 'other'])).out).toContain('other')
  })

  test('maintenance is a group of words, and takes a line without them', async () => {
    using place = openFolder()
    using target = await openTarget()
    await place.run(['add', target.url, 'name=Main shop'])
    const started = await place.run(['maintenance', 'Main shop', '2h'])
    expect(started).toMatchObject({ code: 0, out: expect.stringContaining('is on for Main shop') })
    const list = await place.run(['maintenance', 'list', '--json'])
    expect(JSON.parse(list.out)).toMatchObject({ maintenances: [{ id: 1, isCurrent: true }] })
    const planned = await place.run([
      'maintenance',
      'plan',
      'main',
      'from=tomorrow 22:00',
      'for=1h',
      '--json',
    ])
    expect(JSON.parse(planned.out)).toMatchObject({ id: 2, isCurrent: false })
    expect((await place.run(['maintenance', 'end', '1'])).out).toContain('is over')
    expect((await place.run(['maintenance'])).out).toContain('1 planned')
    expect((await place.run(['maintenance', '--help'])).out).toMatch(/plan [^]*Plan a maintenance/)
  })

  test('keys are listed without their secret, and one is revoked by how it begins', async () => {
    using place = openFolder()
    const { out: key } = await place.run(['keys', 'create', '--name', 'laptop', '--scope', 'admin'])
    const prefix = key.slice(0, 9)
    const listed = await place.run(['keys', 'list'])
    expect(listed).toMatchObject({ code: 0, out: `${prefix}****  admin  laptop  never used\n` })
    expect(await place.run(['keys', 'revoke', prefix])).toMatchObject({
      code: 0,
      out: 'Revoked: laptop\n',
    })
    expect(await place.run(['keys', 'list'])).toMatchObject({ code: 0, out: '' })
    expect(await place.run(['keys', 'revoke', prefix])).toMatchObject({
      code: 1,
      err: `There is no live key that begins with "${prefix}"; uptalk keys list shows them.\n`,
    })
  })

  test('the audit says who changed what, newest first, and takes filters', async () => {
    using place = openFolder()
    using target = await openTarget()
    await place.run(['keys', 'create', '--name', 'laptop'])
    await place.run(['add', target.url, 'Main shop'])
    await place.run(['pause', 'main', '2h', 'new', 'rack'])
    const all = await place.run(['audit'])
    expect(all).toMatchObject({ code: 0, err: '' })
    expect(all.out.split('\n').map((it) => it.slice(21))).toEqual([
      expect.stringMatching(
        /^\S+ in a shell {2}monitor\.pause_reason {2}\/api\/targets\/1 .*new rack$/,
      ),
      expect.stringMatching(/ monitor\.pause_until .* pausedUntil – → \d{4}-/),
      expect.stringMatching(/ monitor\.pause .* isActive true → false$/),
      expect.stringMatching(/ monitor\.create .* name – → Main shop.* and \d+ more \(--json\)$/),
      expect.stringMatching(/ key\.create .* name – → laptop, scope – → write$/),
      '',
    ])
    const newest = await place.run(['audit', '--limit', '1', '--actor', 'cli', '--since', '1h'])
    expect(newest.out.split('\n')).toHaveLength(2)
    expect(newest.err).toBe('… and 4 more; --limit shows more, --until what came before.\n')
    const one = ['--subject', '/api/targets/1', '--action', 'monitor.pause', '--json']
    const json = await place.run(['audit', ...one])
    expect(JSON.parse(json.out)).toMatchObject([
      { actorType: 'cli', place: null, changes: { isActive: [true, false] } },
    ])
    expect(await place.run(['audit', '--until', '2020-01-01'])).toEqual({
      code: 0,
      out: '',
      err: 'Nothing was changed, or nothing that fits.\n',
    })
    expect(await place.run(['audit', '--since', 'x'])).toEqual({
      code: 2,
      out: '',
      err: '--since must be a time such as 2d, 2027-04-02 or "2027-04-02 22:00", not "x".\n',
    })
    expect((await place.run(['audit', '--limit', '0'])).code).toBe(2)
  })

  test('a monitor is added, seen, paused and deleted', async () => {
    using place = openFolder()
    using target = await openTarget()
    const added = await place.run(['add', target.url, 'Main shop', '1m'])
    expect(added).toMatchObject({ code: 0, err: '' })
    expect(added.out).toMatch(/^🟢 Main shop is watched now: up · \d+ ms\n {2}Address {2}http/)
    const status = await place.run(['status', '--json'])
    expect(JSON.parse(status.out)).toMatchObject({ total: 1, down: 0 })
    expect(status.code).toBe(0)
    expect((await place.run(['pause', 'main', '2h', 'new', 'rack'])).out).toContain(
      'Reason: new rack',
    )
    const asked = await place.run(['delete', 'main'])
    expect(asked).toMatchObject({ code: 1, err: 'Nothing was changed. Add --yes to confirm.\n' })
    expect(asked.out).toContain('Delete Main shop?')
    expect(await place.run(['delete', 'main', '--yes'])).toMatchObject({ code: 0, err: '' })
    expect((await place.run(['list'])).out).toMatch(/^⚪ Nothing is watched yet/)
  })

  test('what is down, not found or refused is 1', async () => {
    using place = openFolder()
    const target = await openTarget()
    target[Symbol.dispose]()
    const added = await place.run(['add', target.url, 'Shop'])
    expect(added.out).toContain('failed this look — connection refused')
    expect(await place.run(['check', 'shop'])).toMatchObject({ code: 1 })
    expect(await place.run(['show', 'nothing'])).toMatchObject({ code: 1 })
    const other = await place.run(['status', '--account', 'nobody'])
    expect(other).toEqual({ code: 1, out: '', err: 'There is no account "nobody".\n' })
    const json = await place.run(['show', 'nothing', '--json'])
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'monitor_unknown' } })
  })

  test.each([
    [[], /Usage: uptalk/],
    [['dance'], /unknown command 'dance'/],
    [['show'], /missing required argument 'monitor'/],
    [['keys', 'create'], /required option '--name <name>'/],
    [['keys', 'create', '--name', 'x', '--scope', 'all'], /Allowed choices are read, write, admin/],
    [['status', '--loud'], /unknown option '--loud'/],
  ])('%j is a slip: 2, said on standard error', async (args, says) => {
    using place = openFolder()
    const ran = await place.run(args)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toMatch(says)
  })

  test('so is an option that breaks its rule', async () => {
    using place = openFolder()
    await place.run(['add', 'http://127.0.0.1:1/', 'Shop'])
    const ran = await place.run(['pause', 'shop', 'yesterday'])
    expect(ran.code).toBe(2)
    expect(ran.out).toContain('"for" must be 5m to 30d, not "yesterday".\n  Try: uptalk pause shop')
  })

  test('a database that is none is 3, a setting that cannot be is 78', async () => {
    using place = openFolder()
    writeFileSync(path.join(place.folder, 'notes.txt'), 'x'.repeat(5000))
    const damaged = await place.run(['status'], '', { DATABASE_PATH: 'notes.txt' })
    expect(damaged).toMatchObject({ code: 3, out: '' })
    expect(damaged.err).toMatch(/^The database .*notes\.txt is damaged/)
    expect(await place.run(['status'], '', { PORT: 'x' })).toMatchObject({
      code: 78,
      out: '',
      err: 'PORT must be a port from 0 to 65535, not "x".\n',
    })
  })

  test('it says its version', async () => {
    using place = openFolder()
    expect(await place.run(['--version'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' })
  })

  test('help names every command and every exit code', async () => {
    using place = openFolder()
    const { code, out } = await place.run(['--help'])
    expect(code).toBe(0)
    for (const word of [
      'status',
      'pause',
      'chat',
      'keys',
      'link-code',
      'start',
      'demo',
      '  70  a bug',
    ])
      expect(out).toContain(word)
    expect((await place.run(['pause', '--help'])).out).toContain(
      'Example: uptalk pause shop for=2h',
    )
  })

  test('the prompt takes lines as a chat does, and asks before it deletes', async () => {
    using place = openFolder()
    using target = await openTarget()
    const lines = [
      '/uptime status',
      `add ${target.url} Shop`,
      'delete shop',
      'n',
      'delete shop',
      'y',
      'uptalk list',
      'stauts',
      'exit',
      'never',
    ]
    const ran = await place.run(['chat'], `${lines.join('\n')}\n`)
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out.split('\n').filter((it) => /^\S/.test(it))).toEqual([
      '⚪ Nothing is watched yet. uptalk add https://example.com',
      expect.stringMatching(/^🟢 Shop is watched now: up · \d+ ms$/),
      'Delete Shop?',
      'Delete it? [y/N]',
      'Shop stays.',
      'Delete Shop?',
      'Delete it? [y/N]',
      'Shop is deleted.',
      '⚪ Nothing is watched yet. uptalk add https://example.com',
      'There is no command stauts.',
    ])
  })
})
