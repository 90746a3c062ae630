import { createHash } from 'node:crypto'
import type { Chance, Clock, Instant, Log } from '../kernel/index.ts'
import type { Address, Delivery, Messenger, News, Pins } from '../notifications/index.ts'
import type { AccountDb, Db, Sealer } from '../storage/index.ts'
import type { Board } from './board.ts'

export interface KeepTools {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly sealer: Sealer
  readonly messengers: Readonly<Record<string, Messenger>>
}

/** `next`: there may be more to do at once; `rest`: not before it is due again. */
export type Then = 'next' | 'rest'

/** One board and what can be done about it. */
export interface Step {
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

export async function note({ account, board }: Step, change: Change): Promise<'next'> {
  await account.updateTable('boards').set(change).where('id', '=', board.id).execute()
  return 'next'
}

export async function rest(it: Step, change: Change): Promise<'rest'> {
  await note(it, change)
  return 'rest'
}

/** The same on every attempt at the same message, so that a platform can know a repeat. */
export const nonceOf = ({ id, created_at, posts }: Board, part = ''): string =>
  createHash('sha256')
    .update(`board ${id}:${created_at}:${posts}${part}`)
    .digest('hex')
    .slice(0, 25)

/** Nobody is rung by a board. */
export const say = (
  { messenger, address, signal }: Step,
  news: News,
  nonce: string,
): Promise<Delivery> =>
  messenger.post({ address, news, nonce, replyTo: null, silent: true }, signal)
