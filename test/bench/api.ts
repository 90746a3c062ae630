import { sql } from 'kysely'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { packHistory } from '../../src/stats/index.ts'
import type { Db } from '../../src/storage/index.ts'
import { addKeys, KEYS } from './keys.ts'
import { type Asked, ask } from './load.ts'
import { multiply, numbers, remember } from './many.ts'
import { quantile, settled, type Spread, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const MONITORS = 10_000
/** So many of them, the newest, have been looked at every five minutes. */
const WITH_HISTORY = 200
const HISTORY_MS = 2 * DAY
const EVERY_MS = 5 * MINUTE
const OUTAGE_EVERY_MS = 2 * DAY

const CONNECTIONS = 4
const WARM_UP_MS = 2000
const WINDOWS = 3
const WINDOW_MS = 1000
const ALONE_MS = 1500
/** How often each is looked at where all are watched meanwhile. */
const WATCHED_SECONDS = 60
const HARDLY_EVER_SECONDS = 86_400

/** Makes of the one monitor that is there many, and remembers `spanMs` of some. */
async function fill(db: Db, spanMs: number): Promise<void> {
  const now = Date.now()
  await db.transaction().execute(async (tx) => {
    await multiply(tx, MONITORS, now)
    const oldest = MONITORS - WITH_HISTORY
    await remember(tx, oldest, { now, spanMs, everyMs: EVERY_MS })
    await sql`
      insert into incidents (account_id, monitor_id, monitor_name, url, severity, started_at,
        detected_at, resolved_at, closed_at, end_reason, code, message, failures)
      select m.account_id, m.id, m.name, m.url, 'down', at, at, at + ${EVERY_MS}, at + ${EVERY_MS},
        'resolved', 'connect_refused', 'connection refused', 2
      from (select m.*, ${now} - n.at * ${OUTAGE_EVERY_MS} - ${HOUR} as at
        from monitors m, ${numbers(spanMs / OUTAGE_EVERY_MS)} where m.id > ${oldest}) m`.execute(tx)
    await addKeys(tx, now)
  })
  await packHistory(db, now, async () => true)
}

const since = (ms: number): string => new Date(Date.now() - ms).toISOString()

/** The newest has a history. */
const paths = () => ({
  'list 10 of 10,000 targets': '/api/targets',
  'one target': `/api/targets/${MONITORS}`,
  'statistics of an hour': `/api/target_stats_hourlies?target.id=${MONITORS}&date[after]=${since(HOUR)}`,
  'statistics of a day by the hour': `/api/target_stats_hourlies?target.id=${MONITORS}&date[after]=${since(DAY)}`,
})

interface Measured {
  /** CPU milliseconds a request. */
  readonly cost: Spread
  readonly p50: number
  readonly p99: number
}

async function measure(asked: Asked): Promise<Measured> {
  await ask(asked, CONNECTIONS, WARM_UP_MS)
  const costs: number[] = []
  for (let more = 0; more < WINDOWS; more += 1) {
    const { times, cpu } = await ask(asked, CONNECTIONS, WINDOW_MS)
    costs.push(cpu / times.length)
  }
  const { times } = await ask(asked, 1, ALONE_MS)
  return { cost: spread(costs), p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

const over = (a: Spread, b: Spread): Spread => ({
  median: a.median / b.median,
  min: a.min / b.max,
  max: a.max / b.min,
})

const ONE_SECOND: Spread = { median: 1000, min: 1000, max: 1000 }

const started = (world: World, spanMs: number, intervalSeconds: number) =>
  world.uptalk([{ name: 'monitor', url: `http://127.0.0.1:${world.port}/`, intervalSeconds }], {
    fill: (db) => fill(db, spanMs),
    env: { RETAIN_CHECKS: '999' },
  })

async function pass(world: World, times: number) {
  await using uptalk = await started(world, times * HISTORY_MS, HARDLY_EVER_SECONDS)
  await using bare = await world.bareApi(uptalk.database)
  await settled(uptalk.pid)
  const measured: (readonly [string, Measured, Measured])[] = []
  for (const [name, path] of Object.entries(paths()))
    measured.push([
      name,
      await measure({ pid: uptalk.pid, port: uptalk.port, path, keys: KEYS }),
      await measure({ pid: bare.pid, port: bare.said['port']!, path, keys: [] }),
    ])
  return measured
}

/** How long answers take while every monitor is watched, and one that needs no work at all. */
async function meanwhile(world: World): Promise<Figure[]> {
  await using uptalk = await started(world, HISTORY_MS, WATCHED_SECONDS)
  const figures: Figure[] = []
  for (const [name, path] of Object.entries({ ...paths(), 'the entry point': '/api' })) {
    const asked = { pid: uptalk.pid, port: uptalk.port, path, keys: KEYS }
    await ask(asked, 1, WARM_UP_MS)
    const { times } = await ask(asked, 1, WINDOWS * WINDOW_MS)
    const said = `${name} while 10,000 run`
    const target = path === '/api/targets' ? 30 : null
    figures.push(
      { name: `${said}, p50`, unit: 'ms', ...spread([quantile(times, 0.5)]), target: null },
      { name: `${said}, p99`, unit: 'ms', ...spread([quantile(times, 0.99)]), target },
    )
  }
  return figures
}

/** What an answer costs, beside a bare server of the same rows, and with ten times the history. */
export async function api(world: World): Promise<Figure[]> {
  const [once, tenfold] = [await pass(world, 1), await pass(world, 10)]
  const busy = await meanwhile(world)
  const idle = once.flatMap(([name, ours, bare], at) => {
    const isList = at === 0
    const later = tenfold[at]![1]
    return [
      {
        name,
        unit: '/s a core',
        ...over(ONE_SECOND, ours.cost),
        target: isList ? 3000 : null,
        isLeast: true,
      },
      { name: `${name}, bare`, unit: '/s a core', ...over(ONE_SECOND, bare.cost), target: null },
      { name: `${name}, CPU against bare`, unit: '×', ...over(ours.cost, bare.cost), target: null },
      { name: `${name}, p50`, unit: 'ms', ...spread([ours.p50]), target: null },
      { name: `${name}, p99`, unit: 'ms', ...spread([ours.p99]), target: isList ? 10 : null },
      {
        name: `${name}, CPU with 10 times the history`,
        unit: '×',
        ...over(later.cost, ours.cost),
        target: 1.25,
      },
    ] satisfies Figure[]
  })
  return [...idle, ...busy]
}
