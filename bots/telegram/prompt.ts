import type { ForceReply, Message, User, UserFromGetMe } from 'grammy/types'
import { type Instant, MINUTE, plain, SECOND } from '../../src/kernel/index.ts'
import { askedLate, askedOther, type Form, promptRuns, type Reply } from '../commands/index.ts'
import type { Said } from './lines.ts'
import { renderTelegram, type Screen } from './render.ts'

const ANSWERED_WITHIN_S = (10 * MINUTE) / SECOND
const NAME_MAX = 64
const PLACEHOLDER_MAX = 64

/** `/uptime note #7 text="…"`: the line so far, and the option that is asked for. */
const TYPED = /^\/uptime (.+?) ([a-z]+)=/

/**
 * The question itself holds what its answer needs, so that a restart forgets none: its first entity is
 * who was asked, its last one the line that is gone on with.
 */
export function promptOf(reply: Reply, form: Form, asked: User, now: Instant): Screen<ForceReply> {
  const body: Reply['body'] = [{ kind: 'line', runs: promptRuns(form) }]
  const question = renderTelegram({ ...reply, body, actions: [] }, now)
  const called = plain(asked.first_name, NAME_MAX)
  const before = `${called}: `
  for (const entity of question.entities) entity.offset += before.length
  return {
    text: before + question.text,
    entities: [
      { type: 'text_mention', offset: 0, length: called.length, user: asked },
      ...question.entities,
    ],
    reply_markup: {
      force_reply: true,
      // Of the many in a group, the one who is mentioned.
      selective: true,
      input_field_placeholder: plain(form.fields[0].example, PLACEHOLDER_MAX),
    },
  }
}

/** A reply to one of our questions; nothing where it is a reply to anything else. */
export function readAnswer(message: Message, me: UserFromGetMe): Said | undefined {
  const { text = '', from, date, reply_to_message: question } = message
  if (question?.from?.id !== me.id || question.text === undefined) return undefined
  const first = question.entities?.[0]
  const typed = question.text.slice(question.entities?.at(-1)?.offset)
  const [, line, option] = TYPED.exec(typed) ?? []
  if (first?.type !== 'text_mention' || first.offset > 0) return undefined
  if (line === undefined || option === undefined) return undefined
  if (from?.id !== first.user.id) return { kind: 'amiss', reply: askedOther(typed) }
  if (date - question.date > ANSWERED_WITHIN_S) return { kind: 'amiss', reply: askedLate(typed) }
  return { kind: 'line', line, given: { [option]: text } }
}
