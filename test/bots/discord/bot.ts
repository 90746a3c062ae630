import { openDiscord } from '../../../bots/discord/index.ts'
import type { Reply } from '../../../bots/commands/reply.ts'
import type { Log, Part } from '../../../src/kernel/index.ts'
import type { Messenger, News } from '../../../src/notifications/contract.ts'
import { HandClock } from '../../support/clock.ts'
import { FakeDiscord } from '../../support/discord/index.ts'
import { NotingDesk, say } from './desk.ts'

interface Line {
  readonly level: keyof Log
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

export function noteLog(): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const at = (level: keyof Log) => (fields: Readonly<Record<string, unknown>>, event: string) => {
    lines.push({ level, event, fields })
  }
  return {
    log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    lines,
  }
}

export interface Bot extends AsyncDisposable {
  readonly fake: FakeDiscord
  readonly desk: NotingDesk
  readonly clock: HandClock
  readonly lines: Line[]
  readonly part: Part
  readonly messenger: Messenger
}

interface Wanted {
  readonly prepare?: (fake: FakeDiscord) => void
  readonly word?: (news: News) => Reply
  readonly token?: string
}

/** The adapter beside a fake Discord; not yet logged in. */
export async function startBot({ prepare, word, token }: Wanted = {}): Promise<Bot> {
  const fake = await FakeDiscord.open()
  prepare?.(fake)
  const clock = new HandClock()
  const desk = new NotingDesk()
  const { log, lines } = noteLog()
  const { part, messenger } = openDiscord(
    { token: token ?? fake.token, apiUrl: fake.apiUrl },
    desk,
    word ?? ((news) => say(news.kind)),
    { clock, chance: { random: () => 0.5, bytes: (size) => new Uint8Array(size) }, log },
  )
  return {
    fake,
    desk,
    clock,
    lines,
    part,
    messenger,
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

/** The adapter, logged in, its commands registered. */
export async function onlineBot(wanted: Wanted = {}): Promise<Bot> {
  const bot = await startBot(wanted)
  await bot.fake.waitFor(() => bot.fake.commands.length > 0, 'the commands')
  return bot
}
