import { InvalidInput, type MonitorId, type Violation } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'

interface Known {
  readonly name: string
  readonly dependsOn: readonly MonitorId[]
}

async function readAll(tx: AccountTx): Promise<Map<MonitorId, Known>> {
  const rows = await tx.selectFrom('monitors').select(['id', 'name', 'depends_on']).execute()
  return new Map(
    rows.map(({ id, name, depends_on }) => [
      id,
      { name, dependsOn: JSON.parse(depends_on) as MonitorId[] },
    ]),
  )
}

/** From `from` down to `id`, if one stands on the other. */
function pathTo(
  id: MonitorId,
  from: MonitorId,
  all: ReadonlyMap<MonitorId, Known>,
  seen = new Set<MonitorId>(),
): MonitorId[] | undefined {
  if (from === id) return [id]
  if (seen.has(from)) return undefined
  seen.add(from)
  for (const next of all.get(from)?.dependsOn ?? []) {
    const rest = pathTo(id, next, all, seen)
    if (rest !== undefined) return [from, ...rest]
  }
  return undefined
}

/**
 * What a monitor depends on is the account's own and never, by whatever way, the monitor itself.
 * `id` is null while it is being made. @throws InvalidInput
 */
export async function refuseDependencies(
  tx: AccountTx,
  id: MonitorId | null,
  dependsOn: readonly MonitorId[],
): Promise<void> {
  if (dependsOn.length === 0) return
  const all = await readAll(tx)
  const violations = dependsOn.flatMap((parent, index): Violation[] => {
    const path = `dependsOn[${index}]`
    if (!all.has(parent))
      return [{ path, code: 'not_found', message: 'must be a monitor of yours' }]
    const circle = id === null ? undefined : pathTo(id, parent, all)
    if (circle === undefined) return []
    const names = [id!, ...circle].map((it) => all.get(it)!.name).join(' → ')
    return [{ path, code: 'conflict', message: `must not lead back to itself: ${names}` }]
  })
  if (violations.length > 0) throw new InvalidInput(violations)
}

/** Before it is deleted: nothing depends on it any more. */
export async function forgetDependency(tx: AccountTx, id: MonitorId): Promise<void> {
  const rows = await tx
    .selectFrom('monitors')
    .select(['id', 'depends_on', 'rev'])
    .where('depends_on', '!=', '[]')
    .execute()
  for (const row of rows) {
    const before = JSON.parse(row.depends_on) as MonitorId[]
    if (!before.includes(id)) continue
    await tx
      .updateTable('monitors')
      .set({ depends_on: JSON.stringify(before.filter((it) => it !== id)), rev: row.rev + 1 })
      .where('id', '=', row.id)
      .execute()
  }
}
