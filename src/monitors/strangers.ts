import { InvalidInput, type MonitorId } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'

/** @throws InvalidInput naming each of `targets` that is not the account's */
export async function refuseStrangers(tx: AccountTx, targets: readonly MonitorId[]): Promise<void> {
  if (targets.length === 0) return
  const rows = await tx.selectFrom('monitors').select('id').where('id', 'in', targets).execute()
  const mine = new Set(rows.map(({ id }) => id))
  const violations = targets.flatMap((id, index) =>
    mine.has(id)
      ? []
      : [
          {
            path: `targets[${index}]`,
            code: 'not_found' as const,
            message: 'must be a monitor of yours',
          },
        ],
  )
  if (violations.length > 0) throw new InvalidInput(violations)
}
