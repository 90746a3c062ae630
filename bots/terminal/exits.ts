import { CommanderError } from 'commander'
import { SettingsTrouble } from '../../src/config.ts'
import { FAULTS, Fault, InvalidInput } from '../../src/kernel/index.ts'
import { SourceTrouble } from '../../src/imports/index.ts'
import { DatabaseTrouble, sqliteCode } from '../../src/storage/index.ts'

/** What the shell is told, as `--help` lists it. */
export const EXITS = {
  0: 'all well, or done',
  1: 'the answer is no: something is down, not found, refused',
  2: 'a slip in the command line',
  3: 'server or database out of reach; a probe that could not look',
  70: 'a bug of ours',
  78: 'a setting that cannot be',
} as const

export type Exit = keyof typeof EXITS

/** An error at the edge: its code, and what standard error says (nothing where it was said already). */
export function exitFor(error: unknown): { readonly code: Exit; readonly says: string | null } {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? 0 : 2, says: null }
  if (error instanceof InvalidInput) return { code: 2, says: error.message }
  if (error instanceof SettingsTrouble) return { code: 78, says: error.message }
  if (error instanceof DatabaseTrouble || error instanceof SourceTrouble)
    return { code: error.exitCode, says: error.message }
  if (error instanceof Fault) {
    const fault: Fault = error
    return { code: FAULTS[fault.code].status >= 500 ? 3 : 1, says: fault.message }
  }
  const sqlite = sqliteCode(error)
  if (sqlite !== undefined) return { code: 3, says: `The database does not answer (${sqlite}).` }
  return {
    code: 70,
    says: `Something broke on my side.\n${error instanceof Error ? error.stack : String(error)}`,
  }
}
