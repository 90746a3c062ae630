import { start } from './0001-start.ts'

/** Forward only, in this order, each in a transaction; never edited once released. */
export const MIGRATIONS: readonly string[] = [start]
