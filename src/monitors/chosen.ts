import { InvalidInput } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import type { Policy } from './policy.ts'

/** The channels a policy names are the account's own. @throws InvalidInput */
export async function refuseChannels(
  tx: AccountTx,
  { channels, escalateTo }: Policy,
): Promise<void> {
  const named = [...(channels ?? []), ...escalateTo]
  if (named.length === 0) return
  const rows = await tx.selectFrom('channels').select('id').where('id', 'in', named).execute()
  const mine = new Set(rows.map(({ id }) => id))
  const violations = Object.entries({ channels: channels ?? [], escalateTo }).flatMap(
    ([field, ids]) =>
      ids.flatMap((id, index) => {
        if (mine.has(id)) return []
        const path = `policy.${field}[${index}]`
        return [{ path, code: 'not_found' as const, message: 'must be a channel of yours' }]
      }),
  )
  if (violations.length > 0) throw new InvalidInput(violations)
}
