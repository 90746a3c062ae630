import { openTelegram } from '../../../bots/telegram/index.ts'
import type { Ask, CommandCard, Desk, Place } from '../../../bots/commands/desk.ts'
import { line, name, type Reply, text } from '../../../bots/commands/reply.ts'
import type { Chance, Log, Part } from '../../../src/kernel/index.ts'
import type { Messenger, News } from '../../../src/notifications/contract.ts'
import { HandClock } from '../../support/clock.ts'
import { FakeTelegram, type Saying, type Sent } from '../../support/telegram/index.ts'

export const reply = (words: string, more: Partial<Reply> = {}): Reply => ({
  tone: 'quiet',
  headline: [text(words)],
  body: [],
  actions: [],
  audience: 'all',
  ...more,
})

const card = (words: string, more: Partial<CommandCard> = {}): CommandCard => ({
  name: words,
  summary: `About ${words}.`,
  example: words,
  options: [],
  slow: false,
  audience: 'all',
  ...more,
})

type Answering = (ask: Ask) => Promise<Reply> | Reply

/** A desk that answers what it was taught, else repeats what it heard. */
class TaughtDesk implements Desk {
  readonly cards = [card('status'), card('check', { slow: true }), card('alerts show')]
  readonly heard: { ask: Ask; what: string }[] = []
  readonly places: string[] = []
  readonly #answers = new Map<string, Answering>()

  teach(what: string, answering: Answering): void {
    this.#answers.set(what, answering)
  }

  async #answer(ask: Ask, what: string): Promise<Reply> {
    this.heard.push({ ask, what })
    return (await this.#answers.get(what)?.(ask)) ?? reply(`heard: ${what}`)
  }

  run(ask: Ask, command: string, given: Readonly<Record<string, string>>): Promise<Reply> {
    return this.#answer(ask, [command, ...Object.values(given)].join(' '))
  }
  runLine(ask: Ask, typed: string): Promise<Reply> {
    return this.#answer(ask, typed)
  }
  pressCard(press: string): CommandCard | undefined {
    return this.cards.find((it) => press.startsWith(`v1:${it.name}:`))
  }
  press(ask: Ask, press: string): Promise<Reply> {
    return this.#answer(ask, press)
  }
  async complete(): Promise<[]> {
    return []
  }
  async placeLeft({ serverId }: Pick<Place, 'serverId'>, why: string): Promise<void> {
    this.places.push(`left ${serverId}: ${why}`)
  }
  async placeBack({ serverId }: Pick<Place, 'serverId'>): Promise<void> {
    this.places.push(`back ${serverId}`)
  }
  async placeMoved({ serverId }: Pick<Place, 'serverId'>, next: string): Promise<void> {
    this.places.push(`moved ${serverId} ${next}`)
  }
}

interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: Readonly<Record<string, unknown>>
}

class HeardLog implements Log {
  readonly lines: LogLine[] = []
  /** Called at every line. */
  onLine: () => void = () => {}
  #on =
    (level: LogLine['level']) =>
    (fields: Readonly<Record<string, unknown>>, event: string): void => {
      this.lines.push({ level, event, fields })
      this.onLine()
    }
  debug = this.#on('debug')
  info = this.#on('info')
  warn = this.#on('warn')
  error = this.#on('error')

  says(event: string): LogLine | undefined {
    return this.lines.find((it) => it.event === event)
  }
}

/** Makes a back-off 1.05 times its length, which nobody else sleeps. */
const knownChance: Chance = { random: () => 0.6, bytes: (size) => new Uint8Array(size) }

/** A clock that knows who sleeps how long. */
class WatchedClock extends HandClock {
  readonly asleepFor: number[] = []
  onSleep: () => void = () => {}

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal)
    this.asleepFor.push(Math.round(ms))
    this.onSleep()
    await slept
    this.asleepFor.splice(this.asleepFor.indexOf(Math.round(ms)), 1)
  }
}

export class Stage implements AsyncDisposable {
  readonly clock: WatchedClock
  readonly fake: FakeTelegram
  readonly desk = new TaughtDesk()
  readonly log = new HeardLog()
  readonly seen: Set<number>
  readonly part: Part
  readonly messenger: Messenger
  /** How often it was said that Telegram is there. */
  returns = 0

  constructor(
    fake: FakeTelegram,
    clock: WatchedClock,
    word: (news: News) => Reply,
    seen = new Set<number>(),
    asked?: Desk,
  ) {
    this.seen = seen

    this.fake = fake
    this.clock = clock
    this.log.onLine = () => fake.lookAgain()
    clock.onSleep = () => fake.lookAgain()
    const telegram = openTelegram(
      { token: fake.token, apiUrl: `${fake.url}/` },
      asked ?? this.desk,
      word,
      {
        async first(updateId) {
          const isNew = !seen.has(updateId)
          seen.add(updateId)
          return isNew
        },
      },
      { clock, chance: knownChance, log: this.log, onBack: () => (this.returns += 1) },
    )
    this.part = telegram.part
    this.messenger = telegram.messenger
  }

  /** A second later, so that the chat may be written to again. */
  async say(saying: Saying): Promise<Sent> {
    await this.clock.turn(1000)
    return await this.fake.say(saying)
  }

  /** Resolves when somebody sleeps for that long. */
  async sleeps(ms: number): Promise<void> {
    await this.fake.waitFor(() => this.clock.asleepFor.includes(ms))
  }

  /** Sits out the back-off after the 1st, 2nd, 3rd failure in a row, and no longer. */
  async backOff(failure: 1 | 2 | 3): Promise<void> {
    const ms = [1050, 2100, 4200][failure - 1]!
    await this.sleeps(ms)
    await this.clock.turn(ms)
  }

  /** The process ends and starts again, with what it remembers. */
  async restart(): Promise<Stage> {
    await this.part[Symbol.asyncDispose]()
    const next = new Stage(this.fake, this.clock, noticeWords, this.seen)
    await this.fake.polled()
    return next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.part[Symbol.asyncDispose]()
    await this.fake[Symbol.asyncDispose]()
  }
}

const noticeWords = (news: News): Reply =>
  news.kind === 'notice'
    ? reply('A channel is off', { body: [line(name(news.channelName), text(` ${news.why}`))] })
    : reply('An alert')

/** The adapter and its platform; `before` runs while nobody has logged in yet. */
export async function openStage(
  before: (fake: FakeTelegram) => void | Promise<void> = () => {},
  word: (news: News) => Reply = noticeWords,
  asked?: Desk,
): Promise<Stage> {
  const clock = new WatchedClock()
  const fake = await FakeTelegram.open({ now: () => clock.now() })
  await before(fake)
  return new Stage(fake, clock, word, new Set(), asked)
}

/** `asked`: a desk in place of the one that is taught. */
export async function openRunningStage(word?: (news: News) => Reply, asked?: Desk): Promise<Stage> {
  const stage = await openStage(undefined, word, asked)
  await stage.fake.polled()
  return stage
}
