import { createHash } from 'node:crypto'
import { audit } from '../audit/index.ts'
import {
  type Chance,
  type Clock,
  DAY,
  HOUR,
  type Instant,
  type Log,
  SECOND,
} from '../kernel/index.ts'
import {
  type Address,
  type BoardNews,
  type Delivery,
  isTelling,
  type Messenger,
  type News,
  type Pins,
} from '../notifications/index.ts'
import { formatPercent } from '../stats/index.ts'
import { type AccountDb, bindAccount, type Db, type Sealer } from '../storage/index.ts'
import { type Board, subjectOf } from './board.ts'
import { moveBoards } from './places.ts'
import { drawBoard, sketchOf } from './read.ts'

const LONGEST_BACK_OFF_MS = 300 * SECOND
const LONGEST_WAIT_MS = DAY
/** What nobody can mend soon: a form that is refused, a post of which it is not known whether it is there. */
const LONG_MS = HOUR
/** Who deletes it twice within this does not want it. */
const PERSISTENCE_MS = DAY
const REASON_LENGTH = 300
const OURSELVES = { type: 'engine', name: 'uptalk' } as const

export interface KeepTools {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly sealer: Sealer
  readonly messengers: Readonly<Record<string, Messenger>>
}

/** `next`: there may be more to do at once; `rest`: not before it is due again. */
type Then = 'next' | 'rest'

/** One board and what can be done about it. */
interface Step {
  readonly db: Db
  readonly account: AccountDb
  readonly tools: KeepTools
  readonly board: Board
  readonly timezone: string
  readonly messenger: Messenger
  readonly pins: Pins
  readonly address: Address
  readonly now: Instant
  readonly stopped: Set<string>
  readonly signal: AbortSignal
}

type Change = Partial<Omit<Board, 'id' | 'account_id'>>

async function note({ account, board }: Step, change: Change): Promise<'next'> {
  await account.updateTable('boards').set(change).where('id', '=', board.id).execute()
  return 'next'
}

async function rest(it: Step, change: Change): Promise<'rest'> {
  await note(it, change)
  return 'rest'
}

/** The same on every attempt at the same message, so that a platform can know a repeat. */
const nonceOf = ({ id, created_at, posts }: Board, part = ''): string =>
  createHash('sha256')
    .update(`board ${id}:${created_at}:${posts}${part}`)
    .digest('hex')
    .slice(0, 25)

/** Those that something may be done about now. Last edited in time to come: the clock was set back. */
export const dueBoards = (db: Db, now: Instant) =>
  db
    .selectFrom('boards')
    .where((eb) =>
      eb.or([
        eb('is_active', '=', 1),
        eb('end_why', 'is not', null),
        eb('chat_link_id', 'is', null),
      ]),
    )
    .where((eb) => eb.or([eb('due_at', '<=', now), eb('edited_at', '>', now)]))

/** Brings a board as far as it can be brought now. What is queued for its chat goes first. */
export async function keepBoard(
  db: Db,
  tools: KeepTools,
  id: Board['id'],
  stopped: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  let then: Then = 'next'
  while (then === 'next' && !signal.aborted) {
    const now = tools.clock.now()
    const board = await dueBoards(db, now).selectAll().where('id', '=', id).executeTakeFirst()
    if (board === undefined || stopped.has(board.platform)) return
    const messenger = tools.messengers[board.platform]
    const pins = messenger?.pins
    if (messenger === undefined || pins === undefined) return
    if (await isTelling(db, now, board.platform, board.channel_id)) return
    const account = bindAccount(db, board.account_id)
    const { timezone } = await account
      .selectFrom('accounts')
      .select('timezone')
      .executeTakeFirstOrThrow()
    const address = { channelId: board.channel_id, threadId: board.thread_id }
    const step = {
      db,
      account,
      tools,
      board,
      timezone,
      messenger,
      pins,
      address,
      now,
      stopped,
      signal,
    }
    const isOver = board.end_why !== null || board.chat_link_id === null
    then = isOver ? await windUp(step) : await advance(step)
  }
}

