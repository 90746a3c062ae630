import {
  Bell,
  type ChannelId,
  type Log,
  MINUTE,
  type Part,
  type PartTools,
  supervise,
} from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'
import { attempt, type ReadNews, type Waiting } from './attempt.ts'
import type { Channel } from './channels.ts'
import type { Messenger } from './contract.ts'
import { recordAttempt } from './record.ts'

/** Longer than any attempt may take: whoever still holds a claim then has died. */
const LEASE_MS = MINUTE
/** Rows written by another process are noticed this soon; ours wake us. */
const POLL_MS = 250
const STOP_MS = 5000

/** Sends what waits in the outbox, each channel in its own lane. */
export interface Delivery extends Part {
  /** Something was queued. */
  wake(): void
}

export interface DeliveryTools extends PartTools {
  readonly messengers: Readonly<Record<string, Messenger>>
  readonly readNews: ReadNews
}

export function startDelivery(db: Db, tools: DeliveryTools): Delivery {
  const bell = new Bell()
  const lanes = new Map<ChannelId, Promise<void>>()
  // A refused token stays refused until the operator changes it and starts again.
  const stopped = new Set<string>()
  const ending = new AbortController()

  const lane = async (channel: Channel): Promise<void> => {
    try {
      if ((await runLane(db, tools, channel.id, ending.signal)) === 'off') stopped.add(channel.kind)
    } catch (error) {
      tools.log.error({ channel: channel.name, err: error }, 'lane failed')
      await tools.clock.sleep(1000, ending.signal)
    } finally {
      lanes.delete(channel.id)
      bell.ring()
    }
  }

  const part = supervise('delivery', tools, async (signal, ready) => {
    await releaseClaims(db)
    while (!signal.aborted) {
      for (const channel of await channelsWithWork(db, tools.clock.now()))
        if (
          !lanes.has(channel.id) &&
          !stopped.has(channel.kind) &&
          tools.messengers[channel.kind] !== undefined
        )
          lanes.set(channel.id, lane(channel))
      ready()
      await bell.wait(tools.clock, POLL_MS, signal)
    }
  })
  return {
    ...part,
    wake: () => bell.ring(),
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

const waiting = (db: Db, now: number) =>
  db
    .selectFrom('notifications')
    .where('state', '=', 'pending')
    .where('due_at', '<=', now)
    .where((eb) => eb.or([eb('claimed_until', 'is', null), eb('claimed_until', '<', now)]))

async function channelsWithWork(db: Db, now: number): Promise<Channel[]> {
  return db
    .selectFrom('channels')
    .selectAll()
    .where('is_active', '=', 1)
    .where('resume_at', '<=', now)
    .where('id', 'in', waiting(db, now).select('channel_id'))
    .execute()
}

async function claim(db: Db, now: number, id: ChannelId): Promise<Waiting | undefined> {
  const next = await waiting(db, now)
    .selectAll()
    .where('channel_id', '=', id)
    .orderBy('id')
    .executeTakeFirst()
  if (next === undefined) return undefined
  const { numUpdatedRows } = await db
    .updateTable('notifications')
    .set({ claimed_until: now + LEASE_MS, attempts: next.attempts + 1 })
    .where('id', '=', next.id)
    .where('state', '=', 'pending')
    .where('attempts', '=', next.attempts)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n ? { ...next, attempts: next.attempts + 1 } : undefined
}

/** In order, one request in flight, until the channel has nothing left or has to wait. */
async function runLane(
  db: Db,
  tools: DeliveryTools & { log: Log },
  id: ChannelId,
  signal: AbortSignal,
): Promise<'idle' | 'off'> {
  while (!signal.aborted) {
    const channel = await db
      .selectFrom('channels')
      .selectAll()
      .where('id', '=', id)
      .where('is_active', '=', 1)
      .executeTakeFirst()
    const messenger = channel && tools.messengers[channel.kind]
    if (messenger === undefined) return 'idle'
    const row = await claim(db, tools.clock.now(), id)
    if (row === undefined) return 'idle'
    const result = await attempt(db, messenger, tools.readNews, channel!, row, signal)
    const then = await recordAttempt(db, tools, channel!, row, result)
    if (then !== 'next') return then === 'off' ? 'off' : 'idle'
  }
  return 'idle'
}
