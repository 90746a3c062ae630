import { type Part, type PartTools, supervise } from '../../src/kernel/index.ts'
import type { Messenger, News } from '../../src/notifications/index.ts'
import type { Desk, Reply } from '../commands/index.ts'
import { openCounter } from './counter.ts'
import { makeLife } from './life.ts'
import { openMessenger } from './messenger.ts'
import { openTally } from './tally.ts'
import { openWire } from './wire.ts'

/**
 * Discord: people at the `desk`, channels told by the messenger. `apiUrl` is REST without its version
 * (`https://discord.com/api`). The messenger works by REST alone, whatever the gateway does.
 * `onBack` hears when the gateway is there, first or again.
 */
export function openDiscord(
  settings: { token: string; apiUrl: string },
  desk: Desk,
  word: (news: News) => Reply,
  tools: PartTools & { readonly onBack?: () => void },
): { part: Part; messenger: Messenger } {
  const wire = openWire(settings, tools.clock, openTally(tools.clock))
  const counter = openCounter(desk, wire, tools)
  const stay = makeLife({ settings, desk, counter, wire, tools })
  const supervised = supervise('discord', tools, (signal, ready) => stay.life(signal, ready))
  return {
    part: {
      name: supervised.name,
      // discord.js mends a broken connection itself, without the supervisor's hearing of it.
      state: () => {
        const state = supervised.state()
        return state === 'ok' && !stay.isAlive() ? 'retrying' : state
      },
      [Symbol.asyncDispose]: async () => {
        await supervised[Symbol.asyncDispose]()
        wire.close()
      },
    },
    messenger: openMessenger(wire, word, tools.log),
  }
}
