import { buildDesk, type Place, type Reply, wordNews } from '../../bots/commands/index.ts'
import type { Actor, Desk } from '../../bots/commands/desk.ts'
import { openDiscord } from '../../bots/discord/index.ts'
import { openTelegram } from '../../bots/telegram/index.ts'
import { createLinkCode, ensureAccount } from '../../src/accounts/index.ts'
import { type Board, type Boards, startBoards } from '../../src/boards/index.ts'
import { quietLog, SECOND } from '../../src/kernel/index.ts'
import { addMonitor, type Looker } from '../../src/monitors/index.ts'
import type { Messenger } from '../../src/notifications/index.ts'
import {
  type AccountDb,
  bindAccount,
  buildSealer,
  type Db,
  openDatabase,
  seenUpdates,
} from '../../src/storage/index.ts'
import { ANN, BOB, countingChance } from '../bots/commands/house.ts'
import { HandClock } from '../support/clock.ts'
import { FakeDiscord, type FakeMessage, show, SILENT } from '../support/discord/index.ts'
import { FakeTelegram, type Sent } from '../support/telegram/index.ts'
import { verdictsOf } from '../support/outage.ts'

/** A message as people in the chat see it. */
export interface Seen {
  readonly id: string
  readonly text: string
  readonly pinned: boolean
  readonly silent: boolean
  readonly edits: number
}

/** A platform with one chat in it. */
export interface Platform extends AsyncDisposable {
  readonly place: Place
  readonly messenger: Messenger
  messages(): Seen[]
  delete(message: Seen): void
}

const sealer = buildSealer('x'.repeat(32), countingChance())
const by = { type: 'cli', name: 'test' } as const
const NEVER = Promise.withResolvers<never>().promise

const nobody: Looker = { check: () => NEVER, nudge: () => {} }

const seenOn = {
  discord: (it: FakeMessage): Seen => ({
    id: it.id,
    text: show(it),
    pinned: it.pinned,
    silent: it.flags === SILENT,
    edits: it.history.length,
  }),
  telegram: (it: Sent): Seen => ({
    id: String(it.id),
    text: it.text,
    pinned: it.pinned,
    silent: it.silent,
    edits: it.before.length,
  }),
}

/** One account that watches, its chat, and who keeps boards; the desk is asked as the chat's people would. */
export class Town<On extends Platform = Platform> implements AsyncDisposable {
  readonly clock: HandClock
  readonly db: Db
  readonly account: AccountDb
  readonly platform: On
  readonly messengers: Record<string, Messenger>
  readonly desk: Desk
  boards: Boards
  readonly #keeping: Boards[] = []
  readonly #chance = countingChance()

  constructor(db: Db, accountId: number, clock: HandClock, platform: On) {
    this.clock = clock
    this.db = db
    this.account = bindAccount(db, accountId)
    this.platform = platform
    this.messengers = { [platform.place.platform]: platform.messenger }
    this.boards = this.restart()
    this.desk = buildDesk({
      db,
      clock,
      chance: countingChance(),
      log: quietLog,
      sealer,
      looker: nobody,
      refusal: () => undefined,
      boards: { keepNow: (id) => this.boards.keepNow(id), wake: () => this.boards.wake() },
    })
  }

  /** The process ends without a word, and another one goes on with what was written down. */
  restart(): Boards {
    const chance = { ...countingChance(), random: () => 1 }
    this.boards = startBoards(this.db, {
      clock: this.clock,
      chance,
      log: quietLog,
      sealer,
      messengers: this.messengers,
    })
    this.#keeping.push(this.boards)
    return this.boards
  }

  async rival(): Promise<AccountDb> {
    const { id } = await ensureAccount(this.db, this.clock.now(), 'business', 'rivals')
    return bindAccount(this.db, id)
  }

