import type { PartTools } from '../../src/kernel/index.ts'
import type { Delivery, Messenger, News } from '../../src/notifications/index.ts'
import type { Reply } from '../commands/index.ts'
import { bugOf, whyOf } from './client.ts'
import { pictured } from './picture.ts'
import { CAPTION_MAX, renderTelegram, type Screen, TEXT_MAX } from './render.ts'
import type { Wire } from './wire.ts'

const SAYS = {
  onCall: 'on call',
} as const

/** Rings the person a channel chose; nobody is rung by the words of a message. */
function ringing(screen: Screen, mention: string): Screen {
  const [kind, id] = mention.split(':')
  const call = `\n🔔 ${SAYS.onCall}`
  const max = screen.photo === undefined ? TEXT_MAX : CAPTION_MAX
  if (kind !== 'user' || id === undefined || screen.text.length + call.length > max) return screen
  const user = { id: Number(id), is_bot: false, first_name: SAYS.onCall }
  const offset = screen.text.length + 1
  const entity = { type: 'text_mention', offset, length: call.length - 1, user } as const
  return { ...screen, text: `${screen.text}${call}`, entities: [...screen.entities, entity] }
}

/** Tells chats by REST alone: it works while polling is down. */
export function openMessenger(
  wires: { readonly alerts: Wire; readonly boards: Wire },
  word: (news: News) => Reply,
  { clock, log }: Pick<PartTools, 'clock' | 'log'>,
): Messenger {
  async function told(news: News, tell: (screen: Screen) => Promise<Delivery>): Promise<Delivery> {
    let screen: Screen
    try {
      const { image, ...words } = word(news)
      screen = renderTelegram(words, clock.now())
      // News are not cut for the sake of a picture.
      if (image !== undefined && screen.text.length <= CAPTION_MAX)
        screen = await pictured(screen, image, log)
    } catch (error) {
      log.error({ news: news.kind, ...bugOf(error) }, 'news found no words')
      return { kind: 'ours', why: whyOf(error) }
    }
    return await tell(screen)
  }
  const wireOf = ({ kind }: News): Wire => (kind === 'board' ? wires.boards : wires.alerts)
  return {
    post: ({ address, news, replyTo, silent, mention }, signal) =>
      told(news, (screen) => {
        const said = mention == null ? screen : ringing(screen, mention)
        return wireOf(news).send(address, said, { replyTo, silent }, signal)
      }),
    edit: (address, messageId, news, signal) =>
      told(news, (screen) => wireOf(news).edit(address, messageId, screen, signal)),
    serverOf: async ({ channelId }) => channelId,
  }
}
