import { Fault, type Id, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountDb, type AccountTx, type Db, prepared } from '../storage/index.ts'
import type { Check } from './look.ts'

type Kept = Omit<Check, 'id' | 'outcome'> & { readonly outcome: string }

const keep = prepared((tx: AccountTx, check: Kept) =>
  tx
    .insertInto('checks')
    .values({
      monitor_id: check.monitorId,
      cause: check.cause,
      started_at: check.startedAt,
      finished_at: check.finishedAt,
      outcome: check.outcome,
    })
    .returning('id'),
)

/** Kept checks: the failed and the asked-for ones, with all they saw. */
export async function recordCheck(tx: AccountTx, check: Omit<Check, 'id'>): Promise<Check> {
  const [row] = await keep(tx, { ...check, outcome: JSON.stringify(check.outcome) })
  return { ...check, id: row!.id }
}

/** Longer than the longest look; whoever asked has given up by then. */
const STALE_MS = 120_000

/** Leaves a row asking the process that watches to look now. */
export async function askForCheck(
  db: AccountDb,
  now: Instant,
  monitorId: MonitorId,
): Promise<Id<'request'>> {
  const { id } = await db
    .insertInto('check_requests')
    .values({ monitor_id: monitorId, asked_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The answer to a request, undefined while there is none. @throws Fault when the monitor is gone */
export async function readAnswer(db: AccountDb, id: Id<'request'>): Promise<Check | undefined> {
  const row = await db
    .selectFrom('check_requests')
    .select('answer')
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('monitor_unknown', { name: 'any more' })
  return row.answer === null ? undefined : (JSON.parse(row.answer) as Check)
}

export interface CheckRequest {
  readonly id: Id<'request'>
  readonly accountId: number
  readonly monitorId: MonitorId
}

const unclaimed = prepared((db: Db, { since }: { readonly since: Instant }) =>
  db
    .selectFrom('check_requests')
    .select(['id', 'account_id as accountId', 'monitor_id as monitorId'])
    .where('claimed_at', 'is', null)
    .where('asked_at', '>', since),
)

/** Claims what other processes ask for; each request is claimed once. */
export async function claimRequests(db: Db, now: Instant): Promise<CheckRequest[]> {
  const claimed: CheckRequest[] = []
  for (const request of await unclaimed(db, { since: now - STALE_MS })) {
    const { numUpdatedRows } = await db
      .updateTable('check_requests')
      .set({ claimed_at: now })
      .where('id', '=', request.id)
      .where('claimed_at', 'is', null)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 1n) claimed.push(request)
  }
  return claimed
}

export async function answerRequest(db: Db, id: Id<'request'>, check: Check): Promise<void> {
  await db
    .updateTable('check_requests')
    .set({ answer: JSON.stringify(check) })
    .where('id', '=', id)
    .execute()
}
