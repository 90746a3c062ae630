import { typed } from './answers.ts'
import { no, refusal, say } from './compose.ts'
import type { Place } from './desk.ts'
import { quoteWord } from './line.ts'
import { type Form, note, type Reply, type Run, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  type: 'Type: {line}',
  prompt: 'Reply to this message with your answer, or type: {line}',
  late: 'That was asked more than 10 min ago. Press the button again, or type: {line}',
  other: 'Somebody else was asked that. Press the button yourself, or type: {line}',
} as const

/** What Telegram says under a question: the answer is a reply to it. */
export const promptRuns = ({ typed: line }: Form): Run[] =>
  fill(SAYS.prompt, { line: verbatim(line) })

const amiss = (code: string, says: typeof SAYS.late | typeof SAYS.other, line: string): Reply =>
  no(fill(says, { line: verbatim(line) }), { value: refusal(code, words(says, { line })) })

/** An answer that came too late, or from somebody who was not asked; `line` is what can be typed. */
export const askedLate = (line: string): Reply => amiss('late', SAYS.late, line)
export const askedOther = (line: string): Reply => amiss('other', SAYS.other, line)

/** A question, answered by filling in `form`. */
export function asks(place: Place, question: readonly Run[], form: Omit<Form, 'typed'>): Reply {
  const { name, example } = form.fields[0]
  const written = typed(place, `${form.line} ${name}=${quoteWord(example)}`)
  return say(question, {
    audience: 'asker',
    form: { ...form, typed: written },
    body: [note(...fill(SAYS.type, { line: verbatim(written) }))],
  })
}
