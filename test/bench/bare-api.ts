import type { AddressInfo } from 'node:net'
import Sqlite from 'better-sqlite3'
import { fastify } from 'fastify'
import { DAY } from '../../src/kernel/index.ts'

/** The least an answer could cost: the same rows, prepared once, as JSON without a rule around it. */
const [database = ''] = process.argv.slice(2)
const sqlite = new Sqlite(database, { readonly: true })
const app = fastify()

const shown = `select m.*, s.* from monitors m join monitor_states s on s.monitor_id = m.id`
const count = sqlite.prepare(`select monitors from accounts where id = 1`)
const list = sqlite.prepare(`${shown} order by m.id desc limit 10`)
const one = sqlite.prepare(`${shown} where m.id = ?`)
const observed = sqlite.prepare(
  `select sum(observed_ms) as observed, sum(down_ms) as down from hour_stats
   where monitor_id = ? and at > ?`,
)
const packed = sqlite.prepare(
  `select p.at, p.samples from hour_stats h join packed_samples p
     on p.account_id = h.account_id and p.at = h.at and p.monitor_id = h.monitor_id
   where h.monitor_id = ? and h.at >= ?`,
)
const incidents = sqlite.prepare(
  `select started_at, resolved_at from incidents
   where monitor_id = ? and started_at < ? and (resolved_at is null or resolved_at > ?)`,
)
const hours = sqlite.prepare(`select * from hour_stats where monitor_id = ? and at >= ?`)

const uptime = (id: number, since: number) => [
  observed.get(id, since),
  incidents.all(id, Date.now(), since).length,
]

app.get('/api/targets', () => [
  count.get(),
  list.all().map((row) => [row, uptime((row as { id: number }).id, Date.now() - DAY)]),
])
app.get('/api/targets/:id', (request) => {
  const id = Number((request.params as { id: string }).id)
  const spans = [DAY, 7 * DAY, 30 * DAY].map((span) => uptime(id, Date.now() - span))
  return [one.get(id), spans, packed.all(id, Date.now() - DAY).length]
})
app.get('/api/target_stats_hourlies', (request) => {
  const query = request.query as Record<string, string>
  const id = Number(query['target.id'])
  const since = Date.parse(query['date[after]']!)
  return [hours.all(id, since), uptime(id, since)]
})

await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ port })}\n`)
