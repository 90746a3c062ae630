import { Bell, type Instant, type Part, type PartTools, supervise } from '../kernel/index.ts'
import { type Db, prepared } from '../storage/index.ts'
import type { Channel } from './channels.ts'
import { type InHand, type LaneTools, runLane, type Unrecorded, waiting } from './lane.ts'
import { mannerOf } from './recipients.ts'

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

export type DeliveryTools = PartTools & LaneTools

/** Programs hear of several incidents at once, people of one thing after the other. */
const widthOf = ({ kind }: Channel): number => (mannerOf(kind) === 'fact' ? 8 : 1)

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
      for (const channel of await channelsWithWork(db, { now: clock.now() })) {
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

const channelsWithWork = prepared((db: Db, { now }: { readonly now: Instant }) =>
  db
    .selectFrom('channels')
    .selectAll()
    .where('is_active', '=', 1)
    .where('resume_at', '<=', now)
    .where((eb) =>
      eb.exists(waiting(db, now).select('id').where('channel_id', '=', eb.ref('channels.id'))),
    ),
)
