import { sql } from 'kysely'
import {
  Bell,
  type ChannelId,
  MINUTE,
  type Part,
  type PartTools,
  supervise,
} from '../kernel/index.ts'
import { type Db, isPassing } from '../storage/index.ts'
import { type Attempt, attempt, type ReadNews, type Waiting } from './attempt.ts'
import type { Channel } from './channels.ts'
import type { Messenger } from './contract.ts'
import { mannerOf } from './recipients.ts'
import { recordAttempt, type Then } from './record.ts'

/** Longer than any attempt may take: whoever still holds a claim then has died. */
const LEASE_MS = MINUTE
/** Rows written by another process are noticed this soon; ours wake us. */
const POLL_MS = 250
const TROUBLE_MS = 1000
const STOP_MS = 5000
/** The wall clock was set, not corrected. */
const STEP_MS = 1000

/** Sends what waits in the outbox, each channel in its own lane. */
export interface Delivery extends Part {
  /** Something was queued. */
  wake(): void
  /** The platform of these channels is well again: what waits for it goes now. */
  back(kind: string): void
}

export interface DeliveryTools extends PartTools {
  readonly messengers: Readonly<Record<string, Messenger>>
  readonly readNews: ReadNews
}

/** Programs hear of several incidents at once, people of one thing after the other. */
const widthOf = ({ kind }: Channel): number => (mannerOf(kind) === 'fact' ? 8 : 1)

/** Rows that are being sent, or were and it is not written down: not to be sent again. */
type InHand = Map<Waiting['id'], Waiting>

/** What came of a row that the database could not take down yet: kept, so it is not sent twice. */
interface Unrecorded {
  readonly channel: Channel
  readonly row: Waiting
  readonly result: Attempt
}

export function startDelivery(db: Db, tools: DeliveryTools): Delivery {
  const bell = new Bell()
  const lanes = new Map<string, Promise<void>>()
  // A refused token stays refused until the operator changes it and starts again.
  const stopped = new Set<string>()
  const ending = new AbortController()
  const unrecorded = new Map<string, Unrecorded[]>()
  const inHand: InHand = new Map()

  const lane = async (channel: Channel, key: string): Promise<void> => {
    const owed = unrecorded.get(key) ?? []
    unrecorded.set(key, owed)
    let hasWorked = owed.length > 0
    try {
      const own = { id: channel.id, owed, inHand }
      const end = await runLane(db, tools, own, () => (hasWorked = true), ending.signal)
      if (end === 'off') stopped.add(channel.kind)
      if (owed.length > 0) await tools.clock.sleep(TROUBLE_MS, ending.signal)
    } catch (error) {
      tools.log.error({ channel: channel.name, err: error }, 'lane failed')
      await tools.clock.sleep(TROUBLE_MS, ending.signal)
    } finally {
      if (owed.length === 0) unrecorded.delete(key)
      lanes.delete(key)
      // One that found nothing leaves it to the next poll: what waits may be in others' hands.
      if (hasWorked) bell.ring()
    }
  }

  const part = supervise('delivery', tools, async (signal, ready) => {
    await releaseClaims(db)
    const { clock } = tools
    let ahead = clock.now() - clock.monotonic()
    while (!signal.aborted) {
      const step = clock.now() - clock.monotonic() - ahead
      if (step < -STEP_MS) await shortenWaits(db, clock.now(), step)
      ahead += step
      for (const channel of await channelsWithWork(db, tools.clock.now())) {
        if (stopped.has(channel.kind) || tools.messengers[channel.kind] === undefined) continue
        const keys = Array.from({ length: widthOf(channel) }, (_, at) => `${channel.id}.${at}`)
        for (const key of keys) if (!lanes.has(key)) lanes.set(key, lane(channel, key))
      }
      ready()
      await bell.wait(tools.clock, POLL_MS, signal)
    }
  })
  return {
    ...part,
    wake: () => bell.ring(),
    back: (kind) => {
      endWaits(db, kind).then(
        () => bell.ring(),
        (error: unknown) => tools.log.warn({ kind, err: error }, 'waits were not cut short'),
      )
    },
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      // What is being sent may finish: a request cut off is one we would have to repeat.
      const finished = Promise.all(lanes.values())
      const patience = new AbortController()
      await Promise.race([finished, tools.clock.sleep(STOP_MS, patience.signal)])
      patience.abort()
      ending.abort()
      await finished
    },
  }
}

/** The process that claimed them is gone: nobody else sends on this database. */
async function releaseClaims(db: Db): Promise<void> {
  await db
    .updateTable('notifications')
    .set({ claimed_until: null })
    .where('claimed_until', 'is not', null)
    .execute()
}

/** Set back, the clock would make each wait longer by as much. What a channel itself puts off keeps its time. */
async function shortenWaits(db: Db, now: number, step: number): Promise<void> {
  await db
    .updateTable('channels')
    .set((eb) => ({ resume_at: eb('resume_at', '+', step) }))
    .where('resume_at', '>', now)
    .execute()
  await db
    .updateTable('notifications')
    .set((eb) => ({ due_at: eb('due_at', '+', step) }))
    .where('state', '=', 'pending')
    .where('is_held', '=', 0)
    .where('due_at', '>', now)
    .execute()
}

/** Waits are for platforms that are away. What one asked for itself, its messenger still keeps. */
const endWaits = (db: Db, kind: string) =>
  db
    .updateTable('channels')
    .set({ resume_at: 0 })
    .where('kind', '=', kind)
    .where('failing_since', 'is not', null)
    .execute()

/** Of one incident a program hears in order, however long it waits; of others meanwhile. */
const waiting = (db: Db, now: number) =>
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

async function channelsWithWork(db: Db, now: number): Promise<Channel[]> {
  return db
    .selectFrom('channels')
    .selectAll()
    .where('is_active', '=', 1)
    .where('resume_at', '<=', now)
    .where((eb) =>
      eb.exists(waiting(db, now).select('id').where('channel_id', '=', eb.ref('channels.id'))),
    )
    .execute()
}

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
interface Lane {
  readonly id: ChannelId
  /** What it sent and could not write down yet. */
  readonly owed: Unrecorded[]
  readonly inHand: InHand
}

/** Writes answers down in order. Where the database still refuses, what was sent can wait. */
async function record(db: Db, tools: DeliveryTools, { owed, inHand }: Lane): Promise<Then> {
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
async function runLane(
  db: Db,
  tools: DeliveryTools,
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
