import type { Update } from 'grammy/types'
import { systemClock } from '../../../src/kernel/index.ts'
import { type Trouble, Troubles } from './faults.ts'
import { Mailbox } from './mailbox.ts'
import type { Query } from './methods.ts'
import type { Method } from './schemas.ts'
import { BotApiServer, type Call } from './server.ts'
import { Waiting } from './waiting.ts'
import { type Sent, World } from './world.ts'

export interface FakeSettings {
  /** What messages are stamped with; the system's time when absent. */
  readonly now?: () => number
  readonly token?: string
  readonly username?: string
  /** How long `waitFor` waits before it gives up, real milliseconds. */
  readonly patienceMs?: number
}

/** The platform: a Bot API server on loopback, its faults and its transcript. */
export class FakePlatform implements AsyncDisposable {
  readonly world: World
  readonly calls: Call[] = []
  readonly menus = new Map<string, readonly { command: string; description: string }[]>()
  token: string
  readonly now: () => number
  readonly #troubles = new Troubles()
  readonly #mailbox = new Mailbox(5000, () => this.lookAgain())
  readonly queries = new Map<string, Query>()
  readonly #waiting: Waiting
  readonly #server: BotApiServer

  constructor(settings: FakeSettings) {
    this.now = settings.now ?? (() => systemClock.now())
    this.token = settings.token ?? '123456:AAfakeTokenOfTheFakeTelegramServer0'
    const username = settings.username ?? 'UptalkBot'
    this.world = new World({ id: 123_456, is_bot: true, first_name: 'Uptalk', username })
    this.#waiting = new Waiting(settings.patienceMs ?? 4000, () => this.describe())
    this.#server = new BotApiServer({
      token: () => this.token,
      troubles: this.#troubles,
      platform: (gone) => ({
        world: this.world,
        mailbox: this.#mailbox,
        queries: this.queries,
        menus: this.menus,
        now: this.now,
        gone,
      }),
      heard: (call) => {
        this.calls.push(call)
        this.#waiting.changed()
      },
      changed: () => this.#waiting.changed(),
    })
  }

  async listen(): Promise<this> {
    await this.#server.open()
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#waiting.close()
    await this.#server.close()
  }

  /** For TELEGRAM_API_URL. */
  get url(): string {
    return this.#server.url
  }

  // What the platform does

  /** Puts any update into the mailbox; with an id, once more. */
  deliver(news: Omit<Update, 'update_id'>, again?: number): number {
    if (again === undefined) return this.#mailbox.put(news)
    this.#mailbox.again(again, news)
    return again
  }

  next(method: Method, trouble: Trouble): void {
    this.#troubles.next(method, trouble)
  }

  /** Until the function that comes back is called. */
  always(method: Method, trouble: Trouble): () => void {
    return this.#troubles.lasting(method, trouble)
  }

  /** Out of reach: connections are cut and refused. */
  away(): Promise<void> {
    return this.#server.close()
  }

  back(): Promise<void> {
    return this.#server.open()
  }

  // What can be seen

  messages(chatId: number): readonly Sent[] {
    return this.world.rooms.get(chatId)?.messages.filter(({ deleted }) => !deleted) ?? []
  }

  /** The message as it is now. */
  message({ chatId, id }: Pick<Sent, 'chatId' | 'id'>): Sent {
    const found = this.world.rooms.get(chatId)?.messages.find((sent) => sent.id === id)
    if (found === undefined) throw new Error(`no message ${id} in ${chatId}`)
    return found
  }

  callsOf(method: Method): readonly Call[] {
    return this.calls.filter((call) => call.method === method)
  }

  /** Resolves with what `look` finds, looked at after every change. */
  waitFor<Found>(look: () => Found | undefined | null | false): Promise<Found> {
    return this.#waiting.for(look)
  }

  /** Looks again for those who wait: for what changed outside the platform. */
  lookAgain(): void {
    this.#waiting.changed()
  }

  /** Resolves when the bot waits in a long poll. */
  async polled(): Promise<void> {
    await this.waitFor(() => this.#mailbox.polled)
  }

  describe(): string {
    const lines: string[] = []
    for (const { title, messages } of this.world.rooms.values()) {
      lines.push(`— ${title}`)
      for (const { byBot, from, text } of messages)
        lines.push(`  ${byBot ? 'bot' : (from?.first_name ?? 'channel')}: ${text}`)
    }
    return [...lines, `calls: ${this.calls.map(({ method }) => method).join(' ')}`].join('\n')
  }
}
