import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { Kysely, sql } from 'kysely'
import { dialectOf } from './dialect.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { Tables } from './tables.ts'

/** Unbound: sees every account. Only engine, delivery and the look-ups that find an account hold it. */
export type Db = Kysely<Tables>

/** The database cannot be used; `message` says what to do. */
export class DatabaseTrouble extends Error {
  override readonly name = 'DatabaseTrouble'
  /** 1 held by another process, 3 unusable, 78 its secrets were sealed with another key. */
  readonly exitCode: 1 | 3 | 78

  constructor(message: string, exitCode: 1 | 3 | 78, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

const BUSY_TIMEOUT_MS = 3000
const INCREMENTAL = 2

/** SQLite's own word for what went wrong, `SQLITE_CORRUPT` for one; undefined for other errors. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof Sqlite.SqliteError ? error.code : undefined
}

const PASSING = /^SQLITE_(?:BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|NOMEM)/

/** The database cannot write now but may later (locked, disk full); anything else is a bug. */
export const isPassing = (error: unknown): boolean => PASSING.test(sqliteCode(error) ?? '')

/** What to do about an error of opening `file`; other errors as they are. */
export function toTrouble(file: string, error: unknown): unknown {
  // `SQLITE_READONLY_DIRECTORY` and its like: the first word says what to do.
  const code = sqliteCode(error)?.match(/^SQLITE_[A-Z]+/)?.[0] ?? (error as { code?: string }).code
  const because = { cause: error }
  switch (code) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new DatabaseTrouble(
        `The database ${file} is damaged. Move it away and put a backup in its place (files named ${path.basename(file)}.before-* lie beside it after upgrades), or start without it to begin anew.`,
        3,
        because,
      )
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new DatabaseTrouble(
        `The database ${file} is locked by another program. Close that program and start again.`,
        3,
        because,
      )
    case 'SQLITE_CANTOPEN':
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'SQLITE_READONLY':
      return new DatabaseTrouble(
        `The database ${file} cannot be opened for writing. Give this user the right to write there, or set DATABASE_PATH to another place.`,
        3,
        because,
      )
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return new DatabaseTrouble(
        `There is no room left for the database ${file}. Make room on its disk and start again.`,
        3,
        because,
      )
    default:
      return error
  }
}

/** Marks a file as ours, in SQLite's own header field for that: "uptk". */
const APPLICATION_ID = 0x75_70_74_6b

/** Refuses what is not ours to open, before anything is written to it. */
function inspect(sqlite: Sqlite.Database, file: string): void {
  const { tables } = sqlite
    .prepare(`select count(*) as tables from sqlite_schema where type = 'table'`)
    .get() as { tables: number }
  if (tables === 0) return
  if (sqlite.pragma('application_id', { simple: true }) !== APPLICATION_ID)
    throw new DatabaseTrouble(
      `The file ${file} belongs to another program. Set DATABASE_PATH to another file.`,
      3,
    )
  const version = sqlite.pragma('user_version', { simple: true }) as number
  const wanted = MIGRATIONS.length
  if (version > wanted)
    throw new DatabaseTrouble(
      `The database ${file} has version ${version}, made by a newer Uptalk; this one knows versions up to ${wanted}. Update Uptalk, or set DATABASE_PATH to another file.`,
      3,
    )
}

function migrate(sqlite: Sqlite.Database, file: string): void {
  const version = sqlite.pragma('user_version', { simple: true }) as number
  const wanted = MIGRATIONS.length
  if (version > 0 && version < wanted && file !== ':memory:')
    sqlite.prepare('vacuum into ?').run(freeName(`${file}.before-${wanted}`))
  for (let next = version; next < wanted; next += 1)
    sqlite
      .transaction(() => {
        // Asked again inside: another process may have been quicker.
        if (sqlite.pragma('user_version', { simple: true }) !== next) return
        sqlite.exec(MIGRATIONS[next]!)
        sqlite.pragma(`application_id = ${APPLICATION_ID}`)
        sqlite.pragma(`user_version = ${next + 1}`)
      })
      .immediate()
}

function freeName(wanted: string): string {
  let name = wanted
  for (let more = 2; existsSync(name); more += 1) name = `${wanted}-${more}`
  return name
}

/**
 * Opens the database in `file` (`:memory:` for one that is gone when closed), brings it to the
 * current version after a backup beside it, and hands it out unbound. A write waits `busyMs` for
 * another program's to end, and everything in this process waits with it.
 * @throws DatabaseTrouble saying what to do
 */
export async function openDatabase(
  file: string,
  { busyMs = BUSY_TIMEOUT_MS }: { readonly busyMs?: number } = {},
): Promise<Db> {
  try {
    if (file !== ':memory:') mkdirSync(path.dirname(file), { recursive: true })
    const sqlite = new Sqlite(file, { timeout: BUSY_TIMEOUT_MS })
    try {
      inspect(sqlite, file)
      // Setting it is a write, also where it is set already; who only reads waits for nobody's write.
      if (sqlite.pragma('auto_vacuum', { simple: true }) !== INCREMENTAL)
        sqlite.pragma('auto_vacuum = incremental')
      sqlite.pragma('journal_mode = wal')
      sqlite.pragma('synchronous = full')
      sqlite.pragma('foreign_keys = on')
      sqlite.function('fold', { deterministic: true }, (text: unknown) => fold(String(text)))
      migrate(sqlite, file)
      sqlite.pragma(`busy_timeout = ${busyMs}`)
    } catch (error) {
      sqlite.close()
      throw error
    }
    const db = new Kysely<Tables>({ dialect: dialectOf(sqlite) })
    // Kysely closes only what it has used: without a first query the file would stay open.
    await sql`select 1`.execute(db)
    return db
  } catch (error) {
    throw toTrouble(file, error)
  }
}

/** What `fold(column)` in SQL does: text as a search compares it, upper and lower case alike. */
export const fold = (text: string): string => text.normalize('NFC').toLowerCase()
