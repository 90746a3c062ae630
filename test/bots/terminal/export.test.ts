import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { ensureAccount } from '../../../src/accounts/index.ts'
import { DAY, HOUR, MINUTE, systemChance, toIso } from '../../../src/kernel/index.ts'
import { addMonitor } from '../../../src/monitors/index.ts'
import { recordSamples } from '../../../src/stats/index.ts'
import { bindAccount, openDatabase, openSealer } from '../../../src/storage/index.ts'
import { runTerminal } from '../../../bots/terminal/run.ts'
import { readCsv } from '../../support/csv.ts'
import { by, limits } from '../../support/house.ts'

const TODAY = Date.now() - (Date.now() % DAY)

/** Two monitors with a look an hour on the two days before today; the second one failed at times. */
async function openFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-export-'))
  const file = path.join(folder, 'uptalk.db')
  const db = await openDatabase(file)
  const sealer = await openSealer(db, file, undefined, systemChance)
  const { id: accountId } = await ensureAccount(db, 1, 'business')
  for (const [name, status] of [
    ['=Main "shop"', 'up'],
    ['Blog', 'down'],
  ] as const) {
    const tools = { now: TODAY - 3 * DAY, by, sealer, limits }
    const input = { type: 'HTTP', name, url: 'http://shop.example/' }
    const { monitor } = await addMonitor(bindAccount(db, accountId), tools, input)
    const looks = Array.from({ length: 48 }, (_, hour) => ({
      monitorId: monitor.id,
      accountId,
      at: TODAY - 2 * DAY + hour * HOUR + MINUTE,
      status,
      code: status === 'up' ? 'ok' : 'connect_refused',
      ms: 10 + hour,
      observedMs: MINUTE,
    }))
    await recordSamples(db, looks)
  }
  await db.destroy()
  const run = async (...args: string[]) => {
    let [out, err] = ['', '']
    const code = await runTerminal({
      args: ['export', ...args],
      env: { DATABASE_PATH: 'uptalk.db' },
      folder,
      in: Readable.from([]),
      out: { write: (text) => (out += text) },
      err: { write: (text) => (err += text) },
    })
    return { code, out, err }
  }
  return { run, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

test('all monitors come by the day, the oldest first', async () => {
  using place = await openFolder()
  const { code, out, err } = await place.run()
  expect([code, err]).toEqual([0, ''])
  const [yesterday, before] = [toIso(TODAY - DAY), toIso(TODAY - 2 * DAY)]
  expect(readCsv(out)).toEqual([
    'monitor name date uptime minResponseTime maxResponseTime avgResponseTime p95ResponseTime checks failures downtimeSeconds observedSeconds'.split(
      ' ',
    ),
    ['1', `'=Main "shop"`, before, '100', '10', '33', '22', '32', '24', '0', '0', '1440'],
    ['1', `'=Main "shop"`, yesterday, '100', '34', '57', '46', '56', '24', '0', '0', '1440'],
    ['2', 'Blog', before, '100', '', '', '', '', '24', '24', '0', '1440'],
    ['2', 'Blog', yesterday, '100', '', '', '', '', '24', '24', '0', '1440'],
  ])
})

test('one monitor comes by the hour, of a span', async () => {
  using place = await openFolder()
  const day = toIso(TODAY - DAY).slice(0, 10)
  const spans = ['--since', `${day}T06:00:00Z`, '--until', `${day}T08:30:00Z`]
  const { code, out, err } = await place.run('blog', '--by', 'hour', ...spans)
  expect([code, err]).toEqual([0, ''])
  expect(readCsv(out).map((row) => row.slice(1, 3))).toEqual([
    ['name', 'date'],
    ...[6, 7, 8].map((hour) => ['Blog', `${day}T0${hour}:00:00.000Z`]),
  ])
})

test('a monitor there is none of leaves standard output empty', async () => {
  using place = await openFolder()
  const { code, out, err } = await place.run('nope')
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain('There is no monitor nope.')
  expect(await place.run('--since', 'x')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--since must be a time'),
  })
})
