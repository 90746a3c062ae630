import { tryNote } from './answers.ts'
import type { Command } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Ask } from './desk.ts'
import type { Read } from './line.ts'
import { type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  noneAtAll: 'none at all',
  takes: '{command} takes {options}.',
  noOption: '{typed} is no option of {command}; it takes {options}.',
  surplus: 'I do not know what {typed} is for; {command} takes {options}.',
  olderButton: 'This button is from an older Uptalk. {status}',
} as const

/** Words of a line that no option takes: what, rule, example. */
export function misread(
  { place }: Ask,
  { card }: Command,
  read: Exclude<Read, { readonly given: unknown }>,
): Reply {
  const names = card.options.map(({ name }) => name).join(', ')
  const takes = { command: card.name, options: names === '' ? SAYS.noneAtAll : names }
  const more = {
    body: [tryNote(place, card.example)],
    exitCode: 2,
    value: refusal('usage', words(SAYS.takes, takes)),
  }
  return 'unknownKey' in read
    ? no(fill(SAYS.noOption, { typed: verbatim(`${read.unknownKey}=`), ...takes }), more)
    : no(fill(SAYS.surplus, { typed: verbatim(read.surplus), ...takes }), more)
}

/** A button this version does not know, and how everything is. */
export const olderButton = (status: Reply): Reply => ({
  ...status,
  headline: fill(SAYS.olderButton, { status: status.headline }),
  exitCode: 1,
})
