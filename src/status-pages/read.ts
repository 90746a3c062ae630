import type { Selectable } from 'kysely'
import { Fault, type Id, type Instant, type MonitorId } from '../kernel/index.ts'
import { listMonitorIds } from '../monitors/index.ts'
import type { AccountTx, Tables } from '../storage/index.ts'
import type { StatusPageConfig } from './config.ts'

export type StatusPageId = Id<'status-page'>

export interface StatusPage extends StatusPageConfig {
  readonly id: StatusPageId
  readonly rev: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** `there`: a monitor that was deleted is named no longer. */
const toStatusPage = (
  row: Selectable<Tables['status_pages']>,
  there: ReadonlySet<MonitorId>,
): StatusPage => ({
  id: row.id,
  slug: row.slug,
  title: row.title,
  targets: (JSON.parse(row.targets) as MonitorId[]).filter((id) => there.has(id)),
  tags: JSON.parse(row.tags) as string[],
  isPublic: row.is_public === 1,
  showUrls: row.has_urls === 1,
  showIncidents: row.has_incidents === 1,
  rev: row.rev,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

export async function countStatusPages(db: AccountTx): Promise<number> {
  const { count } = await db
    .selectFrom('status_pages')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** Newest first. */
export async function listStatusPages(
  db: AccountTx,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<StatusPage[]> {
  const rows = await db
    .selectFrom('status_pages')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const there = new Set(await listMonitorIds(db))
  return rows.map((row) => toStatusPage(row, there))
}

/** @throws Fault `status_page_unknown`, also for another account's */
export async function getStatusPage(db: AccountTx, id: StatusPageId): Promise<StatusPage> {
  const row = await db
    .selectFrom('status_pages')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('status_page_unknown', { name: `#${id}` })
  return toStatusPage(row, new Set(await listMonitorIds(db)))
}
