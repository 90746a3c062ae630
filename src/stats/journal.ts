import { setImmediate as others } from 'node:timers/promises'
import type { AccountId, MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared, reachOf, wholeAccount } from '../storage/index.ts'
import { type JournalRow, Tail } from './tail.ts'

/** By database, and there by account. */
const tails = new WeakMap<object, Map<AccountId, Tail>>()

function tailOf(database: object, accountId: AccountId): Tail {
  const all = tails.get(database) ?? new Map<AccountId, Tail>()
  tails.set(database, all)
  const known = all.get(accountId)
  if (known !== undefined && !known.isWorn) return known
  const tail = new Tail()
  all.set(accountId, tail)
  return tail
}

/** Rows read at once: each may have the looks of very many monitors. */
const ROWS_AT_ONCE = 10
/** Taken in before others run: some ten thousand looks. */
const BYTES_AT_ONCE = 150_000

const sizeOf = (rows: readonly Pick<JournalRow, 'looks'>[]): number =>
  rows.reduce((sum, { looks }) => sum + looks.length, 0)

type After = { readonly after: number }

const rowsAfter = prepared((db: AccountTx, { after }: After, most: number | undefined) => {
  const rows = db
    .selectFrom('journal')
    .select(['id', 'looks', 'outcomes', 'packed_through as through'])
    .select(['packed_monitor as monitor', 'packed_at as at'])
    .where('id', '>', after)
    .orderBy('id')
  return most === undefined ? rows : rows.limit(most)
})

/** An hour of very many monitors takes seconds. */
async function takeIn(db: AccountTx, tail: Tail): Promise<void> {
  for (let bytes = 0; ;) {
    const rows = await rowsAfter(db, { after: tail.lastRow }, ROWS_AT_ONCE)
    tail.append(rows, false)
    if (rows.length < ROWS_AT_ONCE) return
    bytes += sizeOf(rows)
    if (bytes < BYTES_AT_ONCE) continue
    bytes = 0
    await others()
  }
}

const rowsBefore = prepared((db: AccountTx, { before }: { readonly before: number }) =>
  db
    .selectFrom('journal')
    .select(['id', 'looks'])
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(ROWS_AT_ONCE),
)

/** The looks of a row, of the whole account, from the newest row back for as long as `visit` wants more. */
export async function readBack(
  db: AccountTx,
  visit: (looks: JournalRow['looks']) => boolean,
): Promise<void> {
  for (let [before, bytes] = [Infinity, 0]; ;) {
    const rows = await rowsBefore(wholeAccount(db), { before })
    for (const { id, looks } of rows) {
      if (!visit(looks)) return
      before = id
    }
    if (rows.length < ROWS_AT_ONCE) return
    bytes += sizeOf(rows)
    if (bytes < BYTES_AT_ONCE) continue
    bytes = 0
    await others()
  }
}

/** Takes in what came since the journal was last asked. */
export const readOn = (db: AccountTx): Promise<void> => readTail(db, () => {})

/**
 * Hands `visit` what the journal of the handle's account holds at this moment: rows that came since
 * it was last asked for are read, the others are kept in memory. That is of the whole account, and
 * of deleted monitors, too; `reaches` says whose looks the handle may see.
 */
export async function readTail<T>(
  db: AccountTx,
  visit: (tail: Tail, reaches: (id: MonitorId) => boolean) => T,
): Promise<T> {
  const { database, accountId, monitors, isTransaction } = reachOf(db)
  const tail = tailOf(database, accountId)
  const whole = wholeAccount(db)
  // Within a transaction nobody else could do much meanwhile.
  if (tail.lastRow === 0 && !isTransaction) await takeIn(whole, tail)
  const forget = tail.append(
    await rowsAfter(whole, { after: tail.lastRow }, undefined),
    isTransaction,
  )
  try {
    return visit(tail, (id) => monitors === null || monitors.includes(id))
  } finally {
    // A transaction sees what may never come to be.
    if (isTransaction) forget()
    else tail.release()
  }
}
