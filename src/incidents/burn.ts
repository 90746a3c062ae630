import type { AccountId, Instant, MonitorId } from '../kernel/index.ts'
import { type BurntBudget, queueFacts, queueReply } from '../notifications/index.ts'
import { bindAccount, type Db } from '../storage/index.ts'
import { resolveIncident } from './close.ts'
import { openIncident } from './open.ts'
import { show } from './show.ts'
import { tellDue } from './tell.ts'

/** How the budget of a monitor burns, or that it does no longer. */
export interface Burn {
  readonly monitor: {
    readonly id: MonitorId
    readonly accountId: AccountId
    readonly name: string
    readonly url: string
    readonly rev: number
  }
  /** What is open of it; null: nothing. */
  readonly before: string | null
  /** Null: it is over. */
  readonly cause: { readonly code: string; readonly message: string } | null
  readonly budget: BurntBudget
}

/**
 * Writes in one transaction that a budget begins to burn, burns worse or no longer, and who is told.
 * One episode is one incident. Nothing and false where somebody was before us, or where the monitor
 * was changed since it was read.
 */
export const recordBurn = (db: Db, now: Instant, burn: Burn): Promise<boolean> =>
  db.transaction().execute(async (tx) => {
    const { monitor, before, cause } = burn
    const bound = bindAccount(tx, monitor.accountId)
    const current = await bound
      .selectFrom('monitors')
      .select('id')
      .where('id', '=', monitor.id)
      .where('rev', '=', monitor.rev)
      .where('is_active', '=', 1)
      .executeTakeFirst()
    const open = await bound
      .selectFrom('incidents')
      .select(['id', 'code', 'folded_into', 'heard_at', 'told_at', 'storm_id'])
      .where('monitor_id', '=', monitor.id)
      .where('severity', '=', 'burning')
      .where('resolved_at', 'is', null)
      .executeTakeFirst()
    if (current === undefined || (open?.code ?? null) !== before) return false
    if (open === undefined) return begin(tx, now, burn)
    await bound
      .updateTable('incidents')
      .set({ budget: JSON.stringify(burn.budget), ...cause })
      .where('id', '=', open.id)
      .execute()
    if (cause === null) {
      const end = { at: now, reason: 'resolved' } as const
      await resolveIncident(bound, now, monitor.id, 'burning', end)
      return true
    }
    await show(bound, now, open)
    if (open.told_at !== null && open.storm_id === null)
      await queueReply(bound, now, open.id, 'reminder')
    if (open.heard_at !== null) await queueFacts(bound, now, [open.id], 'reminder')
    return true
  })

async function begin(tx: Db, now: Instant, { monitor, cause, budget }: Burn): Promise<boolean> {
  if (cause === null) return false
  await openIncident(bindAccount(tx, monitor.accountId), {
    ...cause,
    budget,
    severity: 'burning',
    monitorId: monitor.id,
    monitorName: monitor.name,
    url: monitor.url,
    httpStatus: null,
    startedAt: now,
    detectedAt: now,
    failures: 0,
    expected: null,
    lastGoodAt: null,
    lastGoodMs: null,
    alertAfterMs: 0,
    hasDependencies: false,
  })
  await tellDue(tx, now, [monitor.id])
  return true
}
