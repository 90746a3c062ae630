import { type Channel, listChannels } from '../../src/notifications/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Place } from './desk.ts'
import type { Reply } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  topic: 'this topic',
  channel: 'this channel',
  chat: 'this chat',
  inTerminal: 'A terminal is told nothing: type this in the chat that it is about.',
  notYet: 'No alerts come to {here} yet.',
  first: '{trouble} First: {example}',
} as const

/** What is told in a place: a server's channel, a chat, or a topic of it. */
export function hereOf(place: Place): string {
  if (place.threadId !== null) return SAYS.topic
  return place.platform === 'discord' && !place.isPrivate ? SAYS.channel : SAYS.chat
}

export const isHere = (channel: Channel, { platform, channelId, threadId }: Place): boolean =>
  channel.kind === platform && channel.channel_id === channelId && channel.thread_id === threadId

/** The channel of the place where it is asked; a shell is none. */
export async function channelHere({ db, place }: Call): Promise<Channel | undefined> {
  if (place.platform === 'terminal') return undefined
  return (await listChannels(db)).find((it) => isHere(it, place))
}

/** The answer to a change where no channel is: in a shell, or in a place that is not told yet. */
export function noChannel({ place }: Call): Reply {
  if (place.platform === 'terminal')
    return no(fill(SAYS.inTerminal), { value: refusal('terminal', SAYS.inTerminal) })
  const trouble = words(SAYS.notYet, { here: hereOf(place) })
  return no(fill(SAYS.first, { trouble, example: typed(place, 'alerts on') }), {
    value: refusal('channel_unknown', trouble),
  })
}
