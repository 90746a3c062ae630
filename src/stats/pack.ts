import { setImmediate as others } from 'node:timers/promises'
import { DAY, HOUR, type Instant, MINUTE, type MonitorId } from '../kernel/index.ts'
import {
  type AccountDb,
  type AccountTx,
  bindAccount,
  type Db,
  relaxedTransaction,
} from '../storage/index.ts'
import { type Due, packLooks, rollDays } from './hours.ts'
import { type JournalLook, writeLooks } from './journal-format.ts'
import { readTail } from './journal.ts'
import { keepLatest } from './latest.ts'
import type { Latest, Run, TailLook } from './tail.ts'
import { startOf } from './tally.ts'

/** Looks packed in one go: some milliseconds in which nothing else runs. */
const MOST_LOOKS = 600
/** What a monitor costs even without a look. */
const LOOKS_A_MONITOR = 10
/** Monitors asked for at once. */
const MOST_MONITORS = 200
/** Rows of the journal deleted at once; each may have a thousand looks. */
const MOST_ROWS = 50
/** What was seen before the hour ended may be written down a little later. */
const GRACE_MS = 2 * MINUTE
/** A streak that never ends holds its hours back for so long. */
const HELD_MS = 3 * DAY

/**
 * Packs the hours that are over, each monitor's own, and then the days. In steps of a few
 * milliseconds; `rest` comes between them and says whether to go on. A step moves what the journal
 * has of some monitors: what can be packed into hours, the rest into a new row. Once all are through
 * the old rows go. A run that was cut off is taken up again.
 */
export async function packHistory(
  db: Db,
  now: Instant,
  rest: () => Promise<boolean>,
): Promise<void> {
  const until = startOf(now - GRACE_MS, HOUR)
  for (const { id } of await db.selectFrom('accounts').select('id').orderBy('id').execute()) {
    const account = bindAccount(db, id)
    const cut = await readTail(account, (tail) => tail.run)
    if (cut !== undefined && !(await packRun({ db, account, until, rest }, cut))) return
    const through = await newRun(account, until)
    if (!(await packRun({ db, account, until, rest }, { through, monitor: 0, at: 0 }))) return
  }
}

/** The last row there is, where there is something in them to pack; otherwise 0. */
async function newRun(account: AccountDb, until: Instant): Promise<number> {
  const { through, monitors } = await readTail(account, (tail) => ({
    through: tail.lastRow,
    monitors: tail.earliest < until ? tail.monitors : [],
  }))
  for (let at = 0; at < monitors.length; at += MOST_MONITORS) {
    const due = await readDue(account, monitors.slice(at, at + MOST_MONITORS))
    const isAny = await readTail(account, (tail) =>
      due.some((it) => tail.hasBefore(it.id, settledOf(it, until))),
    )
    if (isAny) return through
    await others()
  }
  return 0
}

const readDue = (account: AccountTx, ids: readonly MonitorId[]): Promise<Due[]> =>
  account
    .selectFrom('monitors as m')
    .innerJoin('monitor_states as s', 's.monitor_id', 'm.id')
    .where('m.id', 'in', ids)
    .orderBy('m.id')
    .select((eb) => [
      'm.id',
      'm.account_id',
      eb
        .case()
        .when('m.is_active', '=', 1)
        .then(eb.fn<Instant | null>('json_extract', ['s.judged', eb.val('$.streak.startedAt')]))
        .else(null)
        .end()
        .as('unsettled_at'),
    ])
    .execute()

/** An outage is charged from its first failure, which may lie in an hour before. */
const settledOf = ({ unsettled_at: unsettled }: Due, until: Instant): Instant =>
  unsettled === null || until - unsettled > HELD_MS
    ? until
    : Math.min(until, startOf(unsettled, HOUR))

interface Tools {
  readonly db: Db
  readonly account: AccountDb
  readonly until: Instant
  readonly rest: () => Promise<boolean>
}

/** Where a run stands: at which monitor, and from when on its looks are still to be moved. */
interface Place {
  readonly next: number
  readonly from: Instant
}

