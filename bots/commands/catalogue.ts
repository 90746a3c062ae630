import { ack } from './ack.ts'
import { add } from './add.ts'
import { check } from './check.ts'
import type { AccountCommand, Command } from './command.ts'
import { remove } from './delete.ts'
import type { CommandCard } from './desk.ts'
import { buildHelp } from './help.ts'
import { incidents } from './incidents.ts'
import { link } from './link.ts'
import { list } from './list.ts'
import { pause } from './pause.ts'
import { resume } from './resume.ts'
import { show } from './show.ts'
import { status } from './status.ts'
import { whoami } from './whoami.ts'

/** Every command, in the order people see them. */
export const COMMANDS: readonly Command[] = [
  status,
  list,
  show,
  add,
  remove,
  check,
  pause,
  resume,
  incidents,
  ack,
  link,
  whoami,
  buildHelp(() => COMMANDS),
]

/** What adapters may know of them. */
export const CARDS: readonly CommandCard[] = COMMANDS.map(({ card }) => card)

const named = new Map(COMMANDS.map((command) => [command.card.name, command]))

export const commandNamed = (word: string): Command | undefined => named.get(word.toLowerCase())

const pressed = new Map<string, AccountCommand>()
for (const command of COMMANDS)
  if (command.role !== null)
    for (const action of Object.keys(command.presses)) pressed.set(action, command)

/** The command that makes (and so answers) a button. */
export const commandPressed = (action: string): AccountCommand | undefined => pressed.get(action)
