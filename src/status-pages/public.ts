import type { AccountId } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'
import type { StatusPageId } from './read.ts'

/** Whose page is at `slug`, where strangers may see it; undefined for a draft as for none. */
export const findPublicPage = (
  db: Db,
  slug: string,
): Promise<{ readonly id: StatusPageId; readonly accountId: AccountId } | undefined> =>
  db
    .selectFrom('status_pages')
    .select(['id', 'account_id as accountId'])
    .where('slug', '=', slug)
    .where('is_public', '=', 1)
    .executeTakeFirst()
