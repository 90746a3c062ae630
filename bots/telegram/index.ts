import { type Part, type PartTools, SECOND, supervise } from '../../src/kernel/index.ts'
import type { Messenger, News } from '../../src/notifications/index.ts'
import { type Desk, openEnding, type Reply } from '../commands/index.ts'
import { connectionOf, openApi, SEND_CLIENT_SECONDS, whyOf } from './client.ts'
import { hearUpdates, type SeenUpdates } from './hear.ts'
import { countLimits } from './limits.ts'
import { setMenus } from './menu.ts'
import { openMessenger } from './messenger.ts'
import { pollLife } from './poll.ts'
import { openPins } from './pins.ts'
import { openSpeaker } from './speaker.ts'
import { openStandings } from './standing.ts'
import { Tasks } from './tasks.ts'
import { openWire } from './wire.ts'

export type { SeenUpdates } from './hear.ts'
export { inviteLink } from './invite.ts'

const RUNNING_HANDLERS_MS = 5 * SECOND
const TOLD_WITHIN_MS = SECOND

/**
 * Telegram: `part` hears people by polling and answers them from `desk`; `messenger` tells chats
 * what `word` makes of the news, also while polling is down. `onBack` hears when Telegram is there.
 */
export function openTelegram(
  settings: { readonly token: string; readonly apiUrl: string },
  desk: Desk,
  word: (news: News) => Reply,
  seen: SeenUpdates,
  tools: PartTools & { readonly onBack?: () => void },
): { part: Part; messenger: Messenger } {
  const to = connectionOf(settings)
  const sending = openApi(to, SEND_CLIENT_SECONDS)
  const limits = countLimits(tools.clock)
  const answers = openWire(sending, limits, 'answer', tools)
  const silenced = new AbortController()
  const tasks = new Tasks(tools.log)
  const ending = openEnding()
  const hear = hearUpdates({
    desk,
    seen,
    speaker: openSpeaker(answers, sending, silenced.signal, tools),
    standings: openStandings(sending, tools.clock),
    tasks,
    ending,
    tools,
  })
  const live = pollLife(to, hear, tools)
  const menus = async (): Promise<void> => {
    try {
      await setMenus(sending, desk.cards)
    } catch (error) {
      tools.log.warn({ why: whyOf(error) }, 'telegram menu was not set')
    }
  }
  const part = supervise('telegram', tools, async (signal, ready) => {
    try {
      await live(signal, () => {
        ready()
        tools.onBack?.()
        tasks.aside(menus)
      })
    } finally {
      if (signal.aborted) {
        await tasks.settled(tools.clock, RUNNING_HANDLERS_MS)
        // Whoever is left waiting hears why.
        ending.come()
        await tasks.settled(tools.clock, TOLD_WITHIN_MS)
        silenced.abort()
      }
    }
  })
  const alerts = openWire(sending, limits, 'alert', tools)
  const boards = openWire(sending, limits, 'board', tools)
  const messenger = openMessenger({ alerts, boards }, word, tools)
  return { part, messenger: { ...messenger, pins: openPins(sending, limits) } }
}
