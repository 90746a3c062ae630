import { mkdirSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { DatabaseTrouble, sqliteCode, toTrouble } from './open.ts'

/** Whoever only asks whether it is held holds it for a moment. */
const PATIENCE_MS = 500

/**
 * Makes this the one process that watches on `file`. The hold is an exclusive transaction on a file
 * beside it, so it dies with the process, however that dies.
 * @throws DatabaseTrouble (exit code 1) when another process holds it
 */
export function holdDatabase(file: string): Disposable {
  return hold(file, PATIENCE_MS)
}

function hold(file: string, timeout: number): Disposable {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    const side = new Sqlite(`${file}.lock`, { timeout })
    try {
      side.pragma('locking_mode = exclusive')
      side.exec('begin exclusive')
    } catch (error) {
      side.close()
      throw error
    }
    return { [Symbol.dispose]: () => side.close() }
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw toTrouble(file, error)
    throw new DatabaseTrouble(
      `Another Uptalk is running on the database ${file}. Stop it first, or set DATABASE_PATH to another file.`,
      1,
      { cause: error },
    )
  }
}

/** Whether a process watches on `file` now. */
export function isHeld(file: string): boolean {
  try {
    hold(file, 0)[Symbol.dispose]()
    return false
  } catch (error) {
    if (error instanceof DatabaseTrouble && error.exitCode === 1) return true
    throw error
  }
}
