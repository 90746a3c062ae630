import { type Channel, listChannels } from '../../src/notifications/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Place } from './desk.ts'
import { nounOf } from './guard.ts'
import { type Reply, text } from './reply.ts'

/** What is told in a place: a server's channel, a chat, or a topic of it. */
export function hereOf(place: Place): string {
  if (place.threadId !== null) return 'this topic'
  return nounOf(place) === 'server' ? 'this channel' : 'this chat'
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
  if (place.platform === 'terminal') {
    const sentence = 'A terminal is told nothing: type this in the chat that it is about.'
    return no([text(sentence)], { value: refusal('terminal', sentence) })
  }
  const sentence = `No alerts come to ${hereOf(place)} yet.`
  return no([text(`${sentence} First: ${typed(place, 'alerts on')}`)], {
    value: refusal('channel_unknown', sentence),
  })
}
