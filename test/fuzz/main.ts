import { parseArgs } from 'node:util'
import { fuzzHouse } from './house.ts'

const REQUESTS = 200
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
})
const end = performance.now() + Number(values.seconds) * 1000
const statuses = new Map<string, number>()
let [asked, wrong] = [0, 0]
for (let seed = Number(values.seed); performance.now() < end; seed += 1) {
  const fuzzed = await fuzzHouse(seed, REQUESTS)
  for (const [status, count] of Object.entries(fuzzed.statuses)) {
    statuses.set(status, (statuses.get(status) ?? 0) + count)
    asked += count
  }
  wrong += fuzzed.troubles.length
  for (const trouble of fuzzed.troubles) process.stdout.write(`${trouble}\n`)
}
const table = [...statuses]
  .toSorted(([a], [b]) => Number(a) - Number(b))
  .map(([status, count]) => `${status}: ${count}`)
process.stdout.write(
  `${table.join(', ')}\n${asked} requests from seed ${values.seed}, ${wrong} wrong\n`,
)
process.exit(wrong === 0 ? 0 : 1)