  async link(account = this.account, over: Partial<Place> = {}): Promise<void> {
    const code = await createLinkCode(account, this.clock.now(), this.#chance, by)
    const actor = { ...ANN, standing: 'administrator' } as const
    await this.desk.run({ actor, place: { ...this.platform.place, ...over } }, 'link', { code })
    await this.told()
  }

  /** Nobody sends alerts here: that is another story, and the board would wait for them. */
  async told(): Promise<void> {
    await this.db.updateTable('notifications').set({ state: 'sent' }).execute()
  }

  says(line: string, actor: Actor = BOB, over: Partial<Place> = {}): Promise<Reply> {
    return this.desk.runLine({ actor, place: { ...this.platform.place, ...over } }, line)
  }

  async add(name: string): Promise<number> {
    const limits = { plan: 'business', monitors: null, minIntervalSeconds: 10 } as const
    const tools = { now: this.clock.now(), by, sealer, limits }
    const url = 'https://shop.example.com/'
    const { monitor } = await addMonitor(this.account, tools, { type: 'HTTP', name, url })
    await this.isUp(monitor.id)
    return monitor.id
  }

  async isUp(id: number): Promise<void> {
    const now = this.clock.now()
    await this.account
      .updateTable('monitor_states')
      .set({ status: 'up', changed_at: now, last_check_at: now })
      .where('monitor_id', '=', id)
      .execute()
  }

  async rises(id: number): Promise<void> {
    await this.#verdict(id, (verdicts) => verdicts.resolve(this.clock.now()))
    await this.isUp(id)
  }

  async falls(id: number): Promise<void> {
    await this.#verdict(id, (verdicts) => verdicts.open(this.clock.now()))
  }

  async #verdict(id: number, tell: (verdicts: ReturnType<typeof verdictsOf>) => Promise<unknown>) {
    const monitor = await this.account
      .selectFrom('monitors')
      .select(['id', 'account_id as accountId', 'name', 'url', 'rev'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await tell(verdictsOf(this.db, monitor))
    await this.told()
  }

  /** The board of the chat, as its row is. */
  async row(): Promise<Board> {
    return this.db.selectFrom('boards').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow()
  }

  /** Time passes, then all that can be done about the board is done. */
  async later(ms: number): Promise<void> {
    // Telegram's own pace goes by what has passed, not by the wall clock.
    this.clock.step(ms - SECOND)
    await this.clock.turn(SECOND)
    await this.keep()
  }

  async keep(): Promise<void> {
    for (const { id } of await this.db.selectFrom('boards').select('id').execute())
      await this.boards.keepNow(id)
  }

  messages(): Seen[] {
    return this.platform.messages()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const boards of this.#keeping) await boards[Symbol.asyncDispose]()
    await this.platform[Symbol.asyncDispose]()
    await this.db.destroy()
  }
}

async function begin() {
  const clock = new HandClock()
  const db = await openDatabase(':memory:')
  const { id } = await ensureAccount(db, clock.now(), 'business', 'main')
  return { clock, db, id, tools: { clock, chance: countingChance(), log: quietLog } }
}

/** The desk of a town that is not built yet: its platform comes first. */
function lateDesk(): { readonly desk: Desk; readonly fill: (desk: Desk) => void } {
  let real: Desk | undefined
  return {
    desk: new Proxy({} as Desk, { get: (_, name) => Reflect.get(real!, name) as unknown }),
    fill: (desk) => (real = desk),
  }
}

export async function openDiscordTown() {
  const { clock, db, id, tools } = await begin()
  const fake = await FakeDiscord.open()
  const { desk, fill } = lateDesk()
  const access = { token: fake.token, apiUrl: fake.apiUrl }
  const { part, messenger } = openDiscord(access, desk, wordNews, tools)
  const { channel, guild } = fake
  const town = new Town(db, id, clock, {
    fake,
    messenger,
    place: {
      platform: 'discord',
      serverId: guild.id,
      channelId: channel.id,
      threadId: null,
      isPrivate: false,
      title: guild.name,
    },
    messages: () => fake.messages().map(seenOn.discord),
    delete: (seen: Seen) => fake.deleteMessage(fake.messages().find((it) => it.id === seen.id)!),
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  })
  fill(town.desk)
  await town.link()
  return town
}

export async function openTelegramTown(topic: number | null = null) {
  const { clock, db, id, tools } = await begin()
  const fake = await FakeTelegram.open({ now: () => clock.now() })
  const room = fake.group('Ops', { topics: topic === null ? [] : [topic] })
  const { desk, fill } = lateDesk()
  const access = { token: fake.token, apiUrl: fake.url }
  const { part, messenger } = openTelegram(access, desk, wordNews, seenUpdates(db), tools)
  const town = new Town(db, id, clock, {
    fake,
    room,
    messenger,
    place: {
      platform: 'telegram',
      serverId: String(room.id),
      channelId: String(room.id),
      threadId: topic === null ? null : String(topic),
      isPrivate: false,
      title: room.title,
    },
    messages: () => fake.messages(room.id).map(seenOn.telegram),
    delete: (seen: Seen) =>
      fake.delete(fake.messages(room.id).find((it) => String(it.id) === seen.id)!),
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await fake[Symbol.asyncDispose]()
    },
  })
  fill(town.desk)
  await town.link()
  return town
}
