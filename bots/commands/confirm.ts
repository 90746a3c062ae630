import { MINUTE } from '../../src/kernel/index.ts'
import type { Call } from './command.ts'

const LIFE_MS = 2 * MINUTE
const WORD_LENGTH = 12
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

const askerOf = ({ actor, place }: Call): string => `${place.platform}:${actor.userId}`

/** Asks for a second word: good once, for two minutes, for the asker alone. */
export async function askConfirmation(call: Call, subject: string): Promise<string> {
  const { db, deps, now } = call
  const bytes = deps.chance.bytes(WORD_LENGTH)
  const word = Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
  await db.deleteFrom('confirmations').where('expires_at', '<=', now).execute()
  await db
    .insertInto('confirmations')
    .values({ word, actor: askerOf(call), subject, expires_at: now + LIFE_MS })
    .execute()
  return word
}

/** `other`: somebody else was asked. `over`: answered, too late, or never asked. */
export type Confirmed = 'yes' | 'other' | 'over'

/** Takes the word; of several presses at once one gets it. */
export async function takeConfirmation(
  call: Call,
  word: string,
  subject: string,
): Promise<Confirmed> {
  const { db, now } = call
  const asked = await db
    .selectFrom('confirmations')
    .select('actor')
    .where('word', '=', word)
    .where('subject', '=', subject)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (asked === undefined) return 'over'
  if (asked.actor !== askerOf(call)) return 'other'
  const { numDeletedRows } = await db
    .deleteFrom('confirmations')
    .where('word', '=', word)
    .where('actor', '=', asked.actor)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n ? 'yes' : 'over'
}
