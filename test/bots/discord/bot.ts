import { openDiscord } from '../../../bots/discord/index.ts'
import type { Desk } from '../../../bots/commands/desk.ts'
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

function noteLog(seen: () => void): { log: Log; lines: Line[] } {
  const lines: Line[] = []
  const at = (level: keyof Log) => (fields: Line['fields'], event: string) => {
    lines.push({ level, event, fields })
    seen()
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log, lines }
}

/** A hand clock that knows how long people sleep: deadlines and back-offs are told apart by length. */
class KnowingClock extends HandClock {
  readonly #lengths: number[] = []
  readonly #seen: () => void

  constructor(seen: () => void) {
    super()
    this.#seen = seen
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#lengths.push(ms)
    this.#seen()
    await super.sleep(ms, signal)
    this.#lengths.splice(this.#lengths.indexOf(ms), 1)
  }

  isAsleepFor(ms: number): boolean {
    return this.#lengths.includes(ms)
  }
}

export interface Bot extends AsyncDisposable {
  readonly fake: FakeDiscord
  readonly desk: NotingDesk
  readonly clock: KnowingClock
  readonly lines: Line[]
  readonly part: Part
  readonly messenger: Messenger
  /** How often it was said that Discord is there. */
  readonly returns: () => number
}

interface Wanted {
  readonly prepare?: (fake: FakeDiscord) => void
  readonly word?: (news: News) => Reply
  readonly token?: string
  /** Asked in place of the one that only notes. */
  readonly asked?: Desk
  /** What has to happen before the commands are there. */
  readonly meanwhile?: (bot: Bot) => Promise<void>
}

/** The adapter beside a fake Discord; not yet logged in. */
export async function startBot({ prepare, word, token, asked }: Wanted = {}): Promise<Bot> {
  const fake = await FakeDiscord.open()
  prepare?.(fake)
  const clock = new KnowingClock(() => fake.lookAgain())
  const desk = new NotingDesk()
  const { log, lines } = noteLog(() => fake.lookAgain())
  let returns = 0
  const { part, messenger } = openDiscord(
    { token: token ?? fake.token, apiUrl: fake.apiUrl },
    asked ?? desk,
    word ?? ((news) => say(news.kind)),
    {
      clock,
      chance: { random: () => 0.5, bytes: (size) => new Uint8Array(size) },
      log,
      onBack: () => (returns += 1),
    },
  )
  return {
    fake,
    desk,
    clock,
    lines,
    part,
    messenger,
    returns: () => returns,
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
}

/** Waits until somebody sleeps for `ms`, then lets that time pass. */
export async function passBy({ fake, clock }: Bot, ms: number): Promise<void> {
  await fake.waitFor(() => clock.isAsleepFor(ms), `somebody asleep for ${ms} ms`)
  await clock.turn(ms)
}

/** The adapter, logged in, its commands registered. */
export async function onlineBot(wanted: Wanted = {}): Promise<Bot> {
  const bot = await startBot(wanted)
  await wanted.meanwhile?.(bot)
  await bot.fake.waitFor(() => bot.fake.commands.length > 0, 'the commands')
  return bot
}
