import type { Instant, MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { readTail } from './journal.ts'
import type { Latest } from './tail.ts'

/** What a monitor's row says of its latest looks: as they were when one was last written there. */
export interface LastColumns {
  readonly last_check_at: Instant | null
  readonly last_ms: number | null
  readonly last_status: string | null
  readonly last_code: string | null
  readonly last_message: string | null
  readonly last_good_at: Instant | null
  readonly last_good_ms: number | null
}

/** What is in the journal of the latest looks, of those of `ids` that have any there. */
export const readLatest = (
  db: AccountTx,
  ids: readonly MonitorId[],
): Promise<ReadonlyMap<MonitorId, Latest>> =>
  readTail(
    db,
    (tail, reaches) =>
      new Map(
        ids.filter(reaches).flatMap((id) => {
          const latest = tail.latest(id)
          return latest === undefined ? [] : [[id, latest]]
        }),
      ),
  )

/** When the newest look in the journal was made; -Infinity where it has none. */
export const readNewestAt = (db: AccountTx): Promise<Instant> =>
  readTail(db, (tail, reaches) => tail.newestAt(reaches))

/** Whether the journal knows a newer look than the row. What came before nothing was known does not count. */
const isNewer = (row: LastColumns, latest: Latest | undefined): latest is Latest =>
  latest !== undefined && row.last_status !== null && latest.at > (row.last_check_at ?? -Infinity)

/** What was written out last: in the journal, unless the row is newer. */
const writtenOut = (row: LastColumns, { outcome, outcomeAt }: Latest): Told | undefined =>
  outcome !== null && outcomeAt > (row.last_check_at ?? -Infinity)
    ? (JSON.parse(outcome) as Told)
    : undefined

interface Told {
  readonly message: string
  readonly durationMs: number
}

/** A sentence that says how long a look took, of one that took another time. */
const retell = (message: string, tookMs: number, ms: number): string =>
  message.replaceAll(took(tookMs), took(ms))

const took = (ms: number): string => `${ms} ms`

/** What looks have in common of which one can be told from the other, whatever they took. */
export const shapeOf = (outcome: Told): string =>
  JSON.stringify({
    ...outcome,
    timings: null,
    // No sentence has such a character.
    message: outcome.message.replaceAll(took(outcome.durationMs), '\0'),
    durationMs: 0,
  })

/** A row as it would be if each look were written there. */
export function moveOn<R extends LastColumns>(row: R, latest: Latest | undefined): R {
  if (!isNewer(row, latest)) return row
  const { at, ms, status, code, goodAt, goodMs } = latest
  const { message, durationMs } = writtenOut(row, latest) ?? {
    message: row.last_message ?? '',
    durationMs: row.last_ms ?? 0,
  }
  return {
    ...row,
    last_check_at: at,
    last_ms: ms,
    last_status: status,
    last_code: code,
    last_message: retell(message, durationMs, ms),
    ...(goodAt !== null && goodAt > (row.last_good_at ?? -Infinity)
      ? { last_good_at: goodAt, last_good_ms: goodMs }
      : {}),
  }
}

/** The outcome of the latest look, whole; null where nothing is known. */
export function tellLatest(
  row: LastColumns & { readonly latest: string | null },
  latest: Latest | undefined,
): object | null {
  const known = row.latest === null ? null : (JSON.parse(row.latest) as Told)
  if (!isNewer(row, latest)) return known
  const told = writtenOut(row, latest) ?? known
  if (told === null) return null
  const { ms: durationMs, timings } = latest
  return {
    ...told,
    durationMs,
    message: retell(told.message, told.durationMs, durationMs),
    ...(timings === undefined ? {} : { timings }),
  }
}

const COLUMNS = [
  'last_check_at',
  'last_ms',
  'last_status',
  'last_code',
  'last_message',
  'last_good_at',
  'last_good_ms',
] as const

const rowOf = prepared((tx: AccountTx, { id }: { readonly id: MonitorId }) =>
  tx
    .selectFrom('monitor_states')
    .select([...COLUMNS, 'latest'])
    .where('monitor_id', '=', id),
)

type Kept = LastColumns & { readonly latest: string; readonly id: MonitorId }

const writeRow = prepared((tx: AccountTx, { id, ...columns }: { [C in keyof Kept]: Kept[C] }) =>
  tx
    .updateTable('monitor_states')
    .set(columns)
    .where('monitor_id', '=', id)
    .returning('monitor_id'),
)

/** Writes a monitor's latest look to its row: the journal is about to forget it. */
export async function keepLatest(tx: AccountTx, id: MonitorId, latest: Latest): Promise<void> {
  const [row] = await rowOf(tx, { id })
  if (row === undefined || !isNewer(row, latest)) return
  const { latest: _, ...columns } = moveOn(row, latest)
  await writeRow(tx, { id, ...columns, latest: JSON.stringify(tellLatest(row, latest)) })
}
