import type { PartTools } from '../../src/kernel/index.ts'
import type { Delivery, Messenger, News } from '../../src/notifications/index.ts'
import type { Reply } from '../commands/index.ts'
import { bugOf, whyOf } from './client.ts'
import { renderTelegram, type Screen } from './render.ts'
import type { Wire } from './wire.ts'

/** Tells chats by REST alone: it works while polling is down. */
export function openMessenger(
  wire: Wire,
  word: (news: News) => Reply,
  { clock, log }: Pick<PartTools, 'clock' | 'log'>,
): Messenger {
  async function told(news: News, tell: (screen: Screen) => Promise<Delivery>): Promise<Delivery> {
    let screen: Screen
    try {
      screen = renderTelegram(word(news), clock.now())
    } catch (error) {
      log.error({ news: news.kind, ...bugOf(error) }, 'news found no words')
      return { kind: 'ours', why: whyOf(error) }
    }
    return await tell(screen)
  }
  return {
    post: ({ address, news, replyTo, silent }, signal) =>
      told(news, (screen) => wire.send(address, screen, { replyTo, silent }, signal)),
    edit: (address, messageId, news, signal) =>
      told(news, (screen) => wire.edit(address, messageId, screen, signal)),
  }
}