/** Each step is written down before the next: a restart goes on from there. */
async function advance(it: Step): Promise<Then> {
  const { message_id, former_id, is_pinned, unpinned_why } = it.board
  if (message_id === null) return post(it)
  if (is_pinned === 0 && unpinned_why === null) return pin(it, message_id)
  if (former_id !== null) return removeFormer(it, former_id)
  return show(it, message_id)
}

const draw = ({ account, tools, now, timezone, board }: Step): Promise<BoardNews> =>
  drawBoard(account, tools.sealer, now, timezone, board)

const say = ({ messenger, address, signal }: Step, news: News, nonce: string): Promise<Delivery> =>
  messenger.post({ address, news, nonce, replyTo: null, silent: true }, signal)

async function post(it: Step): Promise<Then> {
  const { board, now, tools } = it
  const news = await draw(it)
  const delivery = await say(it, news, nonceOf(board))
  if (delivery.kind !== 'done') return trouble(it, delivery)
  if (delivery.messageId === null) return postpone(it, 'the message was not named')
  tools.log.info({ board: board.id, posts: board.posts + 1 }, 'board posted')
  return note(it, {
    message_id: delivery.messageId,
    posts: board.posts + 1,
    is_pinned: 0,
    unpinned_why: null,
    // What an earlier attempt showed nobody wrote down.
    shown: delivery.isEarlier === true ? null : sketchOf(news),
    uptime: news.uptime,
    uptime_at: news.uptimeAt,
    posted_at: now,
    edited_at: now,
    failures: 0,
    trouble: null,
  })
}

async function pin(it: Step, messageId: string): Promise<Then> {
  const delivery = await it.pins.pin(it.address, messageId, it.signal)
  switch (delivery.kind) {
    case 'done':
      return note(it, { is_pinned: 1, failures: 0, trouble: null })
    case 'missing':
      return vanish(it)
    case 'again':
    case 'stop':
      return trouble(it, delivery)
    default:
      it.tools.log.warn({ board: it.board.id, why: delivery.why }, 'board not pinned')
      return note(it, { unpinned_why: delivery.why.slice(0, REASON_LENGTH) })
  }
}

async function removeFormer(it: Step, formerId: string): Promise<Then> {
  const delivery = await it.pins.remove(it.address, formerId, it.signal)
  if (delivery.kind === 'again' || delivery.kind === 'stop') return trouble(it, delivery)
  // Two boards never stay pinned.
  if (delivery.kind !== 'done' && delivery.kind !== 'missing')
    await it.pins.unpin(it.address, formerId, it.signal)
  return note(it, { former_id: null })
}

async function show(it: Step, messageId: string): Promise<Then> {
  const { board, messenger, pins, address, now, signal } = it
  const spacing = pins.spacingMs(now - (board.posted_at ?? now))
  const since = now - (board.edited_at ?? 0)
  if (spacing !== null && since >= 0 && since < spacing)
    return rest(it, { due_at: board.edited_at! + spacing })
  const news = await draw(it)
  const seen = { shown: sketchOf(news), uptime: news.uptime, uptime_at: news.uptimeAt }
  if (seen.shown === board.shown && formatPercent(news.uptime) === formatPercent(board.uptime)) {
    if (seen.uptime_at !== board.uptime_at) await note(it, { uptime_at: seen.uptime_at })
    return 'rest'
  }
  if (spacing === null) return renew(it)
  const delivery = await messenger.edit(address, messageId, news, signal)
  switch (delivery.kind) {
    case 'done':
      return rest(it, { ...seen, edited_at: now, failures: 0, trouble: null })
    case 'missing':
      return vanish(it)
    case 'frozen':
      return renew(it)
    default:
      return trouble(it, delivery)
  }
}

/** The message can be edited no more, or soon will not be: another one takes its place. */
const renew = (it: Step): Promise<Then> =>
  note(it, { former_id: it.board.message_id, message_id: null, is_pinned: 0 })

/** Somebody deleted the message: once by mistake, twice on purpose. */
async function vanish(it: Step): Promise<Then> {
  const { board, account, now, tools } = it
  const before = board.vanished_at
  const isWanted = before === null || now - before >= PERSISTENCE_MS
  tools.log.warn({ board: board.id, isWanted }, 'board was deleted')
  if (isWanted) return note(it, { message_id: null, is_pinned: 0, vanished_at: now })
  await account.transaction().execute(async (tx) => {
    await tx
      .updateTable('boards')
      .set({ message_id: null, end_why: 'deleted' })
      .where('id', '=', board.id)
      .execute()
    await audit(tx, now, OURSELVES, 'board.delete', subjectOf(board.chat_link_id), {
      channel: [board.channel_id, null],
    })
  })
  return 'next'
}

