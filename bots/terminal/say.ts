import { createInterface } from 'node:readline'
import { systemClock } from '../../src/kernel/index.ts'
import { type Action, type Reply, words } from '../commands/index.ts'
import { columnsOf, type TerminalIo, usesColor } from './io.ts'
import { renderTerminal } from './render.ts'
import type { Session } from './session.ts'

const SAYS = {
  confirm: '{question}? [y/N] ',
  unchanged: 'Nothing was changed. Add --yes to confirm.',
} as const

export interface Manner {
  readonly json: boolean
  /** Confirms whatever is asked. */
  readonly yes: boolean
}

/** A reply as it is shown here. */
export const shown = (
  io: TerminalIo,
  { account }: Session,
  reply: Reply,
  isShell = false,
): string =>
  renderTerminal(reply, {
    color: usesColor(io),
    columns: columnsOf(io),
    zone: account.timezone,
    now: systemClock.now(),
    isShell,
  })

/** The button that confirms, where a reply asks for it. */
export const confirmation = ({ actions }: Reply): Action | undefined =>
  actions.find(({ danger }) => danger === true)

/** The button that takes the question back. */
export const refusalOf = ({ actions }: Reply): Action | undefined =>
  actions.find(({ danger }) => danger !== true)

async function asksYes(io: TerminalIo, question: string): Promise<boolean> {
  const lines = createInterface({ input: io.in })
  io.err.write(words(SAYS.confirm, { question }))
  try {
    // An end of input is a no.
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve).once('close', () => resolve(''))
    })
    return /^y(?:es)?$/i.test(answer.trim())
  } finally {
    lines.close()
  }
}

/** Shows a reply, has it confirmed where it asks for that, and answers the exit code. */
export async function say(
  io: TerminalIo,
  session: Session,
  manner: Manner,
  reply: Reply,
): Promise<number> {
  const asked = confirmation(reply)
  const { desk, ask } = session
  if (asked !== undefined && manner.yes)
    return say(io, session, manner, await desk.press(ask, asked.press))
  const text = manner.json
    ? JSON.stringify(reply.value ?? null, null, 2)
    : shown(io, session, reply, true)
  io.out.write(`${text}\n`)
  const code = reply.exitCode ?? 0
  if (asked === undefined) return code
  if (manner.json || io.in.isTTY !== true) {
    io.err.write(`${SAYS.unchanged}\n`)
    return 1
  }
  const yes = await asksYes(io, asked.label)
  const pressed = yes ? asked : refusalOf(reply)
  if (pressed === undefined) return 1
  const answered = await say(io, session, manner, await desk.press(ask, pressed.press))
  return yes ? answered : 1
}
