import { audit } from '../audit/index.ts'
import { DAY, HOUR, SECOND } from '../kernel/index.ts'
import type { Delivery } from '../notifications/index.ts'
import { subjectOf } from './board.ts'
import { moveBoards } from './places.ts'
import { note, rest, type Step, type Then } from './step.ts'

const LONGEST_BACK_OFF_MS = 300 * SECOND
const LONGEST_WAIT_MS = DAY
/** What nobody can mend soon: a form that is refused, a post of which it is not known whether it is there. */
const LONG_MS = HOUR
/** Who deletes it twice within this does not want it. */
const PERSISTENCE_MS = DAY
export const REASON_LENGTH = 300
const OURSELVES = { type: 'engine', name: 'uptalk' } as const

/** What came of a request that did not do as asked. */
export async function trouble(it: Step, delivery: Delivery): Promise<Then> {
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

export async function postpone(
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

/** Somebody deleted the message: once by mistake, twice on purpose. */
export async function vanish(it: Step): Promise<Then> {
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
