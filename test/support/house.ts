import { ensureAccount } from '../../src/accounts/index.ts'
import { type Engine, type EngineTools, startEngine } from '../../src/engine/index.ts'
import { readNews } from '../../src/incidents/index.ts'
import { type Log, quietLog, systemChance } from '../../src/kernel/index.ts'
import { addMonitor, type Monitor, type MonitorView } from '../../src/monitors/index.ts'
import { type Network, openNetwork } from '../../src/network/index.ts'
import {
  addChannel,
  type Channel,
  type ChannelTools,
  createChannel,
  type Delivery,
  type DeliveryPart,
  type Messenger,
  openWebhooks,
  type Post,
  queueBlindness,
  startDelivery,
} from '../../src/notifications/index.ts'
import { look } from '../../src/probes/index.ts'
import {
  type AccountDb,
  bindAccount,
  buildSealer,
  type Db,
  openDatabase,
} from '../../src/storage/index.ts'
import { HandClock } from './clock.ts'
import { nobody } from './web/look.ts'

export const sealer = buildSealer('a secret of at least 32 characters', systemChance)
const chance = { random: () => 0.5, bytes: (size: number) => systemChance.bytes(size) }
export const by = { type: 'cli', name: 'test' } as const
export const limits = { plan: 'business', monitors: null, minIntervalSeconds: 10 }

/** What a message shows, whenever it was worded. */
const formOf = (news: Post['news']): string =>
  JSON.stringify(news, (key, value: unknown) => (key === 'shownAt' ? undefined : value))

/** A channel that keeps what it is told and answers as the test likes; it knows a nonce again. */
export class Pager implements Messenger {
  readonly posts: (Post & { readonly id: string })[] = []
  readonly edits: { readonly id: string; readonly news: Post['news'] }[] = []
  /** Everything said, in the order it was said. */
  readonly heard: { readonly how: 'post' | 'reply' | 'edit'; readonly news: Post['news'] }[] = []
  /** Nonces that came again, and were answered with what was posted first. */
  readonly repeats: string[] = []
  answer: (() => Delivery | Promise<Delivery>) | null = null
  onHeard: () => void = () => {}

  async post(post: Post): Promise<Delivery> {
    const refused = await this.answer?.()
    if (refused !== undefined && refused.kind !== 'done') return refused
    const first = this.posts.find(({ nonce }) => nonce === post.nonce)
    if (first !== undefined) {
      this.repeats.push(post.nonce)
      const isEarlier = formOf(first.news) !== formOf(post.news)
      return { kind: 'done', messageId: first.id, isEarlier }
    }
    const id = `m${this.posts.length + 1}`
    this.posts.push({ ...post, id })
    this.heard.push({ how: post.replyTo === null ? 'post' : 'reply', news: post.news })
    this.onHeard()
    return { kind: 'done', messageId: id }
  }

  async edit(_: Post['address'], id: string, news: Post['news']): Promise<Delivery> {
    const refused = await this.answer?.()
    if (refused !== undefined && refused.kind !== 'done') return refused
    this.edits.push({ id, news })
    this.heard.push({ how: 'edit', news })
    this.onHeard()
    return { kind: 'done', messageId: id }
  }

  /** What was said in order, a word each. */
  get said(): string[] {
    return [
      ...this.posts.map(({ news }) => news.kind),
      ...this.edits.map(({ news }) =>
        news.kind === 'alert'
          ? `edited: ${news.incident.endReason ?? news.incident.code}`
          : news.kind,
      ),
    ]
  }
}

interface HouseOptions {
  readonly probe?: EngineTools['probe']
  readonly log?: Log
  readonly startsAt?: number
  /** Where its database outlives it. */
  readonly file?: string
}

/** Engine, delivery and one account over a database in memory, with time in hand. */
export class House implements AsyncDisposable {
  readonly clock: HandClock
  readonly db: Db
  readonly account: AccountDb
  readonly pager: Pager
  /** What the engine doubts its sight by; nobody unless a test says so. */
  sight: { network: Network; canaries: readonly string[] } = {
    network: openNetwork({ privateTargets: 'allow' }),
    canaries: [],
  }
  /** What happens between reading an incident for a message and sending it. */
  afterNewsRead: (() => Promise<void>) | null = null
  /** What delivery reaches the database by. */
  deliversBy: (db: Db) => Db = (db) => db
  #parts: { engine: Engine; delivery: DeliveryPart } | null = null
  readonly #options: HouseOptions

