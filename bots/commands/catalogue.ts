import { access } from './access.ts'
import { ack } from './ack.ts'
import { add } from './add.ts'
import { alerts } from './alerts.ts'
import { board } from './board.ts'
import { check } from './check.ts'
import type { AccountCommand, Command } from './command.ts'
import { remove } from './delete.ts'
import type { CommandCard } from './desk.ts'
import { edit } from './edit.ts'
import { buildHelp } from './help.ts'
import { incidents } from './incidents.ts'
import { readOptions, type Word } from './line.ts'
import { link } from './link.ts'
import { list } from './list.ts'
import { maintenance } from './maintenance.ts'
import { note } from './note.ts'
import { pause } from './pause.ts'
import { resume } from './resume.ts'
import { show } from './show.ts'
import { stats } from './stats.ts'
import { status } from './status.ts'
import { summary } from './summary.ts'
import { unlink } from './unlink.ts'
import { whoami } from './whoami.ts'

/** Every command, in the order people see them. */
export const COMMANDS: readonly Command[] = [
  status,
  list,
  show,
  add,
  edit,
  remove,
  check,
  pause,
  resume,
  ...maintenance,
  incidents,
  ack,
  note,
  stats,
  ...alerts,
  ...summary,
  ...access,
  ...board,
  link,
  unlink,
  whoami,
  buildHelp(() => COMMANDS),
]

/** What adapters may know of them. */
export const CARDS: readonly CommandCard[] = COMMANDS.map(({ card }) => card)

const named = new Map(COMMANDS.map((command) => [command.card.name, command]))

export const commandNamed = (word: string): Command | undefined => named.get(word.toLowerCase())

/** The command a typed line begins with, and the words that are left for its options. */
export function commandOf(
  words: readonly Word[],
): { readonly command: Command; readonly rest: readonly Word[] } | undefined {
  const [first, second] = words.map(({ text }) => text)
  if (first === undefined) return { command: status, rest: [] }
  const word = first.replace(/^\//, '')
  const one = commandNamed(word)
  if (one !== undefined) return { command: one, rest: words.slice(1) }
  const two = second === undefined ? undefined : commandNamed(`${word} ${second}`)
  if (two !== undefined) return { command: two, rest: words.slice(2) }
  const rest = words.slice(1)
  const meant = groupOf(word).find(({ options, isMeant }) => {
    const read = readOptions(options, rest)
    return 'given' in read && isMeant?.(read.given) === true
  })
  return meant === undefined ? undefined : { command: meant, rest }
}

/** Commands of two words that begin with this one. */
export const groupOf = (word: string): readonly Command[] =>
  COMMANDS.filter(({ card }) => card.name.startsWith(`${word.toLowerCase()} `))

const pressed = new Map<string, AccountCommand>()
for (const command of COMMANDS)
  if (command.role !== null)
    for (const action of Object.keys({ ...command.presses, ...command.forms }))
      pressed.set(action, command)

/** The command that makes (and so answers) a button. */
export const commandPressed = (action: string): AccountCommand | undefined => pressed.get(action)
