import { no, refusal } from './compose.ts'
import type { Place } from './desk.ts'
import { line, name, type Node, type Reply, verbatim } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  lacks:
    'Uptalk lacks {permissions} in this channel, so alerts do not come as they should. Give it that in the settings of the channel, under Permissions.',
  and: ' and ',
  closed:
    'Uptalk may not write in {chat}, so no answer and no alert arrives there: {why}. Let members write there, or make it an administrator that may, then ask again.',
} as const

/** What the bot itself may not do here, before the first alert finds out. */
export function lackLines({ lacks = [] }: Place): Node[] {
  if (lacks.length === 0) return []
  const listed = [lacks.slice(0, -1).join(', '), lacks.at(-1)!].filter((part) => part !== '')
  return [line(...fill(SAYS.lacks, { permissions: listed.join(SAYS.and) }))]
}

/** For whoever asked in a place where nothing can be answered. */
export const closedReply = (title: string, why: string): Reply =>
  no(fill(SAYS.closed, { chat: name(title), why: verbatim(why) }), {
    value: refusal('closed', why),
  })
