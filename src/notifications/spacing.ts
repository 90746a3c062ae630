import { MINUTE, SECOND } from '../kernel/index.ts'

/** A storm's message is edited no more often than this; a mail of it is followed by another as late. */
export const STORM_SPACING_MS = 10 * SECOND
export const MAIL_SPACING_MS = MINUTE
