import type { Message, UserFromGetMe } from 'grammy/types'
import type { Reply } from '../commands/index.ts'

/** What a message asks of us; nothing where it is not for us. */
export type Said =
  | { readonly kind: 'start'; readonly code: string | undefined }
  | {
      readonly kind: 'line'
      readonly line: string
      /** What was answered to a question, by the option it is for. */
      readonly given?: Readonly<Record<string, string>>
    }
  /** An answer that counts no more. */
  | { readonly kind: 'amiss'; readonly reply: Reply }

const COMMAND = /^\/([a-z0-9_]{1,64})(?:@(\w+))?(?:\s+|$)/i

/** `/uptime …` anywhere, any command in a private chat; never one meant for another bot. */
export function readLine(message: Message, me: UserFromGetMe): Said | undefined {
  const { text = '', chat } = message
  const [whole, command = '', bot] = COMMAND.exec(text) ?? []
  if (whole === undefined) return undefined
  if (bot !== undefined && bot.toLowerCase() !== me.username.toLowerCase()) return undefined
  const rest = text.slice(whole.length).replaceAll(/\s+/g, ' ').trim()
  const isOurs = chat.type === 'private' || bot !== undefined
  switch (command.toLowerCase()) {
    case 'uptime':
      return { kind: 'line', line: rest === '' ? 'status' : rest }
    case 'start':
      if (!isOurs) return undefined
      return { kind: 'start', code: rest === '' ? undefined : rest }
    default:
      return chat.type === 'private'
        ? { kind: 'line', line: `${command.toLowerCase()} ${rest}`.trim() }
        : undefined
  }
}
