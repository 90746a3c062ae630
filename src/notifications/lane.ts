import { sql } from 'kysely'
import { type ChannelId, type Clock, MINUTE } from '../kernel/index.ts'
import { type Db, isPassing } from '../storage/index.ts'
import { type Attempt, attempt, type ReadNews, type Waiting } from './attempt.ts'
import type { Channel } from './channels.ts'
import type { Messenger } from './contract.ts'
import { recordAttempt, type RecordTools, type Then } from './record.ts'

/** Longer than any attempt may take: whoever still holds a claim then has died. */
const LEASE_MS = MINUTE

export interface LaneTools extends RecordTools {
  readonly clock: Clock
  readonly messengers: Readonly<Record<string, Messenger>>
  readonly readNews: ReadNews
}

/** Rows that are being sent, or were and it is not written down: not to be sent again. */
export type InHand = Map<Waiting['id'], Waiting>

/** What came of a row that the database could not take down yet: kept, so it is not sent twice. */
export interface Unrecorded {
  readonly channel: Channel
  readonly row: Waiting
  readonly result: Attempt
}

/** Of one incident a program hears in order, however long it waits; of others meanwhile. */
export const waiting = (db: Db, now: number) =>
  db
    .selectFrom('notifications')
    .where('state', '=', 'pending')
    .where('due_at', '<=', now)
    .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<', now)]))
    .where((eb) =>
      eb.or([
        eb('event', '!=', 'fact'),
        eb.not(
          eb.exists(
            eb
              .selectFrom('notifications as before')
              .select('before.id')
              .whereRef('before.incident_id', '=', 'notifications.incident_id')
              // The plus keeps SQLite from walking all that waits for the channel, once for each of it.
              .where(sql`+before.channel_id`, '=', eb.ref('notifications.channel_id'))
              .where('before.state', '=', 'pending')
              .whereRef('before.id', '<', 'notifications.id'),
          ),
        ),
      ]),
    )

/**
 * The next row: what nobody has heard of yet before changes of what they have, each in order; none that
 * is in hand, nor another of its incident.
 */
async function next(db: Db, now: number, { id, inHand }: Lane): Promise<Waiting | undefined> {
  const taken = [...inHand.values()].filter((it) => it.channel_id === id)
  const incidents = taken.flatMap((it) => it.incident_id ?? [])
  const candidates = waiting(db, now)
    .selectAll()
    .where('channel_id', '=', id)
    .where((eb) =>
      eb.and([
        eb.not(eb('id', 'in', [-1, ...taken.map((it) => it.id)])),
        eb.or([eb('incident_id', 'is', null), eb('incident_id', 'not in', [-1, ...incidents])]),
      ]),
    )
    .orderBy('id')
    .limit(1)
  const unheard = candidates.where((eb) =>
    eb.not(
      eb.exists(
        eb
          .selectFrom('messages')
          .select('message_id')
          .whereRef('messages.incident_id', '=', 'notifications.incident_id')
          .where('messages.channel_id', '=', id),
      ),
    ),
  )
  // Asked in two steps, each ends at the first row it finds: ordered in one, all that waits is read.
  return (await unheard.executeTakeFirst()) ?? (await candidates.executeTakeFirst())
}

/** Takes the next row in hand, for this lane alone. */
async function claim(db: Db, now: number, lane: Lane): Promise<Waiting | undefined> {
  const { inHand } = lane
  let row = await next(db, now, lane)
  // Another lane took it while this one asked: what it took is left out the next time.
  while (row !== undefined && inHand.has(row.id)) row = await next(db, now, lane)
  if (row === undefined) return undefined
  inHand.set(row.id, row)
  const claimed = { ...row, attempts: row.attempts + 1 }
  try {
    const { numUpdatedRows } = await db
      .updateTable('notifications')
      .set({ claimed_until: now + LEASE_MS, attempts: claimed.attempts })
      .where('id', '=', row.id)
      .where('state', '=', 'pending')
      .where('attempts', '=', row.attempts)
      .executeTakeFirstOrThrow()
    if (numUpdatedRows === 1n) return claimed
    inHand.delete(row.id)
    return undefined
  } catch (error) {
    // A full disk holds no alert back: this process alone sends, and knows what it has sent.
    if (isPassing(error)) return claimed
    inHand.delete(row.id)
    throw error
  }
}

/** One worker of a channel. */
export interface Lane {
  readonly id: ChannelId
  /** What it sent and could not write down yet. */
  readonly owed: Unrecorded[]
  readonly inHand: InHand
}

/** Writes answers down in order. Where the database still refuses, what was sent can wait. */
async function record(db: Db, tools: LaneTools, { owed, inHand }: Lane): Promise<Then> {
  for (let it = owed[0]; it !== undefined; it = owed[0]) {
    try {
      const then = await recordAttempt(db, tools, it.channel, it.row, it.result)
      owed.shift()
      inHand.delete(it.row.id)
      if (then !== 'next') return then
    } catch (error) {
      const isSent = it.result.kind === 'answered' && it.result.delivery.kind === 'done'
      if (isSent && isPassing(error)) return 'next'
      throw error
    }
  }
  return 'next'
}

/** In order, one request in flight, until the channel has nothing left or has to wait. */
export async function runLane(
  db: Db,
  tools: LaneTools,
  lane: Lane,
  onWork: () => void,
  signal: AbortSignal,
): Promise<'idle' | 'off'> {
  const { readNews, clock } = tools
  for (;;) {
    const then = await record(db, tools, lane)
    if (then !== 'next') return then === 'off' ? 'off' : 'idle'
    if (signal.aborted) return 'idle'
    const channel = await db
      .selectFrom('channels')
      .selectAll()
      .where('id', '=', lane.id)
      .where('is_active', '=', 1)
      .executeTakeFirst()
    const messenger = channel && tools.messengers[channel.kind]
    if (messenger === undefined) return 'idle'
    const row = await claim(db, clock.now(), lane)
    if (row === undefined) return 'idle'
    onWork()
    try {
      const use = { messenger, readNews, now: clock.now() }
      const result = await attempt(db, use, channel!, row, signal)
      lane.owed.push({ channel: channel!, row, result })
    } catch (error) {
      lane.inHand.delete(row.id)
      throw error
    }
  }
}