/** Says in its place that it is over, then forgets it. */
async function windUp(it: Step): Promise<Then> {
  const { board, account, messenger, pins, address, now, timezone, signal } = it
  if (board.former_id !== null) return removeFormer(it, board.former_id)
  const why = board.end_why ?? 'asked'
  const news = { kind: 'boardOver', why, at: now, timezone } as const
  const attempts: (() => Promise<Delivery>)[] = []
  const { message_id: messageId } = board
  if (messageId !== null) {
    if (board.is_pinned === 1) attempts.push(() => pins.unpin(address, messageId, signal))
    attempts.push(async () => {
      const edited = await messenger.edit(address, messageId, news, signal)
      return edited.kind === 'frozen' ? pins.remove(address, messageId, signal) : edited
    })
  } else if (why === 'deleted') attempts.push(() => say(it, news, nonceOf(board, ' over')))
  for (const attempt of attempts) {
    const delivery = await attempt()
    if (delivery.kind === 'again' || delivery.kind === 'stop') return trouble(it, delivery)
  }
  await account.deleteFrom('boards').where('id', '=', board.id).execute()
  return 'rest'
}

async function trouble(it: Step, delivery: Delivery): Promise<Then> {
  const { db, board, address, tools, stopped } = it
  switch (delivery.kind) {
    case 'again':
      return postpone(it, delivery.why, delivery)
    case 'stop':
      stopped.add(board.platform)
      return 'rest'
    case 'elsewhere': {
      const { channelId } = delivery.address
      // Its topic is gone or closed: that was its place.
      if (channelId === address.channelId) return switchOff(it, delivery.why)
      await moveBoards(db, board.platform, address.channelId, channelId)
      const here = await it.account
        .selectFrom('boards')
        .select('id')
        .where('id', '=', board.id)
        .where('channel_id', '=', channelId)
        .executeTakeFirst()
      return here === undefined ? switchOff(it, delivery.why) : 'next'
    }
    case 'gone':
      return switchOff(it, delivery.why)
    case 'ours':
      tools.log.error({ board: board.id, why: delivery.why }, 'board was refused')
      return postpone(it, delivery.why, { afterMs: LONG_MS })
    default:
      return postpone(it, 'why' in delivery ? delivery.why : 'nothing came of it')
  }
}

async function postpone(
  it: Step,
  why: string,
  more: Partial<Extract<Delivery, { kind: 'again' }>> = {},
): Promise<Then> {
  const { board, tools, now, pins } = it
  const { isPaced = false, uncertain = false } = more
  const step = Math.min(SECOND * 2 ** Math.min(board.failures, 10), LONGEST_BACK_OFF_MS)
  const backOff = Math.ceil(step * (0.5 + tools.chance.random() / 2))
  // A second board beside the first is worse than a late one.
  const isDoubt = uncertain && board.message_id === null && !pins.knowsRepeats
  const wait = Math.min(more.afterMs ?? (isDoubt ? LONG_MS : backOff), LONGEST_WAIT_MS)
  if (isPaced) return rest(it, { due_at: now + wait })
  tools.log.warn({ board: board.id, why, uncertain }, 'board put off')
  const reason = why.slice(0, REASON_LENGTH)
  return rest(it, { due_at: now + wait, failures: board.failures + 1, trouble: reason })
}

/** Its place is gone or closed to us. */
async function switchOff({ account, board, now, tools }: Step, why: string): Promise<Then> {
  const reason = why.slice(0, REASON_LENGTH)
  tools.log.warn({ board: board.id, why: reason }, 'board switched off')
  await account.transaction().execute(async (tx) => {
    await tx
      .updateTable('boards')
      .set({ is_active: 0, trouble: reason })
      .where('id', '=', board.id)
      .execute()
    await audit(tx, now, OURSELVES, 'board.stop', subjectOf(board.chat_link_id), {
      trouble: [null, reason],
    })
  })
  return 'rest'
}