/** From where `run` stands to its end; whether it came there. */
async function packRun({ db, account, until, rest }: Tools, run: Run): Promise<boolean> {
  const rows = await account
    .selectFrom('monitors')
    .select('id')
    .where('id', '>=', run.monitor)
    .orderBy('id')
    .execute()
  const ids = rows.map(({ id }) => id)
  let place: Place = { next: 0, from: ids[0] === run.monitor ? run.at : 0 }
  let last: { readonly id: MonitorId; readonly looks: readonly TailLook[] } | undefined
  do {
    if (!(await rest())) return false
    const tail = await readTail(account, (it) => it)
    const looksOf = (id: MonitorId): readonly TailLook[] => {
      if (last?.id !== id) last = { id, looks: tail.looks(id, 0, run.through) }
      return last.looks
    }
    const before = place
    place = await relaxedTransaction(db, (tx) =>
      packSome(
        tx,
        {
          account: bindAccount(tx, account.accountId),
          run,
          ids,
          until,
          looksOf,
          latestOf: (id) => tail.latest(id),
        },
        before,
      ),
    )
  } while (place.next < ids.length)
  return run.through === 0 || forgetRows(db, account, run.through, rest)
}

interface Step {
  readonly account: AccountDb
  readonly run: Run
  readonly ids: readonly MonitorId[]
  readonly until: Instant
  readonly looksOf: (id: MonitorId) => readonly TailLook[]
  readonly latestOf: (id: MonitorId) => Latest | undefined
}

/** As many monitors as make a step; where the next one begins. */
async function packSome(
  tx: Db,
  { account, run, ids, until, looksOf, latestOf }: Step,
  { next, from }: Place,
): Promise<Place> {
  const some = ids.slice(next, next + MOST_LOOKS / LOOKS_A_MONITOR)
  const dueOf = new Map((await readDue(account, some)).map((due) => [due.id, due]))
  const left: JournalLook[] = []
  let [done, begin, room] = [0, from, MOST_LOOKS]
  while (room > 0 && done < some.length) {
    const id = some[done]!
    const due = dueOf.get(id)
    const looks = looksOf(id).filter(({ at }) => at >= begin)
    const settled = due === undefined ? 0 : settledOf(due, until)
    const ripe = looks.filter(({ at }) => at < settled)
    const part = wholeHours(ripe)
    if (due !== undefined && part.length > 0) await packLooks(tx, due, part)
    room -= part.length + LOOKS_A_MONITOR
    if (part.length < ripe.length) {
      begin = part.at(-1)!.at + 1
      continue
    }
    if (due !== undefined) {
      for (const it of looks) if (it.at >= settled) left.push({ ...it, monitorId: id })
      // Where nothing is moved nothing is forgotten.
      const latest = run.through > 0 ? latestOf(id) : undefined
      if (latest !== undefined) await keepLatest(account, id, latest)
      await rollDays(tx, due, startOf(settled, DAY))
    }
    done += 1
    begin = 0
  }
  const place = { next: next + done, from: begin }
  if (run.through > 0)
    await account
      .insertInto('journal')
      .values({
        looks: writeLooks(left),
        packed_through: run.through,
        packed_monitor: ids[place.next] ?? null,
        packed_at: place.from,
      })
      .execute()
  return place
}

/** Without the last hour where there are too many, unless it is the only one. */
function wholeHours(looks: readonly TailLook[]): readonly TailLook[] {
  const over = looks[MOST_LOOKS]
  if (over === undefined) return looks
  const whole = looks.slice(0, MOST_LOOKS).filter(({ at }) => at < startOf(over.at, HOUR))
  const last = looks[MOST_LOOKS - 1]!.at
  return whole.length > 0 ? whole : looks.filter(({ at }) => at <= last)
}

/** Rows all of whose looks are moved; whether it came to the end. */
async function forgetRows(
  db: Db,
  account: AccountDb,
  through: number,
  rest: () => Promise<boolean>,
): Promise<boolean> {
  let gone = BigInt(MOST_ROWS)
  while (gone >= MOST_ROWS) {
    if (!(await rest())) return false
    gone = await relaxedTransaction(db, async (tx) => {
      const { numDeletedRows } = await tx
        .deleteFrom('journal')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('journal')
            .select('id')
            .where('id', '<=', through)
            .where('account_id', '=', account.accountId)
            .orderBy('id')
            .limit(MOST_ROWS),
        )
        .executeTakeFirstOrThrow()
      return numDeletedRows
    })
  }
  return true
}