  private constructor(db: Db, accountId: number, options: HouseOptions, pager: Pager) {
    this.clock = new HandClock(options.startsAt)
    this.db = db
    this.account = bindAccount(db, accountId)
    this.pager = pager
    this.#options = options
  }

  static async open(options: HouseOptions = {}): Promise<House> {
    const db = await openDatabase(options.file ?? ':memory:', { busyMs: 1 })
    const { id } = await ensureAccount(db, 1, 'business')
    const house = new House(db, id, options, new Pager())
    await addChannel(house.account, 1, {
      kind: 'pager',
      name: 'ops',
      linkId: null,
      channelId: 'c1',
      threadId: null,
    })
    return house
  }

  /** Its process is killed: whatever it was at never goes on. What comes next has but the file. */
  async kill(): Promise<House> {
    await this.db.destroy()
    this.#parts = null
    const db = await openDatabase(this.#options.file!)
    const { id } = await ensureAccount(db, 1, 'business')
    return new House(db, id, { ...this.#options, startsAt: this.clock.now() }, this.pager)
  }

  get engine(): Engine {
    return this.#parts!.engine
  }

  get delivery(): DeliveryPart {
    return this.#parts!.delivery
  }

  start(): this {
    const tools = { clock: this.clock, chance, log: this.#options.log ?? quietLog }
    const network = openNetwork({ privateTargets: 'allow' })
    const delivery = startDelivery(this.deliversBy(this.db), {
      ...tools,
      messengers: {
        pager: this.pager,
        webhook: openWebhooks({
          clock: this.clock,
          network,
          sealer,
          userAgent: 'Uptalk/test',
          base: '/base',
        }),
      },
      readNews: async (db, account, id, channelId) => {
        const news = await readNews(bindAccount(db, account), id, this.clock.now(), channelId)
        await this.afterNewsRead?.()
        return news
      },
    })
    const probe =
      this.#options.probe ??
      ((monitor: Monitor, signal: AbortSignal) =>
        look(monitor.type, monitor, signal, {
          clock: this.clock,
          network,
          registry: nobody,
          userAgent: 'test',
          onBug: (error) => {
            throw error
          },
        }))
    const engine = startEngine(this.db, {
      ...tools,
      sealer,
      probe,
      onNews: () => delivery.wake(),
      sight: {
        ...this.sight,
        onReturn: (from, to) => queueBlindness(this.db, from, to),
      },
    })
    this.#parts = { engine, delivery }
    return this
  }

  async stop(): Promise<void> {
    await this.#parts?.engine[Symbol.asyncDispose]()
    await this.#parts?.delivery[Symbol.asyncDispose]()
    this.#parts = null
  }

  async add(input: Record<string, unknown> = {}): Promise<MonitorView> {
    return addMonitor(
      this.account,
      { now: this.clock.now(), by, sealer, limits },
      { type: 'HTTP', name: 'shop', url: 'http://shop.example/', intervalSeconds: 60, ...input },
    )
  }

  /** What channels are changed with. */
  get channelTools(): ChannelTools {
    return {
      now: this.clock.now(),
      by,
      sealer,
      chance,
      policy: {
        kinds: new Set(['webhook', 'pager']),
        allowsClearWebhooks: false,
        refusal: () => undefined,
      },
      serverOf: async () => null,
    }
  }

  async webhook(
    url: string,
    input: Record<string, unknown> = {},
  ): Promise<{ channel: Channel; secret: string }> {
    const { channel, secret } = await createChannel(this.account, this.channelTools, {
      name: 'program',
      type: 'webhook',
      webhookInfo: { url },
      ...input,
    })
    return { channel, secret: secret! }
  }

  /** Tools for the changes a test makes itself. */
  get change() {
    return { now: this.clock.now(), by, sealer, limits }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await this.db.destroy()
  }
}
