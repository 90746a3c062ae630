import { type Api, GrammyError } from 'grammy'
import type { BotCommand, BotCommandScope } from 'grammy/types'
import { cut } from '../../src/kernel/index.ts'
import type { CommandCard } from '../commands/index.ts'

const SAYS = {
  uptime: 'Is everything up? Try: /uptime help',
} as const

const NAME = /^[a-z0-9_]{1,32}$/
const SUMMARY_MAX = 256
const COMMANDS_MAX = 100

/** In groups one word for everything; in private chats each command by its first word. */
function menusOf(cards: readonly CommandCard[]): {
  here: BotCommand[]
  alone: BotCommand[]
} {
  const here = [{ command: 'uptime', description: SAYS.uptime }]
  const alone = new Map<string, BotCommand>()
  for (const [first, members] of Map.groupBy(cards, ({ name }) => name.split(' ')[0]!)) {
    const command = first.toLowerCase()
    if (!NAME.test(command)) continue
    const [{ name, summary }] = members as [CommandCard]
    const words = members.map((card) => card.name.slice(first.length + 1))
    const description = cut(name === first ? summary : words.join(', '), SUMMARY_MAX)
    alone.set(command, { command, description })
  }
  return { here, alone: [...here, ...alone.values()].slice(0, COMMANDS_MAX) }
}

/**
 * Where each list is shown. All are set, the same ones too: what another program on this token left in
 * a narrower scope would hide ours. No language is named: there is one, and it is for everybody.
 */
const SCOPES = {
  default: 'here',
  all_private_chats: 'alone',
  all_group_chats: 'here',
  all_chat_administrators: 'here',
} as const satisfies Partial<Record<BotCommandScope['type'], keyof ReturnType<typeof menusOf>>>

const words = (commands: readonly BotCommand[]): string =>
  commands.map(({ command, description }) => `${command} ${description}`).join('\n')

/** Tells Telegram the commands, where it does not know them like that already. */
export async function setMenus(api: Api, cards: readonly CommandCard[]): Promise<void> {
  const menus = menusOf(cards)
  for (const type of Object.keys(SCOPES) as (keyof typeof SCOPES)[]) {
    const [scope, commands] = [{ type }, menus[SCOPES[type]]]
    const known = await api.getMyCommands({ scope }).catch((error: unknown) => {
      if (error instanceof GrammyError && error.error_code === 404) return []
      throw error
    })
    if (words(known) !== words(commands)) await api.setMyCommands(commands, { scope })
  }
}
