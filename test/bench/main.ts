import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { alerts } from './alerts.ts'
import { api } from './api.ts'
import { chat } from './chat.ts'
import { checks } from './checks.ts'
import { history } from './history.ts'
import { tableOf } from './report.ts'
import { scale } from './scale.ts'
import { start } from './start.ts'
import { openWorld } from './world.ts'

const BENCHES = { checks, api, alerts, chat, history, scale, start } as const
const RESULTS = path.resolve(import.meta.dirname, '../../node_modules/.cache/bench.json')

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(BENCHES, name))
if (unknown.length > 0) {
  process.stderr.write(`There is ${Object.keys(BENCHES).join(', ')}, not ${unknown.join(', ')}.\n`)
  process.exit(2)
}

await using world = await openWorld()
const results: Record<string, unknown> = {}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const began = performance.now()
  const figures = await bench(world)
  const seconds = Math.round((performance.now() - began) / 1000)
  results[name] = figures
  process.stdout.write(`${name}, ${seconds} s\n${tableOf(figures)}\n\n`)
}
mkdirSync(path.dirname(RESULTS), { recursive: true })
writeFileSync(RESULTS, JSON.stringify(results, null, 2))
process.stdout.write(`Kept in ${path.relative(process.cwd(), RESULTS)}\n`)
