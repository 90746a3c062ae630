import type { Instant, MonitorId } from '../kernel/index.ts'
import { overlapMs } from '../maintenance/index.ts'
import type { AccountTx } from '../storage/index.ts'

type Windows = readonly { readonly from: Instant; readonly to: Instant }[]

export type Outage = Awaited<ReturnType<typeof readIncidents>>[number]

/** What lies in a span or is open still, of monitors that are there. */
export const readIncidents = (db: AccountTx, from: Instant, to: Instant) =>
  db
    .selectFrom('incidents')
    .select([
      'monitor_id',
      'severity',
      'started_at',
      'resolved_at',
      'code',
      'http_status',
      'subject',
      'ends_at',
    ])
    .where('monitor_id', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('resolved_at', 'is', null),
        eb.and([eb('started_at', '<', to), eb('resolved_at', '>', from)]),
      ]),
    )
    .orderBy('id')
    .execute()

/** When monitors were in maintenance in a span. */
export async function readWindows(
  db: AccountTx,
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, Windows>> {
  const rows = await db
    .selectFrom('maintenance_spans')
    .select(['monitor_id', 'started_at as from', 'ended_at as to'])
    .where('ended_at', '>', from)
    .where('started_at', '<', to)
    .execute()
  return Map.groupBy(rows, (row) => row.monitor_id)
}

/** How much of a span an outage took, without maintenance. */
export function chargedMs(
  outage: Pick<Outage, 'started_at' | 'resolved_at'>,
  windows: Windows,
  from: Instant,
  to: Instant,
): number {
  const [begin, end] = [Math.max(outage.started_at, from), Math.min(outage.resolved_at ?? to, to)]
  return Math.max(0, end - begin) - overlapMs(windows, begin, end)
}
