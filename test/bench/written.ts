import { readFileSync } from 'node:fs'
import { ensureAccount } from '../../src/accounts/index.ts'
import { HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { packHistory, readOn, recordSamples, type Sample } from '../../src/stats/index.ts'
import { bindAccount, type Db, openDatabase, relaxedTransaction } from '../../src/storage/index.ts'
import { multiply } from './many.ts'

export const MONITORS = 3000
const START = Date.parse('2026-03-01T00:00:00Z')
/** Young hours share pages, which makes them cheap: as many as make each monitor's pages its own. */
const BEFORE = 36
const COUNTED = 3
const MINUTES_AN_HOUR = 60

/** By this process, which writes nothing else. */
const writtenBytes = (): number =>
  Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))![1])

/** One that took about so long, some milliseconds off its rhythm, in parts as an HTTPS look has. */
function lookOf(accountId: number, monitorId: number, second: number): Sample {
  const noiseAt = (it: number, most: number): number => (monitorId * 7919 + it * 104_729) % most
  const noise = (most: number): number => noiseAt(second, most)
  const ms = 80 + noise(70)
  const timings = {
    dns: noise(30) / 10,
    connect: 10 + noise(97) / 10,
    tls: 20 + noise(101) / 10,
    firstByte: 40 + noise(301) / 10,
    body: noise(19) / 10,
    total: ms + noise(9) / 10,
  }
  const at = START + second * SECOND + noise(9)
  // The time since the last.
  const observedMs = MINUTE + noise(9) - noiseAt(second - MINUTE / SECOND, 9)
  return { monitorId, accountId, at, status: 'up', code: 'ok', ms, observedMs, timings }
}

/** An hour as the engine writes it, `batchSeconds` in one go, and its packing. */
async function pass(db: Db, accountId: number, hour: number, batchSeconds: number): Promise<void> {
  for (let from = 0; from < HOUR / SECOND; from += batchSeconds) {
    const looks: Sample[] = []
    for (let second = from; second < from + batchSeconds; second += 1)
      for (let id = 1 + (second % MINUTES_AN_HOUR); id <= MONITORS; id += MINUTES_AN_HOUR)
        looks.push(lookOf(accountId, id, hour * MINUTES_AN_HOUR ** 2 + second))
    await relaxedTransaction(db, (tx) => recordSamples(tx, looks))
    await readOn(bindAccount(db, accountId))
  }
  await packHistory(db, START + (hour + 1) * HOUR + 3 * MINUTE, async () => true)
}

/** What a look a minute of many monitors costs a file that is some days old, its share of packing and all. */
export async function written(
  file: string,
): Promise<{ readonly bytes: number; readonly micros: number }> {
  await using db = await openDatabase(file)
  const { id: accountId } = await ensureAccount(db, 1, 'business')
  await db
    .insertInto('monitors')
    .values({
      account_id: accountId,
      type: 'HTTP',
      name: 'monitor',
      url: 'http://127.0.0.1/',
      interval_ms: MINUTE,
      timeout_ms: 1,
      options: '{}',
      policy: '{}',
      created_at: 1,
      updated_at: 1,
    })
    .execute()
  await multiply(db, MONITORS, 1)
  for (let hour = 0; hour < BEFORE; hour += 1) await pass(db, accountId, hour, 600)
  const [before, used] = [writtenBytes(), process.cpuUsage()]
  for (let hour = BEFORE; hour < BEFORE + COUNTED; hour += 1) await pass(db, accountId, hour, 1)
  const looks = MONITORS * MINUTES_AN_HOUR * COUNTED
  const { user, system } = process.cpuUsage(used)
  return { bytes: (writtenBytes() - before) / looks, micros: (user + system) / looks }
}
