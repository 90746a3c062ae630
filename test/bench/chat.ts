import { setTimeout as wait } from 'node:timers/promises'
import { DAY, MINUTE } from '../../src/kernel/index.ts'
import { packHistory } from '../../src/stats/index.ts'
import type { Db } from '../../src/storage/index.ts'
import { multiply, remember } from './many.ts'
import { quantile, rssMiB, spread } from './measure.ts'
import { openPeople } from './people.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const MONITORS = 10_000
const LOOKED_EVERY_MS = 30 * MINUTE
const WATCHED_EVERY_SECONDS = 60
const TIMES = 100
/** Telegram takes 30 messages a second of a bot, all chats together. */
const PAUSE_MS = 40
const WARM_UP_MS = 5000
const STARTS = 10
const TARGET_MS = { idle: 50, watching: 100 } as const

async function fill(db: Db): Promise<void> {
  const now = Date.now()
  await db.transaction().execute(async (tx) => {
    await multiply(tx, MONITORS, now)
    await remember(tx, 0, { now, spanMs: DAY, everyMs: LOOKED_EVERY_MS })
  })
  await packHistory(db, now, async () => true)
}

type Times = Readonly<Record<string, readonly number[]>>

async function timed(act: () => Promise<unknown>): Promise<number> {
  const at = performance.now()
  await act()
  return performance.now() - at
}

async function repeat(act: () => Promise<unknown>, times: number): Promise<number[]> {
  const all: number[] = []
  for (let more = 0; more < times; more += 1) {
    all.push(await timed(act))
    await wait(PAUSE_MS)
  }
  return all
}

async function measure(people: Awaited<ReturnType<typeof openPeople>>): Promise<Times> {
  const times: Record<string, number[]> = {}
  for (const [name, act] of Object.entries(await people.acts()))
    times[name] = await repeat(act, TIMES)
  return times
}

/** How much more memory hundreds of servers cost, MiB; the first answer is behind us by then. */
async function crowd(people: Awaited<ReturnType<typeof openPeople>>, pid: number) {
  await people.settle()
  await wait(WARM_UP_MS)
  const alone = rssMiB(pid)
  await people.crowd()
  await people.settle()
  await wait(WARM_UP_MS)
  return { alone, more: rssMiB(pid) - alone }
}

/** The same acts, answered with one word. */
async function measureBare(world: World) {
  await using people = await openPeople()
  await using bot = await world.bareChat(people.bareArguments)
  await people.online()
  const rss = await crowd(people, bot.pid)
  return { chat: await measure(people), rss }
}

interface Pass {
  readonly chat: Times
  readonly terminal: readonly number[]
  readonly rss: Awaited<ReturnType<typeof crowd>>
}

async function pass(world: World, intervalSeconds: number): Promise<Pass> {
  await using people = await openPeople()
  await using uptalk = await world.uptalk(
    [{ name: 'monitor', url: `http://127.0.0.1:${world.port}/`, intervalSeconds }],
    {
      fill: async (db) => {
        await fill(db)
        await people.link(db)
      },
      env: people.env,
    },
  )
  await people.online()
  await wait(WARM_UP_MS)
  const rss = await crowd(people, uptalk.pid)
  const times = await measure(people)
  const terminal = await repeat(() => world.terminal(uptalk.database, ['status']), STARTS)
  return { chat: times, terminal, rss }
}

const answered = (
  name: string,
  times: readonly number[],
  share: number,
  target: number | null,
): Figure => ({
  name: `${name}, p${share * 100}`,
  unit: 'ms',
  median: quantile(times, share),
  min: Math.min(...times),
  max: Math.max(...times),
  target,
})

function figuresOf(
  mode: keyof typeof TARGET_MS,
  { chat: answers, terminal, rss }: Pass,
  bare: Times,
): Figure[] {
  const plain = (name: string, unit: string, values: readonly number[], target: number | null) =>
    ({ name: `${name}, ${mode}`, unit, ...spread(values), target }) satisfies Figure
  return [
    ...Object.entries(answers).flatMap(([name, times]) => [
      answered(`${name}, ${mode}`, times, 0.5, null),
      answered(`${name}, ${mode}`, times, 0.99, TARGET_MS[mode]),
      plain(
        `${name} against bare, p50`,
        '×',
        [quantile(times, 0.5) / quantile(bare[name]!, 0.5)],
        null,
      ),
    ]),
    plain('uptalk status with its start', 'ms', terminal, null),
    plain('RSS', 'MiB', [rss.alone], null),
    plain('RSS more for 300 big servers', 'MiB', [rss.more], null),
  ]
}

/** From a command sent to its answer taken by the platform, beside a bot that says one word. */
export async function chat(world: World): Promise<Figure[]> {
  const bare = await measureBare(world)
  const empty = await repeat(() => world.terminal('', null), STARTS)
  const idle = await pass(world, DAY / 1000)
  const watching = await pass(world, WATCHED_EVERY_SECONDS)
  return [
    ...Object.entries(bare.chat).map(([name, times]) =>
      answered(`${name}, bare`, times, 0.5, null),
    ),
    { name: 'start of an empty program', unit: 'ms', ...spread(empty), target: null },
    {
      name: 'RSS more for 300 big servers, bare',
      unit: 'MiB',
      ...spread([bare.rss.more]),
      target: null,
    },
    ...figuresOf('idle', idle, bare.chat),
    ...figuresOf('watching', watching, bare.chat),
  ]
}
