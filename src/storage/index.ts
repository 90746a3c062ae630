export {
  type AccountDb,
  type AccountTx,
  bindAccount,
  reachOf,
  UnboundQuery,
  wholeAccount,
} from './bound.ts'
export { holdDatabase, isHeld } from './hold.ts'
export { DatabaseTrouble, type Db, fold, isPassing, openDatabase, sqliteCode } from './open.ts'
export { prepared } from './prepared.ts'
export { relaxedTransaction } from './relaxed.ts'
export { buildSealer, openSealer, type Sealer } from './seal.ts'
export { seenUpdates } from './seen.ts'
export type { Tables } from './tables.ts'
