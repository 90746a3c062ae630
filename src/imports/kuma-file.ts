import Sqlite from 'better-sqlite3'
import { DAY, HOUR, type Instant, SECOND } from '../kernel/index.ts'
import type { KeptFigures, PastFigures } from '../stats/index.ts'
import type { Beat } from './kuma-beats.ts'
import { SourceTrouble } from './source.ts'

export interface KumaTag {
  readonly name: string
  readonly value: string
}

/** A database of Uptime Kuma's, open. */
export interface KumaFile {
  /** One after the other, in order of time, however many. */
  beats(monitorId: number): Iterable<Beat>
  /** What its version 2 counts by the hour and the day. */
  figures(monitorId: number, intervalMs: number, now: Instant): KeptFigures
  close(): void
}

/** What is read of a table; without the first ones it is no table of Uptime Kuma's. */
const NEEDED = {
  monitor: ['id', 'name', 'type', 'active', 'interval'],
  heartbeat: ['monitor_id', 'status', 'time', 'ping', 'msg'],
} as const
const COUNTED = ['monitor_id', 'timestamp', 'up', 'down', 'ping'] as const
/** The last whose layout was numbered; later ones are told by their columns. */
const LAST_NUMBERED = 10

type Counted = Readonly<Record<'timestamp' | 'up' | 'down' | 'ping' | 'least' | 'most', unknown>>

const columnsOf = (db: Sqlite.Database, table: string): ReadonlySet<string> =>
  new Set(db.prepare<[string], string>('select name from pragma_table_info(?)').pluck().all(table))

const countOf = (db: Sqlite.Database, table: string): number =>
  columnsOf(db, table).size === 0
    ? 0
    : db.prepare<[], number>(`select count(*) from "${table}"`).pluck().get()!

const whole = (ms: unknown): number => Math.max(0, Math.round(Number(ms) || 0))

/** As Uptime Kuma has it: so many checks up and down, and how long the good ones took. */
function figuresOf(it: Counted, size: number, intervalMs: number): PastFigures | undefined {
  const [good, failures] = [Number(it.up), Number(it.down)]
  const checks = good + failures
  if (![good, failures].every((count) => Number.isSafeInteger(count) && count >= 0) || checks === 0)
    return undefined
  const observed = Math.min(size, checks * intervalMs)
  const isTimed = good > 0
  return {
    checks,
    failures,
    good,
    degraded: 0,
    sum_ms: whole(Number(it.ping) * good),
    min_ms: isTimed ? whole(it.least) : null,
    max_ms: isTimed ? whole(it.most) : null,
    p95_ms: null,
    observed_ms: observed,
    down_ms: Math.round((observed * failures) / checks),
  }
}

function readFigures(
  db: Sqlite.Database,
  table: 'stat_hourly' | 'stat_daily',
  it: { readonly monitorId: number; readonly intervalMs: number; readonly now: Instant },
): ReadonlyMap<Instant, PastFigures> {
  const columns = columnsOf(db, table)
  if (!COUNTED.every((name) => columns.has(name))) return new Map()
  const size = table === 'stat_hourly' ? HOUR : DAY
  const [least, most] = columns.has('ping_min') ? ['ping_min', 'ping_max'] : ['ping', 'ping']
  const rows = db
    .prepare<[number], Counted>(
      `select timestamp, up, down, ping, ${least} as least, ${most} as most from ${table} where monitor_id = ?`,
    )
    .all(it.monitorId)
  return new Map(
    rows.flatMap((row) => {
      const at = Number(row.timestamp) * SECOND
      const figures = figuresOf(row, size, it.intervalMs)
      // What is still going on is counted from its checks.
      const isRight = at > 0 && at % size === 0 && at + size <= it.now
      return isRight && figures !== undefined ? [[at, figures] as const] : []
    }),
  )
}

/** Its columns say whether we can read it, not its version. */
function refuseStrange(db: Sqlite.Database, path: string): void {
  for (const [table, needed] of Object.entries(NEEDED)) {
    const columns = columnsOf(db, table)
    if (columns.size === 0)
      throw new SourceTrouble(
        `${path} is an SQLite database, but not Uptime Kuma's: it has no table ${table}.`,
        1,
      )
    const missing = needed.find((name) => !columns.has(name))
    if (missing !== undefined)
      throw new SourceTrouble(
        `${path} is laid out as no Uptime Kuma that Uptalk knows (1 and 2): the table ${table} lacks ${missing}.`,
        1,
      )
  }
  const numbered = columnsOf(db, 'setting').has('key')
    ? Number(
        db.prepare("select value from setting where key = 'database_version'").pluck().get() ?? 0,
      )
    : 0
  if (numbered > LAST_NUMBERED)
    throw new SourceTrouble(
      `${path} is of an Uptime Kuma newer than Uptalk knows: its database is version ${numbered}, not ${LAST_NUMBERED}.`,
      1,
    )
}

function readTags(db: Sqlite.Database): ReadonlyMap<number, readonly KumaTag[]> {
  if (!columnsOf(db, 'monitor_tag').has('value')) return new Map()
  const rows = db
    .prepare<[], { id: number; name: string | null; value: string | null }>(
      `select mt.monitor_id as id, t.name, mt.value from monitor_tag mt join tag t on t.id = mt.tag_id`,
    )
    .all()
    .map(({ id, name, value }) => ({ id, name: name ?? '', value: value ?? '' }))
  return Map.groupBy(rows, ({ id }) => id)
}

/** @throws SourceTrouble */
export function openKumaFile(path: string) {
  try {
    const db = new Sqlite(path, { readonly: true, fileMustExist: true })
    try {
      refuseStrange(db, path)
      const file: KumaFile = {
        // Only a failure's message is looked at, and no more than its beginning.
        beats: (monitorId) =>
          db
            .prepare<[number], Beat>(
              `select status, time, ping, iif(status = 0, substr(msg, 1, 600), null) as msg
               from heartbeat where monitor_id = ? order by time`,
            )
            .iterate(monitorId),
        figures: (monitorId, intervalMs, now) => ({
          hours: readFigures(db, 'stat_hourly', { monitorId, intervalMs, now }),
          days: readFigures(db, 'stat_daily', { monitorId, intervalMs, now }),
        }),
        close: () => db.close(),
      }
      return {
        monitors: db.prepare<[]>('select * from monitor order by id').all(),
        tags: readTags(db),
        left: {
          notifications: countOf(db, 'notification'),
          statusPages: countOf(db, 'status_page'),
        },
        file,
      }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error
    throw new SourceTrouble(
      `${path} cannot be read as an SQLite database (${error.code}); copy it, with the files beside it (-wal, -shm), to a folder where you may write.`,
      1,
      { cause: error },
    )
  }
}
