import { setImmediate as others } from 'node:timers/promises'
import { type Burn, recordBurn } from '../incidents/index.ts'
import { DAY, HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { readSlo, type Slo } from '../monitors/index.ts'
import { observedTime } from '../stats/index.ts'
import { type AccountDb, bindAccount, type Db } from '../storage/index.ts'
import { burnRateOf, LONGEST_DAYS } from './budget.ts'
import { budgetMsOf, isGraver, judgePace, PACE_WINDOWS_MS, SPENT } from './pace.ts'

const AT_ONCE = 50
/** Who was not down in the longest of the rules' windows burns nothing. */
const LONGEST_PACE_MS = Math.max(...PACE_WINDOWS_MS)

interface Candidate {
  readonly monitor: Burn['monitor']
  readonly slo: Slo
  readonly isDown: boolean
  /** What people were warned of and is not over. */
  readonly before: string | null
}

type DownIn = (id: MonitorId, ms: number) => number

/** Who may be burning or was; not in maintenance, when nobody is told. */
async function readCandidates(db: AccountDb, now: Instant): Promise<Candidate[]> {
  const incidents = (severity: 'down' | 'burning') =>
    db
      .selectFrom('incidents')
      .select(['monitor_id', 'code', 'resolved_at'])
      .where('severity', '=', severity)
  const down = await incidents('down')
    .where((eb) =>
      eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', now - LONGEST_PACE_MS)]),
    )
    .execute()
  const burning = await incidents('burning').where('resolved_at', 'is', null).execute()
  const maintained = await db
    .selectFrom('maintenance_spans')
    .select('monitor_id')
    .where('started_at', '<=', now)
    .where('ended_at', '>', now)
    .execute()
  const isDown = new Set(
    down.filter(({ resolved_at }) => resolved_at === null).map(({ monitor_id }) => monitor_id),
  )
  const before = new Map(burning.map(({ monitor_id, code }) => [monitor_id, code]))
  const left = new Set(maintained.map(({ monitor_id }) => monitor_id))
  const monitors = await db
    .selectFrom('monitors')
    .select(['id', 'account_id as accountId', 'name', 'url', 'rev', 'slo'])
    .where('slo', 'is not', null)
    .where('is_active', '=', 1)
    .where((eb) =>
      eb.or([
        eb('id', 'in', (of) =>
          of
            .selectFrom('incidents')
            .select('monitor_id')
            .where('severity', 'in', ['down', 'burning'])
            .where((is) =>
              is.or([is('resolved_at', 'is', null), is('resolved_at', '>', now - LONGEST_PACE_MS)]),
            )
            .$narrowType<{ monitor_id: MonitorId }>(),
        ),
        // Of a new objective people hear that it is missed already, however long ago that was.
        eb('updated_at', '>', now - HOUR),
      ]),
    )
    .execute()
  return monitors
    .filter(({ id }) => !left.has(id))
    .map(({ slo, ...monitor }) => ({
      monitor,
      slo: readSlo({ slo })!,
      isDown: isDown.has(monitor.id),
      before: before.get(monitor.id) ?? null,
    }))
}

/** At most so long: whole outages, whatever of them was seen and is charged. */
async function readLimits(db: AccountDb, ids: readonly MonitorId[], now: Instant): Promise<DownIn> {
  const rows = await db
    .selectFrom('incidents')
    .select(['monitor_id', 'started_at', 'resolved_at'])
    .where('monitor_id', 'in', ids)
    .where('severity', '=', 'down')
    .where((eb) =>
      eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', now - LONGEST_DAYS * DAY)]),
    )
    .execute()
  const outages = Map.groupBy(rows, ({ monitor_id }) => monitor_id)
  return (id, ms) =>
    (outages.get(id) ?? []).reduce((sum, { started_at, resolved_at }) => {
      const from = Math.max(started_at, now - ms)
      return sum + Math.max(0, Math.min(resolved_at ?? now, now) - from)
    }, 0)
}

/** How long each was down in the windows it is judged by. */
async function readDown(db: AccountDb, those: readonly Candidate[], now: Instant): Promise<DownIn> {
  const times = new Map<string, number>()
  const read = async (some: readonly Candidate[], ms: number): Promise<void> => {
    const ids = some.map(({ monitor }) => monitor.id)
    for (const [id, { downMs }] of await observedTime(db, ids, now - ms, now))
      times.set(`${id} ${ms}`, downMs)
    await others()
  }
  const downIn: DownIn = (id, ms) => times.get(`${id} ${ms}`)!
  for (const [days, some] of Map.groupBy(those, ({ slo }) => slo.days)) await read(some, days * DAY)
  const isStillSpent = ({ monitor, slo, before }: Candidate): boolean =>
    before === SPENT && downIn(monitor.id, slo.days * DAY) >= budgetMsOf(slo)
  const rest = those.filter((it) => !isStillSpent(it))
  for (const ms of PACE_WINDOWS_MS) await read(rest, ms)
  return downIn
}

/** What there is to say of one; nothing where that was said already. */
function burnOf({ monitor, slo, isDown, before }: Candidate, downIn: DownIn): Burn | undefined {
  const of = (ms: number) => downIn(monitor.id, ms)
  const pace = judgePace(slo, isDown, of)
  // What goes on may look calm between two looks.
  const isOver = pace === null && before !== null && !isDown
  const isNews = pace !== null && (before === null || isGraver(pace.code, before))
  if (!isOver && !isNews) return undefined
  const budgetMs = budgetMsOf(slo)
  return {
    monitor,
    before,
    cause: pace,
    budget: {
      ...slo,
      budgetMs,
      leftMs: budgetMs - of(slo.days * DAY),
      burnRate: burnRateOf(slo, of(HOUR), HOUR),
    },
  }
}

/** Whether there may be something to say where it was down for `most` in each window. */
function mayBeNews({ monitor, slo, isDown, before }: Candidate, most: DownIn): boolean {
  const gravest = judgePace(slo, isDown, (ms) => most(monitor.id, ms))
  if (before === null) return gravest !== null
  return !isDown || (gravest !== null && isGraver(gravest.code, before))
}

async function settle(db: Db, bound: AccountDb, now: Instant): Promise<boolean> {
  let isNews = false
  const all = await readCandidates(bound, now)
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE)
    const ids = some.map(({ monitor }) => monitor.id)
    const most = await readLimits(bound, ids, now)
    const those = some.filter((it) => mayBeNews(it, most))
    if (those.length > 0) {
      const downIn = await readDown(bound, those, now)
      for (const one of those) {
        const burn = burnOf(one, downIn)
        if (burn !== undefined && (await recordBurn(db, now, burn))) isNews = true
      }
    }
  }
  return isNews
}

/**
 * Warns of budgets that are spent too fast or used up, once an episode, and says when that is over.
 * To be called every minute. True when there was something to tell.
 */
export async function settleBurns(db: Db, now: Instant): Promise<boolean> {
  const accounts = await db
    .selectFrom('monitors')
    .select('account_id')
    .distinct()
    .where('slo', 'is not', null)
    .execute()
  let isNews = false
  for (const { account_id } of accounts)
    if (await settle(db, bindAccount(db, account_id), now)) isNews = true
  return isNews
}
