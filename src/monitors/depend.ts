import { isDeepStrictEqual } from 'node:util'
import { InvalidInput, type MonitorId, type Violation } from '../kernel/index.ts'
import { type AccountTx, wholeAccount } from '../storage/index.ts'
import { DEPENDS_RULE, MOST_DEPENDENCIES } from './input.ts'
import { listMonitorIds } from './read.ts'

/** Names of what a monitor stands on, and of what stands on it. */
export async function listTies(
  db: AccountTx,
  { id, dependsOn }: { readonly id: MonitorId; readonly dependsOn: readonly MonitorId[] },
): Promise<{ readonly dependsOn: string[]; readonly neededBy: string[] }> {
  const rows = await db
    .selectFrom('monitors')
    .select(['id', 'name', 'depends_on'])
    .where((eb) => eb.or([eb('depends_on', '!=', '[]'), eb('id', 'in', dependsOn)]))
    .execute()
  const names = (tied: typeof rows) =>
    tied.map(({ name }) => name).toSorted((a, b) => a.localeCompare(b, 'en'))
  return {
    dependsOn: names(rows.filter((row) => dependsOn.includes(row.id))),
    neededBy: names(rows.filter((row) => (JSON.parse(row.depends_on) as number[]).includes(id))),
  }
}

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
  const all = await readAll(wholeAccount(tx))
  const mine = new Set(await listMonitorIds(tx))
  const violations = dependsOn.flatMap((parent, index): Violation[] => {
    const path = `dependsOn[${index}]`
    if (!mine.has(parent))
      return [{ path, code: 'not_found', message: 'must be a monitor of yours' }]
    const circle = id === null ? undefined : pathTo(id, parent, all)
    if (circle === undefined) return []
    const names = [id!, ...circle].map((it) => (mine.has(it) ? all.get(it)!.name : '…')).join(' → ')
    return [{ path, code: 'conflict', message: `must not lead back to itself: ${names}` }]
  })
  if (violations.length > 0) throw new InvalidInput(violations)
}

/** `wanted` in the place of `seen`; what it depends on besides is hidden from who asks, and stays. */
export async function withUnseen(
  tx: AccountTx,
  id: MonitorId,
  seen: readonly MonitorId[],
  wanted: readonly MonitorId[],
): Promise<readonly MonitorId[]> {
  const { depends_on } = await tx
    .selectFrom('monitors')
    .select('depends_on')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const all = JSON.parse(depends_on) as MonitorId[]
  if (isDeepStrictEqual(seen, wanted)) return all
  const kept = [...wanted, ...all.filter((it) => !seen.includes(it))]
  if (kept.length > MOST_DEPENDENCIES)
    throw new InvalidInput([{ path: 'dependsOn', code: 'length', message: DEPENDS_RULE }])
  return kept
}

/** Before it is deleted: nothing depends on it any more. */
export async function forgetDependency(tx: AccountTx, id: MonitorId): Promise<void> {
  const whole = wholeAccount(tx)
  const rows = await whole
    .selectFrom('monitors')
    .select(['id', 'depends_on', 'rev'])
    .where('depends_on', '!=', '[]')
    .execute()
  for (const row of rows) {
    const before = JSON.parse(row.depends_on) as MonitorId[]
    if (!before.includes(id)) continue
    await whole
      .updateTable('monitors')
      .set({ depends_on: JSON.stringify(before.filter((it) => it !== id)), rev: row.rev + 1 })
      .where('id', '=', row.id)
      .execute()
  }
}
