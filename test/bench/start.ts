import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { HOUR, MINUTE } from '../../src/kernel/index.ts'
import { npmStart } from '../support/npm-start.ts'
import { multiply, remember } from './many.ts'
import { rssMiB, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const STARTS = 5
const SETTLED_MS = 10_000
const MANY = 100_000

/** Milliseconds until `file` says something that matches, run as `npm start` does; what `then` makes of it. */
async function started(
  file: string,
  ready: RegExp,
  env: Readonly<Record<string, string>>,
  then: (pid: number) => Promise<number | null> = async () => null,
): Promise<{ readonly ms: number; readonly found: number | null }> {
  const npm = npmStart()
  const began = performance.now()
  const child = spawn(process.execPath, [...npm.flags, path.join(ROOT, file)], {
    env: { PATH: process.env['PATH'], ...npm.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const text of child.stdout as AsyncIterable<Buffer>) {
    said += text.toString()
    if (ready.test(said)) break
  }
  const ms = performance.now() - began
  const found = await then(child.pid!)
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return { ms, found }
}

const READY = /"ready"/

/** From nothing to ready, and what an idle process holds. */
export async function start(world: World): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'uptalk-bench-start-'))
  try {
    const env = (name: string) => ({
      PORT: '0',
      CANARY_HOSTS: '',
      DATABASE_PATH: path.join(folder, `${name}.db`),
      NODE_COMPILE_CACHE: path.join(folder, 'code'),
    })
    const cold = await started('src/main.ts', READY, env('cold'))
    const warm: number[] = []
    const bare: number[] = []
    for (let more = 0; more < STARTS; more += 1) {
      warm.push((await started('src/main.ts', READY, env('cold'))).ms)
      bare.push((await started('test/bench/bare-start.ts', /\{\}/, env('cold'))).ms)
    }
    const idle = await started('src/main.ts', READY, env('cold'), async (pid) => {
      await wait(SETTLED_MS)
      return rssMiB(pid)
    })
    let database = ''
    {
      await using uptalk = await world.uptalk(
        [{ name: 'monitor', url: `http://127.0.0.1:${world.port}/`, intervalSeconds: 86_400 }],
        {
          fill: (db) =>
            db.transaction().execute(async (tx) => {
              const now = Date.now()
              await multiply(tx, MANY, now - HOUR)
              await remember(tx, 0, { now, spanMs: HOUR, everyMs: MINUTE })
            }),
        },
      )
      database = uptalk.database
    }
    const many = await started('src/main.ts', READY, { ...env('many'), DATABASE_PATH: database })
    const figure = (name: string, unit: string, values: readonly number[], target: number | null) =>
      ({ name, unit, ...spread(values), target }) satisfies Figure
    return [
      figure('first start to ready, nothing compiled', 'ms', [cold.ms], null),
      figure('start to ready', 'ms', warm, 800),
      figure('a bare server to listening', 'ms', bare, null),
      figure('idle RSS', 'MiB', [idle.found ?? NaN], 110),
      figure(
        `start to ready with ${MANY.toLocaleString('en')} monitors and their hour`,
        'ms',
        [many.ms],
        3000,
      ),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
