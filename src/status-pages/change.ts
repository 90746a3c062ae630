import { isDeepStrictEqual } from 'node:util'
import { audit, type By, differences } from '../audit/index.ts'
import { Fault, type Instant } from '../kernel/index.ts'
import { refuseStrangers } from '../monitors/index.ts'
import { type AccountDb, sqliteCode } from '../storage/index.ts'
import { parseStatusPage, type StatusPageConfig } from './config.ts'
import { getStatusPage, type StatusPage, type StatusPageId } from './read.ts'

interface StatusPageTools {
  readonly now: Instant
  readonly by: By
}

const toConfig = (it: StatusPage): StatusPageConfig => ({
  slug: it.slug,
  title: it.title,
  targets: it.targets,
  tags: it.tags,
  isPublic: it.isPublic,
  showUrls: it.showUrls,
  showIncidents: it.showIncidents,
})

const toFlag = (it: boolean) => (it ? (1 as const) : (0 as const))

const toColumns = (it: StatusPageConfig, now: Instant) => ({
  slug: it.slug,
  title: it.title,
  targets: JSON.stringify(it.targets),
  tags: JSON.stringify(it.tags),
  is_public: toFlag(it.isPublic),
  has_urls: toFlag(it.showUrls),
  has_incidents: toFlag(it.showIncidents),
  updated_at: now,
})

const iri = (id: StatusPageId): string => `/api/status_pages/${id}`

async function refuseTakenSlug<T>({ slug }: StatusPageConfig, store: () => Promise<T>): Promise<T> {
  try {
    return await store()
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_CONSTRAINT_UNIQUE') throw error
    throw new Fault('slug_taken', { slug: `/status/${slug}` })
  }
}

/** @throws InvalidInput, Fault `slug_taken`, also by another account's page */
export async function addStatusPage(
  db: AccountDb,
  { now, by }: StatusPageTools,
  input: Readonly<Record<string, unknown>>,
): Promise<StatusPage> {
  const config = parseStatusPage(input)
  return db.transaction().execute(async (tx) => {
    await refuseStrangers(tx, config.targets)
    const { id } = await refuseTakenSlug(config, () =>
      tx
        .insertInto('status_pages')
        .values({ ...toColumns(config, now), created_at: now })
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
    await audit(tx, now, by, 'status_page.create', iri(id), differences({}, config))
    return getStatusPage(tx, id)
  })
}

/**
 * Changes a page to what `change` makes of it; equal values change nothing, not even `rev`.
 * @throws InvalidInput, Fault `status_page_unknown`, `slug_taken`, `changed_meanwhile`
 */
export async function editStatusPage(
  db: AccountDb,
  { now, by }: StatusPageTools,
  id: StatusPageId,
  change: (config: StatusPageConfig) => Readonly<Record<string, unknown>>,
  ifRev?: number,
): Promise<StatusPage> {
  return db.transaction().execute(async (tx) => {
    const before = await getStatusPage(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    const old = toConfig(before)
    const config = parseStatusPage(change(old))
    if (isDeepStrictEqual(config, old)) return before
    await refuseStrangers(tx, config.targets)
    await refuseTakenSlug(config, () =>
      tx
        .updateTable('status_pages')
        .set({ ...toColumns(config, now), rev: before.rev + 1 })
        .where('id', '=', id)
        .execute(),
    )
    await audit(tx, now, by, 'status_page.update', iri(id), differences(old, config))
    return getStatusPage(tx, id)
  })
}

/** @throws Fault `status_page_unknown`, `changed_meanwhile` */
export async function deleteStatusPage(
  db: AccountDb,
  { now, by }: StatusPageTools,
  id: StatusPageId,
  ifRev?: number,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await getStatusPage(tx, id)
    if (ifRev !== undefined && ifRev !== before.rev) throw new Fault('changed_meanwhile')
    await tx.deleteFrom('status_pages').where('id', '=', id).execute()
    await audit(tx, now, by, 'status_page.delete', iri(id), { slug: [before.slug, null] })
  })
}
