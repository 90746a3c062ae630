import { type Instant, localDate, nextRun, SECOND } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import type { SummaryConfig } from './summary.ts'

const MIDNIGHT = '0 0 * * *'

/** What a channel is told once at most: `day 2027-03-01`. */
export const occasionOf = (
  { period, timezone }: Pick<SummaryConfig, 'period' | 'timezone'>,
  at: Instant,
): string => `${period} ${localDate(timezone, at)}`

/** The next time after `now` on a local date of which its channel was not told; null: none comes. */
export async function nextTime(
  tx: AccountTx,
  config: SummaryConfig,
  now: Instant,
): Promise<Instant | null> {
  const { channel, cron, timezone } = config
  let at = nextRun(cron, timezone, now)
  while (at !== null && (await isTold(tx, channel, occasionOf(config, at))))
    // Runs are found after a moment, and midnight itself may be one.
    at = nextRun(cron, timezone, nextRun(MIDNIGHT, timezone, at)! - SECOND)
  return at
}

const isTold = async (tx: AccountTx, channel: number, occasion: string): Promise<boolean> =>
  (await tx
    .selectFrom('notifications')
    .select('id')
    .where('channel_id', '=', channel)
    .where('occasion', '=', occasion)
    .executeTakeFirst()) !== undefined
