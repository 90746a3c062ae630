import type { Instant, MonitorId } from '../kernel/index.ts'
import type { SummaryNews } from '../notifications/index.ts'
import { budgetsOf, inTrouble, isMissed } from '../objectives/index.ts'
import type { AccountTx } from '../storage/index.ts'

const MOST_NAMED = 5

/** Of those watched, what they were to keep at the end of the span. */
export async function readObjectives(
  db: AccountTx,
  to: Instant,
  isWatched: (id: MonitorId) => boolean,
): Promise<NonNullable<SummaryNews['objectives']> | null> {
  const all = (await budgetsOf(db, 'all', to)).filter(({ monitorId }) => isWatched(monitorId))
  if (all.length === 0) return null
  const troubled = inTrouble(all)
  return {
    total: all.length,
    missed: troubled.filter(isMissed).length,
    troubled: troubled.length,
    worst: troubled
      .slice(0, MOST_NAMED)
      .map(({ monitorName, slo, budgetMs, leftMs, isBurning }) => ({
        monitorName,
        objective: slo.objective,
        days: slo.days,
        budgetMs,
        leftMs,
        isBurning,
      })),
  }
}
