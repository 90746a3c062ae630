import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ensureAccount } from '../../src/accounts/index.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { getBucket, packHistory, recordSamples, responseTimes } from '../../src/stats/index.ts'
import { packSamples } from '../../src/stats/pack-format.ts'
import { openDatabase } from '../../src/storage/index.ts'
import { looksInTime } from '../../src/storage/migrations/0020-looks-in-time.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { START } from '../support/history.ts'
import { House } from '../support/house.ts'

const looksFrom = (at: number) =>
  [1, 2, 3].map((minute) => ({
    at: at + minute * MINUTE,
    status: 'up',
    code: 'ok',
    ms: 10,
    observedMs: MINUTE,
    isKeptWhole: false,
  }))

/** The database as the version before left it. */
async function writeOlder(file: string): Promise<void> {
  const list = MIGRATIONS as string[]
  const newer = list.splice(list.indexOf(looksInTime))
  try {
    await using db = await openDatabase(file)
    const { id } = await ensureAccount(db, 1, 'business')
    for (const name of ['shop', 'till'])
      await sql`
        insert into monitors (account_id, type, name, url, interval_ms, timeout_ms, options, policy,
          created_at, updated_at)
        values (${id}, 'HTTP', ${name}, 'http://x/', 1, 1, '{}', '{}', 1, 1)`.execute(db)
    // Of the first hour only the looks are left.
    for (const at of [START - HOUR, START])
      for (const monitorId of [1, 2]) {
        const blob = packSamples(at, looksFrom(at))
        await sql`
          insert into packed_samples (monitor_id, at, account_id, up, degraded, unknown, samples)
          values (${monitorId}, ${at}, ${id}, 3, 0, 0, ${blob})`.execute(db)
        if (at === START)
          await sql`
            insert into hour_stats (monitor_id, at, account_id, checks, good, sum_ms, min_ms, max_ms,
              p95_ms, observed_ms)
            values (${monitorId}, ${at}, ${id}, 3, 3, 30, 10, 10, 10, ${3 * MINUTE})`.execute(db)
      }
    const [more] = looksFrom(START + HOUR)
    await recordSamples(db, [{ ...more!, monitorId: 1, accountId: id }])
  } finally {
    list.push(...newer)
  }
}

test('looks that an older version packed, and those it had not, are all there', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  try {
    const file = path.join(folder, 'uptalk.db')
    await writeOlder(file)
    await using house = await House.open({ file })
    const looks = async (id: number) => (await responseTimes(house.account, id, START - DAY)).count
    const read = async () => [
      await looks(1),
      await looks(2),
      await getBucket(house.account, 'hour', 1, START - HOUR),
      await getBucket(house.account, 'hour', 1, START),
      await getBucket(house.account, 'hour', 1, START + HOUR),
    ]
    const before = await read()
    expect(before).toMatchObject([7, 6, undefined, { checks: 3, avgMs: 10 }, { checks: 1 }])
    await packHistory(house.db, START + DAY, async () => true)
    expect(await read()).toEqual(before)
    await house.db.deleteFrom('monitors').where('id', '=', 1).execute()
    const left = await house.db.selectFrom('packed_samples').select(['monitor_id', 'at']).execute()
    expect(left).toEqual([START - HOUR, START].map((at) => ({ monitor_id: 2, at })))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
