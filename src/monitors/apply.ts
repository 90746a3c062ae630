import {
  Fault,
  type Instant,
  InvalidInput,
  type MonitorId,
  type Violation,
} from '../kernel/index.ts'
import type { AccountDb, AccountTx } from '../storage/index.ts'
import { addWithin, type ChangeTools, deleteWithin, editWithin } from './change.ts'
import { type MonitorConfig, parseConfig } from './input.ts'
import { type MonitorView, toConfig } from './monitor.ts'
import { getMonitor } from './read.ts'

/** What somebody wants to be watched, by a reference of his own. */
export interface Wish {
  readonly reference: string
  /** The whole configuration in our names, but for what is to have its default. */
  readonly wanted: Readonly<Record<string, unknown>>
}

export type Applied =
  | { readonly action: 'create'; readonly reference: string; readonly after: MonitorView }
  | {
      readonly action: 'update' | 'keep'
      readonly reference: string
      readonly before: MonitorView
      readonly after: MonitorView
    }
  | { readonly action: 'delete'; readonly reference: string; readonly before: MonitorView }

/** Carries the result of a trial out of the transaction it undoes. */
class Trial extends Error {
  readonly applied: readonly Applied[]

  constructor(applied: readonly Applied[]) {
    super('a trial leaves nothing behind')
    this.applied = applied
  }
}

type Known = ReadonlyMap<string, { readonly id: MonitorId; readonly managedBy: string | null }>

async function readKnown(tx: AccountTx): Promise<Known> {
  const rows = await tx
    .selectFrom('monitors')
    .select(['id', 'external_ref', 'managed_by'])
    .where('external_ref', 'is not', null)
    .execute()
  return new Map(rows.map((row) => [row.external_ref!, { id: row.id, managedBy: row.managed_by }]))
}

/** A wish that breaks rules breaks them all: every violation of every one, `[3].url`. */
function parseAll(
  wishes: readonly Wish[],
  now: Instant,
  limits: ChangeTools['limits'],
): readonly MonitorConfig[] {
  const violations: Violation[] = []
  const configs = wishes.flatMap(({ wanted }, index) => {
    try {
      return [parseConfig(wanted, now, limits)]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      violations.push(...at(index, error))
      return []
    }
  })
  if (violations.length > 0) throw new InvalidInput(violations)
  return configs
}

const at = (index: number, { violations }: InvalidInput): Violation[] =>
  violations.map((it) => ({ ...it, path: `[${index}].${it.path}` }))

/** Runs `work` of the wish at `index`; its violations say which wish it was. */
async function of<T>(index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof InvalidInput ? new InvalidInput(at(index, error)) : error
  }
}

/**
 * Makes the monitors that `managedBy` keeps what is wished, all or nothing; what is wished no longer
 * stays unless `prunes`. A trial answers the same and changes nothing. Whether a monitor is paused
 * stays as it is where a wish does not say.
 * @throws InvalidInput with paths like `[3].url`, Fault `reference_managed`, `plan_monitors`
 */
export async function applyMonitors(
  db: AccountDb,
  tools: ChangeTools,
  managedBy: string,
  wishes: readonly Wish[],
  how: { readonly isTrial: boolean; readonly prunes: boolean },
): Promise<readonly Applied[]> {
  const work = async (tx: AccountTx): Promise<readonly Applied[]> => {
    const known = await readKnown(tx)
    const applied: Applied[] = []
    const wanted = wishes.map(({ reference, wanted: it }) => ({
      reference,
      wanted: { ...it, externalRef: reference, managedBy },
    }))
    const configs = parseAll(wanted, tools.now, tools.limits)
    for (const [index, { reference, wanted: fields }] of wanted.entries()) {
      const there = known.get(reference)
      if (there === undefined) {
        const after = await of(index, () => addWithin(tx, tools, configs[index]!))
        applied.push({ action: 'create', reference, after })
        continue
      }
      if (there.managedBy !== managedBy)
        throw new Fault('reference_managed', {
          reference: JSON.stringify(reference),
          owner: there.managedBy === null ? 'nobody' : JSON.stringify(there.managedBy),
        })
      const before = await getMonitor(tx, tools.sealer, there.id)
      const { isActive } = toConfig(before.monitor)
      const change = () => ({ isActive, ...fields })
      const after = await of(index, () => editWithin(tx, tools, there.id, change))
      const isSame = after.monitor.rev === before.monitor.rev
      applied.push({ action: isSame ? 'keep' : 'update', reference, before, after })
    }
    if (!how.prunes) return applied
    const kept = new Set(wishes.map(({ reference }) => reference))
    for (const [reference, { id, managedBy: owner }] of known)
      if (owner === managedBy && !kept.has(reference))
        applied.push({ action: 'delete', reference, before: await deleteWithin(tx, tools, id) })
    return applied
  }
  try {
    return await db.transaction().execute(async (tx) => {
      const applied = await work(tx)
      if (how.isTrial) throw new Trial(applied)
      return applied
    })
  } catch (error) {
    if (error instanceof Trial) return error.applied
    throw error
  }
}
