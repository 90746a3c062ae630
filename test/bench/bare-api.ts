import type { AddressInfo } from 'node:net'
import Sqlite from 'better-sqlite3'
import { fastify } from 'fastify'
import { DAY, HOUR } from '../../src/kernel/index.ts'

/** The least an answer could cost: the same rows, prepared once, as JSON without a rule around it. */
const [database = ''] = process.argv.slice(2)
const sqlite = new Sqlite(database, { readonly: true })
const app = fastify()

const shown = `select m.*, s.* from monitors m join monitor_states s on s.monitor_id = m.id`
const list = sqlite.prepare(`${shown} order by m.id desc limit 10`)
const one = sqlite.prepare(`${shown} where m.id = ?`)
const observed = sqlite.prepare(
  `select sum(observed_ms) as observed from hour_stats where monitor_id = ? and at > ?`,
)
const samples = sqlite.prepare(
  `select h.at, h.min_ms as ms, p.samples from hour_stats h
   left join packed_samples p on p.monitor_id = h.monitor_id and p.at = h.at
   where h.monitor_id = ? and h.at >= ?`,
)
const incidents = sqlite.prepare(
  `select started_at, resolved_at from incidents
   where monitor_id = ? and started_at < ? and (resolved_at is null or resolved_at > ?)`,
)

const uptime = (id: number, since: number) => [
  observed.get(id, since),
  incidents.all(id, Date.now(), since),
]

app.get('/api/targets', () =>
  list.all().map((row) => [row, uptime((row as { id: number }).id, Date.now() - DAY)]),
)
app.get('/api/targets/:id', (request) => {
  const id = Number((request.params as { id: string }).id)
  const spans = [DAY, 7 * DAY, 30 * DAY].map((span) => uptime(id, Date.now() - span))
  return [one.get(id), spans, samples.all(id, Date.now() - DAY).length]
})
app.get('/api/target_stats_hourlies', (request) => {
  const query = request.query as Record<string, string>
  const id = Number(query['target.id'])
  const since = Date.parse(query['date[after]']!)
  const hours = new Map<number, number[]>()
  for (const { at, ms } of samples.all(id, since) as { at: number; ms: number }[]) {
    const hour = Math.floor(at / HOUR)
    hours.set(hour, [...(hours.get(hour) ?? []), ms])
  }
  return [...hours].map(([hour, times]) => ({ hour, ms: times.toSorted((a, b) => a - b)[0] }))
})

await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ port })}\n`)
