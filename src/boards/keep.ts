import type { Instant } from '../kernel/index.ts'
import { type BoardNews, isTelling } from '../notifications/index.ts'
import { formatPercent } from '../stats/index.ts'
import { bindAccount, type Db } from '../storage/index.ts'
import type { Board } from './board.ts'
import { drawBoard, sketchOf } from './read.ts'
import { type KeepTools, nonceOf, note, rest, say, type Step, type Then } from './step.ts'
import { postpone, REASON_LENGTH, trouble, vanish } from './trouble.ts'
import { removeFormer, windUp } from './wind-up.ts'

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
