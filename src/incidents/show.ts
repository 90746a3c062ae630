import type { IncidentId, Instant, MonitorId } from '../kernel/index.ts'
import { queueChange } from '../notifications/index.ts'
import { type AccountTx, prepared, wholeAccount } from '../storage/index.ts'
import type { Incident } from './list.ts'

const moveOn = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }) =>
  tx
    .updateTable('incidents')
    .set((eb) => ({ rev: eb('rev', '+', 1) }))
    .where('id', '=', id)
    .returning(['id', 'rev', 'resolved_at', 'told_at', 'storm_id']),
)

/** Whose messages are to show a change. */
type Shown = 'itself' | 'its storm, too'

/** Moves an incident's revision on; whoever was told of it is shown what it is now. */
async function advance(
  tx: AccountTx,
  now: Instant,
  id: IncidentId,
  shown: Shown = 'its storm, too',
): Promise<void> {
  const [after] = await moveOn(tx, { id })
  if (after === undefined) return
  if (after.told_at !== null) await queueChange(tx, now, after)
  const { storm_id } = after
  if (shown === 'its storm, too' && storm_id !== null && storm_id !== id)
    await advance(wholeAccount(tx), now, storm_id)
}

/** Something about it changed: its own message says so, or the one it is folded into. */
export async function show(
  tx: AccountTx,
  now: Instant,
  { id, folded_into }: Pick<Incident, 'id' | 'folded_into'>,
  shown?: Shown,
): Promise<void> {
  await advance(tx, now, id, shown)
  if (folded_into === null || folded_into === id) return
  const whole = wholeAccount(tx)
  const spokesman = await whole
    .selectFrom('incidents')
    .select(['folded_into', 'resolved_at'])
    .where('id', '=', folded_into)
    .executeTakeFirst()
  // A warning that is over has said so for all; flapping goes on after its first outage.
  if (spokesman?.resolved_at === null || spokesman?.folded_into === folded_into)
    await advance(whole, now, folded_into)
}

/** Every monitor that has another one somewhere below it, by `dependsOn`, with all it stands on. */
export async function readDependencies(
  db: AccountTx,
): Promise<ReadonlyMap<MonitorId, ReadonlySet<MonitorId>>> {
  const rows = await db
    .selectFrom('monitors')
    .select(['id', 'depends_on'])
    .where('depends_on', '!=', '[]')
    .execute()
  const direct = new Map(rows.map((row) => [row.id, JSON.parse(row.depends_on) as MonitorId[]]))
  const all = new Map<MonitorId, Set<MonitorId>>()
  for (const id of direct.keys()) {
    const below = new Set<MonitorId>()
    const waiting = [...direct.get(id)!]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (below.has(next)) continue
      below.add(next)
      waiting.push(...(direct.get(next) ?? []))
    }
    all.set(id, below)
  }
  return all
}

/** What it depends on counts it in its message, as long as nobody was told of it. */
export async function showBelow(tx: AccountTx, now: Instant, monitorId: MonitorId): Promise<void> {
  const whole = wholeAccount(tx)
  const below = (await readDependencies(whole)).get(monitorId)
  if (below === undefined) return
  const told = await whole
    .selectFrom('incidents')
    .select('id')
    .where('monitor_id', 'in', [...below])
    .where('severity', '=', 'down')
    .where('resolved_at', 'is', null)
    .where('told_at', 'is not', null)
    .execute()
  for (const { id } of told) await advance(whole, now, id)
}
