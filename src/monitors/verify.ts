import type { Selectable } from 'kysely'
import {
  type Clock,
  Fault,
  type Id,
  type Instant,
  type MonitorId,
  SECOND,
} from '../kernel/index.ts'
import type { AccountDb, AccountTx, Tables } from '../storage/index.ts'
import type { Check, Looker } from './look.ts'

export const BROKEN_OFF = 'it broke off before its end'

/** What a pipeline wants to know before it goes on. */
export interface Wanted {
  readonly targets: readonly MonitorId[]
  /** Looks at each. */
  readonly checks: number
  readonly intervalMs: number
  /** Slower than this does not pass; null: any time will do. */
  readonly maxResponseMs: number | null
  readonly timeoutMs: number
}

export interface Verified {
  readonly target: MonitorId
  readonly status: 'pass' | 'fail'
  readonly passed: number
  readonly failed: number
  readonly checks: readonly Check[]
}

export interface Verification {
  readonly id: Id<'verification'>
  readonly status: 'pass' | 'fail' | 'running'
  readonly detail: string
  readonly results: readonly Verified[]
  readonly startedAt: Instant
  readonly finishedAt: Instant | null
}

const toVerification = (row: Selectable<Tables['verifications']>): Verification => ({
  id: row.id,
  status: row.status,
  detail: row.detail,
  results: JSON.parse(row.results) as Verified[],
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})

const isPassed = ({ outcome }: Check, maxResponseMs: number | null): boolean =>
  (outcome.status === 'up' || outcome.status === 'degraded') &&
  (maxResponseMs === null || outcome.durationMs <= maxResponseMs)

/** All looks at one target, one after the other; those there was no time for have failed. */
async function verifyOne(
  db: AccountDb,
  tools: VerifyTools,
  target: MonitorId,
  wanted: Wanted,
  late: AbortSignal,
): Promise<Verified> {
  const checks: Check[] = []
  for (let more = 0; more < wanted.checks && !late.aborted; more += 1) {
    if (more > 0) await tools.clock.sleep(wanted.intervalMs, late)
    if (late.aborted) break
    const looking = tools.looker.check(db, target, 'verification')
    const check = await Promise.race([looking, whenAborted(late)])
    // Its own end comes soon enough; nobody waits for it here.
    if (check === null) looking.catch(() => {})
    else checks.push(check)
  }
  const passed = checks.filter((check) => isPassed(check, wanted.maxResponseMs)).length
  const failed = wanted.checks - passed
  return { target, status: failed === 0 ? 'pass' : 'fail', passed, failed, checks }
}

const whenAborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(null)
    signal.addEventListener('abort', () => resolve(null), { once: true })
  })

export interface VerifyTools {
  readonly clock: Clock
  readonly looker: Looker
}

/** Begins a run; `finished` is the same run at its end. It judges nothing, and nobody is told. */
export async function startVerification(
  db: AccountDb,
  tools: VerifyTools,
  wanted: Wanted,
): Promise<{ readonly begun: Verification; readonly finished: Promise<Verification> }> {
  const { id } = await db
    .insertInto('verifications')
    .values({
      status: 'running',
      detail: 'running',
      results: '[]',
      targets: JSON.stringify(wanted.targets),
      started_at: tools.clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const finish = async (): Promise<Verification> => {
    const late = new AbortController()
    const done = new AbortController()
    void tools.clock.sleep(wanted.timeoutMs, done.signal).then(() => late.abort())
    try {
      const results = await Promise.all(
        wanted.targets.map((target) => verifyOne(db, tools, target, wanted, late.signal)),
      )
      const passed = results.filter(({ status }) => status === 'pass').length
      const seconds = Math.round(wanted.timeoutMs / SECOND)
      const isLate = late.signal.aborted && passed < results.length
      await db
        .updateTable('verifications')
        .set({
          status: passed === results.length ? 'pass' : 'fail',
          detail: `${passed} of ${results.length} targets passed${isLate ? `; the ${seconds} s were over` : ''}`,
          results: JSON.stringify(results),
          finished_at: tools.clock.now(),
        })
        .where('id', '=', id)
        .execute()
    } catch (error) {
      await db
        .updateTable('verifications')
        .set({ status: 'fail', detail: BROKEN_OFF, finished_at: tools.clock.now() })
        .where('id', '=', id)
        .execute()
      throw error
    } finally {
      done.abort()
    }
    return getVerification(db, id)
  }
  return { begun: await getVerification(db, id), finished: finish() }
}

/** @throws Fault `verification_unknown`, also for another account's */
export async function getVerification(
  db: AccountTx,
  id: Id<'verification'>,
): Promise<Verification> {
  const row = await db
    .selectFrom('verifications')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('verification_unknown', { name: `#${id}` })
  return toVerification(row)
}

/** Newest first, with how many there are. */
export async function listVerifications(
  db: AccountTx,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly found: readonly Verification[] }> {
  const { total } = await db
    .selectFrom('verifications')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await db
    .selectFrom('verifications')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { total, found: rows.map(toVerification) }
}
