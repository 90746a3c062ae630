import { MINUTE } from '../../src/kernel/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Reply } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  notAsker: 'Only the one who asked may confirm this.',
  over: 'That question is answered or over. Ask again: {example}',
  overShort: 'That question is answered or over.',
} as const

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
type Confirmed = 'yes' | 'other' | 'over'

/** Takes the word; of several presses at once one gets it. */
async function takeConfirmation(call: Call, word: string, subject: string): Promise<Confirmed> {
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

/** The answer where it is not confirmed, nothing where it is; `again` is what asks anew. */
export async function refusedConfirmation(
  call: Call,
  word: string,
  subject: string,
  again: string,
): Promise<Reply | undefined> {
  switch (await takeConfirmation(call, word, subject)) {
    case 'yes':
      return undefined
    case 'other':
      return no(fill(SAYS.notAsker), { value: refusal('not_asker', SAYS.notAsker) })
    default:
      return no(fill(SAYS.over, { example: typed(call.place, again) }), {
        value: refusal('confirmation_over', SAYS.overShort),
      })
  }
}
