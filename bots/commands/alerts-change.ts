import { listLinks } from '../../src/accounts/index.ts'
import { cleanName, plain } from '../../src/kernel/index.ts'
import {
  type Channel,
  type ChannelConfig,
  type ChannelTools,
  createChannel,
  editChannel,
  listChannels,
} from '../../src/notifications/index.ts'
import { channelReply } from './alerts-show.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Place } from './desk.ts'
import { channelHere, hereOf, isHere, noChannel } from './here.ts'
import { nameRuns } from './present.ts'
import type { Reply } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  unclear:
    'Alerts come to {count} places, so it is not clear which one is to move: {names}. Switch {here} on, and the other one off there.',
  unclearShort: 'Alerts come to {count} places, so it is not clear which one is to move.',
} as const

type Change = Partial<ChannelConfig>

const LONGEST_NAME = 50

/** A chat is called as the platform calls it, which may be longer than a channel's name. */
const nameOf = (title: string): string => cleanName(title) ?? plain(title, LONGEST_NAME)

/** Whoever asks here was heard by the platform, and the guard found this server's link. */
const toolsOf = ({ now, by, deps, place }: Call): ChannelTools => ({
  now,
  by,
  sealer: deps.sealer,
  chance: deps.chance,
  policy: {
    kinds: new Set([place.platform]),
    allowsClearWebhooks: false,
    refusal: deps.refusal,
  },
  serverOf: async () => place.serverId,
})

const infoOf = ({ platform, channelId, threadId }: Place): Change =>
  platform === 'discord'
    ? { discordInfo: { channelId } }
    : { telegramInfo: { chatId: channelId, threadId } }

async function change(call: Call, { id }: Channel, changed: Change): Promise<Reply> {
  const edited = await editChannel(call.db, toolsOf(call), id, (config) => ({
    ...config,
    name: nameOf(config.name),
    ...changed,
  }))
  call.deps.looker.nudge()
  return channelReply(call, edited)
}

export async function changeHere(call: Call, changed: Change): Promise<Reply> {
  const here = await channelHere(call)
  return here === undefined ? noChannel(call) : change(call, here, changed)
}

export async function switchOn(call: Call, tags?: readonly string[]): Promise<Reply> {
  const { db, deps, place } = call
  if (place.platform === 'terminal') return noChannel(call)
  const narrowed = tags === undefined ? {} : { tags, targets: null }
  const here = await channelHere(call)
  if (here !== undefined) return change(call, here, { ...narrowed, isActive: true })
  const { channel } = await createChannel(db, toolsOf(call), {
    type: place.platform,
    name: nameOf(place.title),
    ...infoOf(place),
    ...narrowed,
  })
  deps.looker.nudge()
  return channelReply(call, channel)
}

/** Moves the one channel of this chat or server to this place. */
export async function moveHere(call: Call): Promise<Reply> {
  const { db, place } = call
  if (place.platform === 'terminal') return noChannel(call)
  const channels = await listChannels(db)
  const here = channels.find((it) => isHere(it, place))
  if (here !== undefined) return channelReply(call, here)
  const link = (await listLinks(db)).find(
    (it) => it.platform === place.platform && it.server_id === place.serverId,
  )
  const [only, ...others] = channels.filter((it) => it.chat_link_id === link?.id)
  if (only === undefined) return noChannel(call)
  if (others.length === 0) return change(call, only, infoOf(place))
  const count = others.length + 1
  const names = nameRuns([only, ...others].map(({ name }) => name))
  return no(fill(SAYS.unclear, { count, names, here: hereOf(place) }), {
    value: refusal('channel_unclear', words(SAYS.unclearShort, { count })),
  })
}
