import { listLinks } from '../../src/accounts/index.ts'
import {
  type Board,
  drawBoard,
  findBoard,
  switchBoardOff,
  switchBoardOn,
} from '../../src/boards/index.ts'
import { isoOrNull } from '../../src/kernel/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { no, refusal, say, signed } from './compose.ts'
import { hereOf, noChannel } from './here.ts'
import { boardReply } from './news-board.ts'
import { line, type Node, type Reply, text, time, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  pinned: 'The board is pinned in {here} and kept current',
  pinning:
    'The board stands in {here} and is kept current; it is pinned as soon as that can be done',
  unpinned: 'The board stands in {here} and is kept current, but it is not pinned',
  why: 'Why: {why}',
  again: 'Allow that, then once more: {command}. Or pin it by hand.',
  coming: 'The board comes to {here} as soon as it can be posted',
  refused: 'No board can be kept in {here}: {why}',
  mend: 'Once that is mended: {command}',
  none: 'No board is kept in {here}. Let one be: {command}',
  over: 'No board is kept in {here} any more.',
  since: 'Posted {posted}, last changed {edited}.',
} as const

const hereNow = ({ db, place }: Call): Promise<Board | undefined> => findBoard(db, place)

const boardValue = (board: Board) => ({
  isActive: board.is_active === 1,
  isPinned: board.is_pinned === 1,
  trouble: board.unpinned_why ?? board.trouble,
  postedAt: isoOrNull(board.posted_at),
  editedAt: isoOrNull(board.edited_at),
})

/** Where the board is and how it fares. */
function boardState({ place }: Call, board: Board): Reply {
  const here = hereOf(place)
  const command = typed(place, 'board on')
  const value = boardValue(board)
  if (board.is_active === 0) {
    const why = board.trouble ?? ''
    return no(fill(SAYS.refused, { here, why: verbatim(why) }), {
      body: [line(...fill(SAYS.mend, { command }))],
      value: { ...refusal('board_off', words(SAYS.refused, { here, why })), ...value },
    })
  }
  const why = (reason: string | null): Node[] =>
    reason === null ? [] : [line(...fill(SAYS.why, { why: verbatim(reason) }))]
  if (board.message_id === null || board.posted_at === null)
    return say(fill(SAYS.coming, { here }), {
      ...signed('pending'),
      body: why(board.trouble),
      value,
    })
  const since = fill(SAYS.since, {
    posted: time(board.posted_at, 'relative'),
    edited: time(board.edited_at ?? board.posted_at, 'relative'),
  })
  if (board.unpinned_why !== null)
    return say(fill(SAYS.unpinned, { here }), {
      tone: 'warn',
      sign: 'degraded',
      body: [...why(board.unpinned_why), line(...fill(SAYS.again, { command })), line(...since)],
      value,
    })
  const sentence = board.is_pinned === 1 ? SAYS.pinned : SAYS.pinning
  return say(fill(sentence, { here }), { ...signed('up'), body: [line(...since)], value })
}

function noBoard({ place }: Call): Reply {
  const here = hereOf(place)
  const command = typed(place, 'board on')
  return no(fill(SAYS.none, { here, command }), {
    tone: 'quiet',
    value: refusal('board_unknown', words(SAYS.none, { here, command })),
  })
}

async function showReply(call: Call): Promise<Reply> {
  if (call.place.platform === 'terminal') return noChannel(call)
  const board = await hereNow(call)
  return board === undefined ? noBoard(call) : boardState(call, board)
}

async function switchOn(call: Call): Promise<Reply> {
  const { db, deps, now, by, place } = call
  if (place.platform === 'terminal') return noChannel(call)
  const { platform, channelId, threadId } = place
  // The guard has found it: it is by this link that the asker may ask.
  const link = (await listLinks(db)).find(
    (it) => it.platform === platform && it.server_id === place.serverId,
  )!
  const { id } = await switchBoardOn(db, now, by, {
    linkId: link.id,
    platform,
    channelId,
    threadId,
  })
  await deps.boards?.keepNow(id)
  const board = await hereNow(call)
  return board === undefined ? noBoard(call) : boardState(call, board)
}

async function switchOff(call: Call): Promise<Reply> {
  const { db, deps, now, by, place } = call
  if (place.platform === 'terminal') return noChannel(call)
  const board = await hereNow(call)
  if (board === undefined) return noBoard(call)
  await switchBoardOff(db, now, by, board)
  deps.boards?.wake()
  return say([text(words(SAYS.over, { here: hereOf(place) }))], {
    tone: 'ok',
    value: { isActive: false },
  })
}

/** The board's own button: it shows what is true now at once. */
async function refresh(call: Call): Promise<Reply> {
  const { db, deps, now, account } = call
  const board = await hereNow(call)
  if (board === undefined) return noBoard(call)
  return boardReply(await drawBoard(db, deps.sealer, now, account.timezone, board))
}

const show = accountCommand({
  name: 'board show',
  summary: 'Whether a board is kept here, and what stands in its way',
  example: 'board show',
  group: 'here',
  options: [],
  schema: {},
  role: 'viewer',
  doing: 'Looking at the board',
  isMeant: () => true,
  run: showReply,
  presses: { board: refresh },
})

const changing = { group: 'here', role: 'manager', doing: 'Changing the board' } as const

const on = accountCommand({
  ...changing,
  name: 'board on',
  summary: 'Pin one message here that shows how everything is, and keep it current',
  example: 'board on',
  options: [],
  schema: {},
  slow: true,
  run: switchOn,
})

const off = accountCommand({
  ...changing,
  name: 'board off',
  summary: 'Keep the board of this channel no longer',
  example: 'board off',
  options: [],
  schema: {},
  run: switchOff,
})

/** One message of a place that shows everything at a glance. */
export const board: readonly AccountCommand[] = [show, on, off]
