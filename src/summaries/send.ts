import { HOUR, type Instant, localDate, nextRun, toIso } from '../kernel/index.ts'
import {
  type Channel,
  getChannel,
  queueOnce,
  type SummaryNews,
  tellNow,
  type Tried,
  type TryTools,
} from '../notifications/index.ts'
import { type AccountDb, bindAccount, type Db } from '../storage/index.ts'
import { lastWhole, reportOn, upToNow } from './report.ts'
import { type Summary, toConfig } from './summary.ts'

/** One missed by less than this is still told. */
const PATIENCE_MS = 2 * HOUR
const TIMES = new Set(['from', 'to', 'startedAt', 'endsAt', 'since'])

/** What programs are told of it: monitors and times as the API has them. */
function factOf(id: number, news: SummaryNews) {
  const { kind, strips: _, ...report } = news
  const wire = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(wire)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, it]: [string, unknown]) => {
        if (name === 'monitorId') return ['@id', `/api/targets/${String(it)}`]
        if (name === 'monitorName') return ['name', it]
        return TIMES.has(name) ? [name, toIso(Number(it))] : [name, wire(it)]
      }),
    )
  }
  const { monitors: targets, ...more } = report
  return {
    [kind]: { '@id': `/api/summaries/${id}`, id, targets, ...(wire(more) as typeof more) },
  }
}

/**
 * Queues what is due, each in a transaction of its own with its next time: exactly one for a channel,
 * a period and a local date, through restarts and clocks that jump. True when there was any.
 */
export async function sendDue(db: Db, now: Instant): Promise<boolean> {
  const due = await db
    .selectFrom('summaries')
    .selectAll()
    .where('next_at', '<=', now)
    .orderBy('id')
    .execute()
  for (const row of due) {
    const { cron, timezone, period, targets, tags } = toConfig(row)
    const at = row.next_at!
    const bound = bindAccount(db, row.account_id)
    const isLate = now - at >= PATIENCE_MS
    const report = isLate
      ? undefined
      : await reportOn(bound, period, lastWhole(period, timezone, at), timezone, { targets, tags })
    await bound.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('summaries')
        .set({ next_at: nextRun(cron, timezone, now) })
        .where('id', '=', row.id)
        .where('next_at', '=', at)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows === 0n || report === undefined) return
      await queueOnce(tx, now, row.channel_id, {
        type: 'summary',
        news: report,
        data: factOf(row.id, report),
        occasion: `${period} ${localDate(timezone, at)}`,
        summaryId: row.id,
      })
    })
  }
  return due.length > 0
}

/** The last day or week up to now, told at once. */
export async function sendNow(db: AccountDb, tools: TryTools, summary: Summary): Promise<Tried> {
  const { period, timezone, targets, tags, id } = summary
  const now = tools.clock.now()
  const channel: Channel = await getChannel(db, summary.channel)
  const report = await reportOn(db, period, upToNow(period, now), timezone, { targets, tags })
  return tellNow(db, tools, channel, {
    type: 'summary',
    news: report,
    data: factOf(id, report),
    summaryId: id,
  })
}
