import { createInterface } from 'node:readline'
import { type Reply, words } from '../commands/index.ts'
import type { TerminalIo } from './io.ts'
import { confirmation, refusalOf, shown } from './say.ts'
import type { Session } from './session.ts'

const SAYS = {
  welcome: 'Type a command, help for what there is, exit to leave.',
  confirm: '{question}? [y/N]',
} as const

const PROMPT = 'uptalk> '
const LEAVING = /^(?:exit|quit|bye|\.q)$/i
const PREFIX = /^\/?(?:uptime|uptalk)(?:\s+|$)/i

/**
 * A prompt: each line is a command as in a chat, with or without `/uptime` before it. `open` is handed
 * what writes a reply above the prompt, for news that come by themselves; `signal` takes the prompt away.
 */
export async function chat(
  io: TerminalIo,
  session: Session,
  open: (tell: (reply: Reply) => void) => void = () => {},
  signal?: AbortSignal,
): Promise<number> {
  const { desk, ask } = session
  const isSeen = io.in.isTTY === true
  const lines = createInterface({
    input: io.in,
    ...(signal === undefined ? {} : { signal }),
    ...(isSeen ? { output: process.stdout, prompt: PROMPT, completer: completeCommand } : {}),
  })
  lines.once('SIGINT', () => lines.close())
  const prompt = () => {
    if (isSeen) lines.prompt(true)
  }
  open((reply) => {
    io.out.write(`${isSeen ? '\r\u001B[K' : ''}${shown(io, session, reply)}\n`)
    prompt()
  })
  let pending: Reply | undefined
  if (isSeen) io.out.write(`${SAYS.welcome}\n`)
  prompt()
  for await (const typed of lines) {
    const line = typed.trim().replace(PREFIX, '')
    if (LEAVING.test(line)) break
    const reply = await answer(line, pending, typed)
    if (reply !== undefined) io.out.write(`${shown(io, session, reply)}\n`)
    const asked = reply === undefined ? undefined : confirmation(reply)
    if (asked !== undefined) io.out.write(`${words(SAYS.confirm, { question: asked.label })}\n`)
    pending = asked === undefined ? undefined : reply
    prompt()
  }
  lines.close()
  return 0

  function completeCommand(typed: string): [string[], string] {
    const names = desk.cards.map(({ name }) => name).filter((name) => name.startsWith(typed))
    return [names.map((name) => `${name} `), typed]
  }

  /** `y` answers an open question; any other word takes it back, and is a command unless it is no. */
  async function answer(
    line: string,
    question: Reply | undefined,
    typed: string,
  ): Promise<Reply | undefined> {
    const asked = question === undefined ? undefined : confirmation(question)
    if (question !== undefined && asked !== undefined) {
      if (/^y(?:es)?$/i.test(line)) return desk.press(ask, asked.press)
      const back = refusalOf(question)
      const taken = back === undefined ? undefined : await desk.press(ask, back.press)
      if (line === '' || /^no?$/i.test(line)) return taken
    }
    return line === '' && typed.trim() === '' ? undefined : desk.runLine(ask, line)
  }
}
