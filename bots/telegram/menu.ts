import { type Api, GrammyError } from 'grammy'
import type { BotCommand } from 'grammy/types'
import type { CommandCard } from '../commands/index.ts'

const SAYS = {
  uptime: 'Is everything up? Try: /uptime help',
} as const

const NAME = /^[a-z0-9_]{1,32}$/
const SUMMARY_MAX = 256

/** In groups one word for everything; in private chats each command by its first word. */
function menusOf(cards: readonly CommandCard[]): {
  here: BotCommand[]
  alone: BotCommand[]
} {
  const here = [{ command: 'uptime', description: SAYS.uptime }]
  const alone = new Map<string, BotCommand>()
  for (const { name, summary } of cards) {
    const command = name.split(' ')[0]!.toLowerCase()
    if (NAME.test(command) && !alone.has(command))
      alone.set(command, { command, description: summary.slice(0, SUMMARY_MAX) })
  }
  return { here, alone: [...here, ...[...alone.values()].slice(0, 99)] }
}

type Scope = { type: 'default' } | { type: 'all_private_chats' }

const words = (commands: readonly BotCommand[]): string =>
  commands.map(({ command, description }) => `${command} ${description}`).join('\n')

/** Tells Telegram the commands, where it does not know them like that already. */
export async function setMenus(api: Api, cards: readonly CommandCard[]): Promise<void> {
  const { here, alone } = menusOf(cards)
  const wanted: [Scope, BotCommand[]][] = [
    [{ type: 'default' }, here],
    [{ type: 'all_private_chats' }, alone],
  ]
  for (const [scope, commands] of wanted) {
    const known = await api.getMyCommands({ scope }).catch((error: unknown) => {
      if (error instanceof GrammyError && error.error_code === 404) return []
      throw error
    })
    if (words(known) !== words(commands)) await api.setMyCommands(commands, { scope })
  }
}
