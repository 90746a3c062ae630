import { setTimeout as wait } from 'node:timers/promises'
import { cpuPerSecond, quantile, rssMiB, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const INTERVAL_SECONDS = 10
const WARM_UP_MS = 12_000
const WINDOWS = 5
const WINDOW_MS = 3000

/** Lateness within the rhythm: how far each arrival is from the one an interval before it. */
function unevenness(seen: Readonly<Record<string, readonly number[]>>): number[] {
  return Object.values(seen).flatMap((times) =>
    times.slice(1).map((at, index) => Math.abs(at - times[index]! - INTERVAL_SECONDS * 1000)),
  )
}

async function one(world: World, kind: 'http' | 'https', rate: number, target: number) {
  const origin =
    kind === 'http' ? `http://127.0.0.1:${world.port}` : `https://127.0.0.1:${world.tlsPort}`
  const monitors = Array.from({ length: rate * INTERVAL_SECONDS }, (_, at) => ({
    name: `monitor ${at}`,
    url: `${origin}/${at}`,
    intervalSeconds: INTERVAL_SECONDS,
  }))
  const bare = await (async () => {
    await using loop = await world.bare(kind, rate)
    await wait(2000)
    // Awaited here: the loop ends when this function returns.
    return await cpuPerSecond(loop.pid, WINDOWS, WINDOW_MS)
  })()
  await using uptalk = await world.uptalk(monitors)
  await wait(WARM_UP_MS)
  await world.seen()
  const ours = await cpuPerSecond(uptalk.pid, WINDOWS, WINDOW_MS)
  const uneven = unevenness(await world.seen())
  const name = `${kind.toUpperCase()} check at ${rate}/s`
  const per = (it: typeof ours) => ({
    median: it.median / rate,
    min: it.min / rate,
    max: it.max / rate,
  })
  const ratio = {
    median: ours.median / bare.median,
    min: ours.min / bare.max,
    max: ours.max / bare.min,
  }
  return [
    { name: `CPU a ${name}`, unit: 'ms', target: null, ...per(ours) },
    { name: `CPU a bare ${kind} look at ${rate}/s`, unit: 'ms', target: null, ...per(bare) },
    { name: `CPU a ${name}, against bare`, unit: '×', target, ...ratio },
    {
      name: `unevenness p99, ${name}`,
      unit: 'ms',
      target: 50,
      ...spread([quantile(uneven, 0.99)]),
    },
    {
      name: `RSS with ${monitors.length} monitors`,
      unit: 'MiB',
      target: null,
      ...spread([rssMiB(uptalk.pid)]),
    },
  ] satisfies Figure[]
}

/** What looking, judging and storing costs, beside a bare socket loop in the same run. */
export const checks = async (world: World): Promise<Figure[]> => [
  ...(await one(world, 'http', 50, 1.4)),
  ...(await one(world, 'https', 50, 1.25)),
  ...(await one(world, 'http', 300, 2)),
]
