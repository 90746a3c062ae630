import { sql } from 'kysely'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { packHistory, readSteps, recordSamples } from '../../src/stats/index.ts'
import { packSamples } from '../../src/stats/pack-format.ts'
import { bindAccount, type Db } from '../../src/storage/index.ts'
import { KEYS, addKeys } from './keys.ts'
import { ask } from './load.ts'
import { multiply, numbers } from './many.ts'
import { quantile, type Spread, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'
import { MONITORS as WRITTEN_OF, written } from './written.ts'

const MONITORS = 1000
/** So many of them, the newest, have single looks: a minute apart, of so long. */
const WITH_LOOKS = 100
const LOOKS_MS = DAY
const HOURS_KEPT_MS = 90 * DAY
const KEPT_MS = 7 * DAY
const YEAR_MS = 365 * DAY
const BATCH = 1000
const WARM_UP_MS = 500
const ASKED_MS = 2000

const once = (value: number): Spread => ({ median: value, min: value, max: value })

const TABLES = ['packed_samples', 'hour_stats', 'day_stats']

/** Looks of a day as the engine writes them, a batch a second; looks a second. */
async function takeIn(db: Db, now: number): Promise<Spread> {
  const rates: number[] = []
  const before = new Map<number, number>()
  let batch = []
  for (let at = now - LOOKS_MS; at < now; at += MINUTE)
    for (let id = MONITORS - WITH_LOOKS + 1; id <= MONITORS; id += 1) {
      // Some milliseconds late, and as long as answers take: what packs worse than even figures.
      const late = (id * 7919 + at / MINUTE) % 7
      const ms = 150 + ((id * 104_729 + at / MINUTE) % 70)
      batch.push({
        monitorId: id,
        accountId: 1,
        at: at + late + id * 7,
        status: 'up',
        code: 'ok',
        ms,
        // The time since the last.
        observedMs: at + late + id * 7 - (before.get(id) ?? at + late + id * 7),
      })
      before.set(id, at + late + id * 7)
      if (batch.length < BATCH) continue
      const some = batch
      batch = []
      const began = performance.now()
      await db.transaction().execute((tx) => recordSamples(tx, some))
      rates.push((1000 * some.length) / (performance.now() - began))
    }
  return spread(rates)
}

/** Packs them: looks a second, how long steps take by the clock and of the processor, bytes a look. */
async function pack(db: Db, now: number) {
  const looks = (WITH_LOOKS * LOOKS_MS) / MINUTE
  const began = performance.now()
  const steps: number[] = []
  let [step, used, mostMs] = [began, process.cpuUsage(), 0]
  await packHistory(db, now, async () => {
    steps.push(performance.now() - step)
    const { user, system } = process.cpuUsage(used)
    mostMs = Math.max(mostMs, (user + system) / 1000)
    await new Promise(setImmediate)
    ;[step, used] = [performance.now(), process.cpuUsage()]
    return true
  })
  const rate = (1000 * looks) / (performance.now() - began)
  const size = await sql<{ bytes: number }>`
    select sum(s.pgsize) as bytes from dbstat s
    join sqlite_schema t on t.name = s.name
    where t.tbl_name in (${sql.join(TABLES)})`.execute(db)
  return { rate, steps, mostMs, bytes: size.rows[0]!.bytes / looks }
}

/** An hour of looks a minute apart. */
const hourOfLooks = (hour: number) =>
  packSamples(
    hour,
    Array.from({ length: HOUR / MINUTE }, (_, minute) => ({
      at: hour + minute * MINUTE + ((minute * 7919) % 9),
      status: 'up',
      code: 'ok',
      ms: 150 + ((minute * 104_729) % 70),
      observedMs: MINUTE,
      isKeptWhole: false,
    })),
  )

/** A year of days, ninety days of hours and a week of single looks, of every monitor. */
async function remember(db: Db, now: number): Promise<void> {
  const [today, hour] = [now - (now % DAY), now - (now % HOUR)]
  const fill = (table: string, last: number, size: number, spanMs: number) =>
    sql`
      insert or ignore into ${sql.table(table)} (monitor_id, at, account_id, checks, failures, good,
        sum_ms, min_ms, max_ms, p95_ms, observed_ms, down_ms)
      select m.id, ${last} - (n.at + 1) * ${size}, m.account_id, ${size / MINUTE}, 0, ${size / MINUTE},
        ${(size / MINUTE) * 180}, 150, 220, 215, ${size}, 0
      from monitors m, ${numbers(spanMs / size)}`.execute(db)
  await fill('day_stats', today, DAY, YEAR_MS)
  await fill('hour_stats', hour, HOUR, HOURS_KEPT_MS)
  for (let at = hour - KEPT_MS; at < hour; at += HOUR)
    await sql`
      insert or ignore into packed_samples (account_id, at, monitor_id, up, degraded, unknown, samples)
      select account_id, ${at}, id, ${HOUR / MINUTE}, 0, 0, ${hourOfLooks(at)}
      from monitors`.execute(db)
}

/** What is remembered: how fast it goes in and is packed, how much room it takes, how fast it is read. */
export async function history(world: World): Promise<Figure[]> {
  const now = Date.now() - (Date.now() % HOUR)
  const figures: Figure[] = []
  const add = (name: string, unit: string, value: Spread, target: number | null = null) =>
    figures.push({ name, unit, ...value, target })
  const whole = await written(world.file('written.db'))
  add(`written a look, packing and all, ${WRITTEN_OF} @ 60 s`, 'B', once(whole.bytes), 350)
  add('CPU of that a look', 'µs', once(whole.micros))
  await using uptalk = await world.uptalk(
    [{ name: 'monitor', url: `http://127.0.0.1:${world.port}/`, intervalSeconds: 86_400 }],
    {
      fill: async (db) => {
        await multiply(db, MONITORS, Date.now())
        await addKeys(db, now)
        add('looks taken in', '/s', await takeIn(db, now))
        const { rate, steps, mostMs, bytes } = await pack(db, now + 3 * MINUTE)
        add('looks packed', '/s', once(rate))
        add('a step of packing', 'ms', spread(steps))
        add('CPU of the longest', 'ms', once(mostMs), 25)
        add('room a look, packed, with its share of hours and days', 'B', once(bytes), 4)
        await remember(db, now)
        const account = bindAccount(db, 1)
        const times: number[] = []
        for (let id = 1; id <= 50; id += 1) {
          const began = performance.now()
          await readSteps(account, id, { from: now - HOURS_KEPT_MS, stepMs: DAY, count: 90 })
          times.push(performance.now() - began)
        }
        add('steps of a chart of 90 days', 'ms', spread(times))
      },
    },
  )
  const since = (ms: number): string => new Date(now - ms).toISOString()
  const one = `target.id=${MONITORS / 2}&itemsPerPage=100`
  const asked = {
    'a page of 100 days, of a year': [`dailies?${one}&date[after]=${since(YEAR_MS)}`, 10],
    'a page of 100 hours, of a month': [`hourlies?${one}&date[after]=${since(30 * DAY)}`, 20],
    'the latest 100 days of all monitors': ['dailies?itemsPerPage=100', null],
  } as const
  for (const [name, [path, target]] of Object.entries(asked)) {
    const it = { ...uptalk, path: `/api/target_stats_${path}`, keys: KEYS }
    await ask(it, 1, WARM_UP_MS)
    const { times } = await ask(it, 1, ASKED_MS)
    add(`${name}, p50`, 'ms', once(quantile(times, 0.5)))
    add(`${name}, p99`, 'ms', once(quantile(times, 0.99)), target)
  }
  return figures
}
