import { typed } from './answers.ts'
import type { Command } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Ask } from './desk.ts'
import type { Read } from './line.ts'
import { note, type Reply, text, verbatim } from './reply.ts'

/** Words of a line that no option takes: what, rule, example. */
export function misread(
  { place }: Ask,
  { card }: Command,
  read: Exclude<Read, { readonly given: unknown }>,
): Reply {
  const names = card.options.map(({ name }) => name).join(', ')
  const known = names === '' ? 'none at all' : names
  const body = [note(text(`Try: ${typed(place, card.example)}`))]
  const value = refusal('usage', `${card.name} takes ${known}.`)
  if ('unknownKey' in read)
    return no(
      [verbatim(`${read.unknownKey}=`), text(` is no option of ${card.name}; it takes ${known}.`)],
      { body, exitCode: 2, value },
    )
  return no(
    [
      text('I do not know what '),
      verbatim(read.surplus),
      text(` is for; ${card.name} takes ${known}.`),
    ],
    { body, exitCode: 2, value },
  )
}

/** A button this version does not know, and how everything is. */
export const olderButton = (status: Reply): Reply => ({
  ...status,
  headline: [text('This button is from an older Uptalk. '), ...status.headline],
  exitCode: 1,
})
