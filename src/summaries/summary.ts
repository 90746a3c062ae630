import type { Selectable } from 'kysely'
import { z } from 'zod'
import { zoneRule } from '../accounts/index.ts'
import { audit, type By, differences } from '../audit/index.ts'
import { refuseStrangers } from '../monitors/index.ts'
import { isDeepStrictEqual } from 'node:util'
import {
  type ChannelId,
  Fault,
  type Id,
  type Instant,
  InvalidInput,
  isCron,
  type MonitorId,
  parseInput,
  tagsRule,
} from '../kernel/index.ts'
import type { AccountDb, AccountTx, Tables } from '../storage/index.ts'
import { nextTime } from './next.ts'

export type SummaryId = Id<'summary'>

const CRON_RULE = 'must be five cron fields such as "0 9 * * *" that come true at some time'
const TARGETS_RULE = 'must be null for all, or a list of at most 1000 monitors of yours'
const CHANNEL_RULE = 'must be a channel of yours'
const DAILY = '0 9 * * *'
const WEEKLY = '0 9 * * 1'

const fields = z.strictObject({
  channel: z.int(CHANNEL_RULE).min(1, CHANNEL_RULE),
  period: z.enum(['day', 'week'], 'must be day or week').default('day'),
  cron: z.string(CRON_RULE).trim().refine(isCron, CRON_RULE).optional(),
  timezone: zoneRule.optional(),
  targets: z
    .array(z.int(TARGETS_RULE), TARGETS_RULE)
    .max(1000, TARGETS_RULE)
    .nullable()
    .default(null),
  tags: tagsRule,
  isActive: z.boolean('must be true or false').default(true),
})

/** What people set of a summary. */
export interface SummaryConfig {
  readonly channel: ChannelId
  readonly period: 'day' | 'week'
  /** Five fields, read by the clock of `timezone`. */
  readonly cron: string
  readonly timezone: string
  readonly targets: readonly MonitorId[] | null
  readonly tags: readonly string[]
  readonly isActive: boolean
}

