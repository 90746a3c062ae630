import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import { slotAfter } from '../../src/monitors/index.ts'
import { type Db, openDatabase } from '../../src/storage/index.ts'
import { addKeys, KEYS } from './keys.ts'
import { ask } from './load.ts'
import { multiply } from './many.ts'
import { cpuMs, cpuPerSecond, quantile, rssMiB, type Spread, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const INTERVAL_MS = MINUTE
/** What is being made when a window of measuring ends is no miss. */
const MARGIN_MS = 5 * SECOND
const ASK_EVERY_MS = 100

interface Scenario {
  readonly monitors: number
  readonly kind: 'http' | 'https'
  /** Of a hundred: answer 500, never answer. */
  readonly failing: number
  readonly hanging: number
  readonly warmUpMs: number
  readonly windowMs: number
  readonly targets: Readonly<
    Partial<Record<'lateness' | 'cores' | 'ratio' | 'rss' | 'api' | 'loop', number>>
  >
}

const SCENARIOS: readonly Scenario[] = [
  {
    monitors: 10_000,
    kind: 'http',
    failing: 1,
    hanging: 1,
    warmUpMs: 20_000,
    windowMs: 60_000,
    targets: { lateness: 50, ratio: 1.4, rss: 250, api: 30 },
  },
  {
    monitors: 18_000,
    kind: 'https',
    failing: 0,
    hanging: 0,
    warmUpMs: 20_000,
    windowMs: 40_000,
    targets: { lateness: 250, ratio: 1.25, api: 20, loop: 20 },
  },
  {
    monitors: 100_000,
    kind: 'http',
    failing: 0,
    hanging: 0,
    warmUpMs: 30_000,
    windowMs: 60_000,
    targets: { lateness: 250, cores: 1, ratio: 2, rss: 700, api: 50 },
  },
]

const counted = (count: number): string => count.toLocaleString('en')

function fillWith(
  { monitors, failing, hanging }: Pick<Scenario, 'monitors' | 'failing' | 'hanging'>,
  origin: string,
) {
  return (db: Db) =>
    db.transaction().execute(async (tx) => {
      await multiply(tx, monitors, Date.now())
      await sql`
        update monitors set interval_ms = ${INTERVAL_MS}, url = ${origin} ||
          case when id % 100 < ${failing} then '/fail/'
            when id % 100 < ${failing + hanging} then '/hang/' else '/' end || id`.execute(tx)
      await addKeys(tx, Date.now())
    })
}

/**
 * How each look of a window was: from outside, by the rhythm the ids have. Targets that fail are looked
 * at again besides, and ones that hang may be looked at still when they are due: only they are late.
 */
function judge(
  seen: Readonly<Record<string, readonly number[]>>,
  { monitors: ids, failing, hanging }: Pick<Scenario, 'monitors' | 'failing' | 'hanging'>,
  from: number,
  to: number,
) {
  const arrivals = new Map<number, readonly number[]>()
  for (const [path, times] of Object.entries(seen))
    arrivals.set(Number(path.slice(path.lastIndexOf('/') + 1)), times)
  const isWell = (id: number): boolean => id % 100 >= failing + hanging
  const lateness: number[] = []
  let [missed, doubled] = [0, 0]
  for (let id = 1; id <= ids; id += 1)
    for (let slot = slotAfter(id, INTERVAL_MS, from); slot < to - MARGIN_MS; slot += INTERVAL_MS) {
      const here = (arrivals.get(id) ?? []).filter(
        (at) => at > slot - SECOND && at < slot + INTERVAL_MS - SECOND && at < to,
      )
      if (here.length > 0) lateness.push(here[0]! - slot)
      if (!isWell(id)) continue
      if (here.length === 0) missed += 1
      if (here.length > 1) doubled += here.length - 1
    }
  return { lateness, missed, doubled }
}

const once = (value: number): Spread => spread([value])

async function loopLag(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  return 1000 * Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(text)?.[1])
}

async function bareCpu(world: World, kind: 'http' | 'https', rate: number): Promise<Spread> {
  await using loop = await world.bare(kind, rate)
  await wait(3000)
  // Awaited here: the loop ends when this function returns.
  return await cpuPerSecond(loop.pid, 3, 4000)
}

