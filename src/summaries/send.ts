import type { Selectable } from 'kysely'
import { HOUR, type Instant, toIso } from '../kernel/index.ts'
import {
  type Channel,
  getChannel,
  queueOnce,
  type SummaryNews,
  tellNow,
  type Tried,
  type TryTools,
} from '../notifications/index.ts'
import { type AccountDb, bindAccount, type Db, type Tables } from '../storage/index.ts'
import { nextTime, occasionOf } from './next.ts'
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
 * a period and a local date, through restarts and clocks that jump. True when there was any. One that
 * cannot be made keeps no other waiting; its trouble is thrown once all are done.
 */
export async function sendDue(db: Db, now: Instant): Promise<boolean> {
  const due = await db
    .selectFrom('summaries')
    .selectAll()
    .where('next_at', '<=', now)
    .orderBy('id')
    .execute()
  const troubles: unknown[] = []
  for (const row of due)
    try {
      await sendOne(db, now, row)
    } catch (error) {
      troubles.push(error)
    }
  if (troubles.length > 0) throw new AggregateError(troubles, 'summaries not sent')
  return due.length > 0
}

async function sendOne(db: Db, now: Instant, row: Selectable<Tables['summaries']>): Promise<void> {
  const config = toConfig(row)
  const { timezone, period } = config
  const at = row.next_at!
  const bound = bindAccount(db, row.account_id)
  const isLate = now - at >= PATIENCE_MS
  const report = isLate
    ? undefined
    : await reportOn(bound, period, lastWhole(period, timezone, at), timezone, config)
  await bound.transaction().execute(async (tx) => {
    const mine = tx.updateTable('summaries').where('id', '=', row.id)
    const { numUpdatedRows } = await mine
      .set({ next_at: null })
      .where('next_at', '=', at)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 0n) return
    if (report !== undefined)
      await queueOnce(tx, now, row.channel_id, {
        type: 'summary',
        news: report,
        data: factOf(row.id, report),
        occasion: occasionOf(config, at),
        summaryId: row.id,
      })
    await mine.set({ next_at: await nextTime(tx, config, now) }).execute()
  })
}

/**
 * The clock was set, maybe while we were away: looks anew for what is to come. What is due stays so,
 * and what was told already is not told again.
 */
export async function planAnew(db: Db, now: Instant): Promise<void> {
  const rows = await db.selectFrom('summaries').selectAll().where('next_at', '>', now).execute()
  for (const row of rows) {
    const bound = bindAccount(db, row.account_id)
    await bound.transaction().execute(async (tx) => {
      const next_at = await nextTime(tx, toConfig(row), now)
      await tx
        .updateTable('summaries')
        .set({ next_at })
        .where('id', '=', row.id)
        .where('next_at', '=', row.next_at)
        .execute()
    })
  }
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