export interface Summary extends SummaryConfig {
  readonly id: SummaryId
  /** Null: none comes any more, or it is switched off. */
  readonly nextAt: Instant | null
  readonly lastSentAt: Instant | null
  readonly rev: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export interface SummaryTools {
  readonly now: Instant
  readonly by: By
}

type Row = Selectable<Tables['summaries']> & { readonly last_sent_at: Instant | null }

const rows = (db: AccountTx) =>
  db
    .selectFrom('summaries')
    .selectAll()
    .select((eb) =>
      eb
        .selectFrom('notifications as n')
        .select((inner) => inner.fn.max('n.sent_at').as('at'))
        .whereRef('n.summary_id', '=', 'summaries.id')
        .as('last_sent_at'),
    )

export const toConfig = (row: Selectable<Tables['summaries']>): SummaryConfig => ({
  channel: row.channel_id,
  period: row.period,
  cron: row.cron,
  timezone: row.timezone,
  targets: row.targets === null ? null : (JSON.parse(row.targets) as MonitorId[]),
  tags: JSON.parse(row.tags) as string[],
  isActive: row.is_active === 1,
})

const toSummary = (row: Row): Summary => ({
  ...toConfig(row),
  id: row.id,
  nextAt: row.next_at,
  lastSentAt: row.last_sent_at,
  rev: row.rev,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Newest first. */
export const listSummaries = async (db: AccountTx): Promise<Summary[]> =>
  (await rows(db).orderBy('id', 'desc').execute()).map(toSummary)

/** @throws Fault `summary_unknown`, also for another account's */
export async function getSummary(db: AccountTx, id: SummaryId): Promise<Summary> {
  const row = await rows(db).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new Fault('summary_unknown', { name: `#${id}` })
  return toSummary(row)
}

const iri = (id: SummaryId): string => `/api/summaries/${id}`

async function parse(
  tx: AccountTx,
  input: Readonly<Record<string, unknown>>,
): Promise<SummaryConfig> {
  const given = parseInput(fields, input)
  const { timezone } = await tx.selectFrom('accounts').select('timezone').executeTakeFirstOrThrow()
  return {
    ...given,
    cron: given.cron ?? (given.period === 'week' ? WEEKLY : DAILY),
    timezone: given.timezone ?? timezone,
  }
}

/** Whom it names is the account's own. Answers the channel's name. @throws InvalidInput */
async function refuseForeign(tx: AccountTx, { channel, targets }: SummaryConfig): Promise<string> {
  await refuseStrangers(tx, targets ?? [])
  const mine = tx.selectFrom('channels').select('name').where('id', '=', channel)
  const found = await mine.executeTakeFirst()
  if (found === undefined)
    throw new InvalidInput([{ path: 'channel', code: 'not_found', message: CHANNEL_RULE }])
  return found.name
}

/** A channel is told of a date once: of two that are on, one would never be heard. @throws Fault */
async function refuseSecond(
  tx: AccountTx,
  { channel, period, isActive }: SummaryConfig,
  name: string,
  id?: SummaryId,
): Promise<void> {
  if (!isActive) return
  const others = tx
    .selectFrom('summaries')
    .select('id')
    .where('channel_id', '=', channel)
    .where('period', '=', period)
    .where('is_active', '=', 1)
  const other = await others.where('id', '!=', id ?? 0).executeTakeFirst()
  if (other !== undefined)
    throw new Fault('summary_taken', {
      name: JSON.stringify(name),
      period,
      other: `summary #${other.id}`,
    })
}

const toColumns = (it: SummaryConfig, now: Instant) => ({
  channel_id: it.channel,
  period: it.period,
  cron: it.cron,
  timezone: it.timezone,
  targets: it.targets === null ? null : JSON.stringify(it.targets),
  tags: JSON.stringify(it.tags),
  is_active: it.isActive ? (1 as const) : (0 as const),
  updated_at: now,
})

/** In the caller's transaction. @throws Fault `summary_taken`, InvalidInput */
export async function addSummary(
  tx: AccountTx,
  { now, by }: SummaryTools,
  input: Readonly<Record<string, unknown>>,
): Promise<Summary> {
  const config = await parse(tx, input)
  await refuseSecond(tx, config, await refuseForeign(tx, config))
  const { id } = await tx
    .insertInto('summaries')
    .values({
      ...toColumns(config, now),
      created_at: now,
      next_at: config.isActive ? await nextTime(tx, config, now) : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(tx, now, by, 'summary.create', iri(id), differences({}, config))
  return getSummary(tx, id)
}

/** @throws Fault `summary_unknown`, `summary_taken`, `changed_meanwhile`, InvalidInput */
export async function editSummary(
  db: AccountDb,
  { now, by }: SummaryTools,
  id: SummaryId,
  change: (config: SummaryConfig) => Readonly<Record<string, unknown>>,
  ifRev?: number,
): Promise<Summary> {
  return db.transaction().execute(async (tx) => {
    const before = await getSummary(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    const { channel, period, cron, timezone, targets, tags, isActive } = before
    const old = { channel, period, cron, timezone, targets, tags, isActive }
    const config = await parse(tx, change(old))
    if (isDeepStrictEqual(config, old)) return before
    const name = await refuseForeign(tx, config)
    if (config.channel !== channel || config.period !== period || config.isActive !== isActive)
      await refuseSecond(tx, config, name, id)
    // One that is due is owed still where something else is changed.
    const isSameTime = isDeepStrictEqual(
      { ...config, targets: null, tags: [] },
      { ...old, targets: null, tags: [] },
    )
    await tx
      .updateTable('summaries')
      .set({
        ...toColumns(config, now),
        rev: before.rev + 1,
        ...(isSameTime
          ? {}
          : { next_at: config.isActive ? await nextTime(tx, config, now) : null }),
      })
      .where('id', '=', id)
      .execute()
    await audit(tx, now, by, 'summary.update', iri(id), differences(old, config))
    return getSummary(tx, id)
  })
}

/** @throws Fault `summary_unknown`, `changed_meanwhile` */
export async function deleteSummary(
  db: AccountDb,
  { now, by }: SummaryTools,
  id: SummaryId,
  ifRev?: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await getSummary(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    await tx.deleteFrom('summaries').where('id', '=', id).execute()
    await audit(tx, now, by, 'summary.delete', iri(id))
  })
}