async function run(world: World, it: Scenario): Promise<Figure[]> {
  const { monitors, kind, targets } = it
  const rate = (monitors * SECOND) / INTERVAL_MS
  const origin =
    kind === 'http' ? `http://127.0.0.1:${world.port}` : `https://127.0.0.1:${world.tlsPort}`
  const bare = await bareCpu(world, kind, rate)
  await using uptalk = await world.uptalk(
    [{ name: 'monitor', url: origin, intervalSeconds: INTERVAL_MS / SECOND }],
    { fill: fillWith(it, origin) },
  )
  await wait(it.warmUpMs)
  await world.seen()
  await loopLag(uptalk.port)
  const [from, before] = [Date.now(), cpuMs(uptalk.pid)]
  const asked = { ...uptalk, path: '/api/targets', keys: KEYS }
  const { times } = await ask(asked, 1, it.windowMs, ASK_EVERY_MS)
  const [to, after] = [Date.now(), cpuMs(uptalk.pid)]
  const lag = await loopLag(uptalk.port)
  const seen = judge(await world.seen(), it, from, to)
  const cores = (after - before) / (to - from)
  const of = `${counted(monitors)} ${kind.toUpperCase()} @ 60 s`
  const figure = (name: string, unit: string, value: number, target: number | null = null) =>
    ({ name: `${of}, ${name}`, unit, ...once(value), target }) satisfies Figure
  return [
    figure('lateness p50', 'ms', quantile(seen.lateness, 0.5)),
    figure('lateness p99', 'ms', quantile(seen.lateness, 0.99), targets.lateness ?? null),
    figure('missed', '', seen.missed, 0),
    figure('doubled', '', seen.doubled, 0),
    figure('CPU', 'cores', cores, targets.cores ?? null),
    figure('CPU a check', 'ms', (cores * SECOND) / rate),
    figure('CPU against bare', '×', (cores * SECOND) / bare.median, targets.ratio ?? null),
    figure('RSS', 'MiB', rssMiB(uptalk.pid), targets.rss ?? null),
    figure('list of targets meanwhile, p50', 'ms', quantile(times, 0.5)),
    figure('list of targets meanwhile, p99', 'ms', quantile(times, 0.99), targets.api ?? null),
    figure('delay of the event loop, p99', 'ms', lag, targets.loop ?? null),
  ]
}

const OVERLOAD = { monitors: 200_000, failing: 0, hanging: 0 }
const OVERLOADED_MS = 80_000
const PATIENCE_MS = 200_000

interface Health {
  readonly ready: boolean
  readonly parts: Readonly<Record<string, string>>
}

/** More than there is time for: who suffers how much, whether it is said, and whether it passes. */
async function overload(world: World): Promise<Figure[]> {
  const origin = `http://127.0.0.1:${world.port}`
  await using uptalk = await world.uptalk(
    [{ name: 'monitor', url: origin, intervalSeconds: INTERVAL_MS / SECOND }],
    { fill: fillWith(OVERLOAD, origin) },
  )
  const health = async () =>
    (await (await fetch(`http://127.0.0.1:${uptalk.port}/healthz`)).json()) as Health
  await wait(OVERLOADED_MS - INTERVAL_MS)
  await world.seen()
  const from = Date.now()
  await wait(INTERVAL_MS)
  const [to, isSaid] = [Date.now(), (await health()).parts['checks'] === 'late']
  const arrivals = await world.seen()
  const { lateness } = judge(arrivals, OVERLOAD, from, to)
  const looked = Object.values(arrivals).reduce((sum, times) => sum + times.length, 0)
  const rss = rssMiB(uptalk.pid)
  const db = await openDatabase(uptalk.database)
  await sql`update monitors set is_active = 0, rev = rev + 1 where id % 20 <> 0`.execute(db)
  await db.destroy()
  const eased = Date.now()
  while ((await health()).parts['checks'] === 'late' && Date.now() - eased < PATIENCE_MS)
    await wait(SECOND)
  const of = `${counted(OVERLOAD.monitors)} HTTP @ 60 s`
  const figure = (name: string, unit: string, value: number, target: number | null = null) =>
    ({ name: `${of}, ${name}`, unit, ...once(value), target }) satisfies Figure
  return [
    figure('checks made', '/s', (looked * SECOND) / (to - from)),
    figure('lateness p10', 'ms', quantile(lateness, 0.1)),
    figure('lateness p50', 'ms', quantile(lateness, 0.5)),
    figure('lateness p99', 'ms', quantile(lateness, 0.99)),
    { ...figure('said by /healthz', '', Number(isSaid), 1), isLeast: true },
    figure('RSS', 'MiB', rss),
    figure(
      'well again, of 10,000, after',
      's',
      (Date.now() - eased) / SECOND,
      PATIENCE_MS / SECOND - 1,
    ),
  ]
}

/** Many monitors, as one process has them: how punctual, at what cost, and what waits meanwhile. */
export async function scale(world: World): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const scenario of SCENARIOS) figures.push(...(await run(world, scenario)))
  return [...figures, ...(await overload(world))]
}
