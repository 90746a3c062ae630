import {
  type ChannelId,
  type Chance,
  type Clock,
  HOUR,
  type Instant,
  type Log,
  MINUTE,
  SECOND,
} from '../kernel/index.ts'
import type { AccountTx, Db } from '../storage/index.ts'
import type { Attempt, Shown, Waiting } from './attempt.ts'
import { type Channel, readdress, switchOff } from './channels.ts'
import type { Delivery } from './contract.ts'

/** Wait after the 1st, 2nd, 3rd failure and so on; the last repeats. Milliseconds. */
const BACK_OFF_MS = [1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000]
const LONGEST_WAIT_MS = 86_400_000
/** A program is told ten times: waits after the 1st, 2nd, … attempt. */
const FACT_WAITS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]
const REASON_LENGTH = 300

export interface RecordTools {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

/** `next`: go on with the lane; `wait`: it has to; `off`: nothing more goes to this platform. */
export type Then = 'next' | 'wait' | 'off'

/** Writes down what came of an attempt, so that a restart goes on from here. */
export async function recordAttempt(
  db: Db,
  tools: RecordTools,
  channel: Channel,
  row: Waiting,
  result: Attempt,
): Promise<Then> {
  const now = tools.clock.now()
  if (result.kind === 'needless') {
    const error = result.why ?? null
    await settle(db, now, row, result.shown, { state: 'superseded', sent_at: null, error })
    return 'next'
  }
  if (result.kind === 'held') {
    await db
      .updateTable('notifications')
      .set({ claimed_until: null, is_held: 1, due_at: result.until, attempts: row.attempts - 1 })
      .where('id', '=', row.id)
      .execute()
    return 'next'
  }
  const { delivery } = result
  const fields = { channel: channel.name, notification: row.id, event: row.event }
  if (delivery.kind === 'done') {
    await recordSent(db, now, channel, row, delivery, result.shown)
    tools.log.info(fields, 'notification sent')
    return 'next'
  }
  const why = delivery.why.slice(0, REASON_LENGTH)
  if (delivery.kind === 'again' && delivery.isPaced === true) {
    await release(db, row, null)
    await db
      .updateTable('channels')
      .set({ resume_at: now + (delivery.afterMs ?? 1000) })
      .where('id', '=', channel.id)
      .execute()
    return 'wait'
  }
  if (delivery.kind === 'ours' || delivery.kind === 'stop')
    tools.log.error({ ...fields, why }, 'notification refused')
  else {
    const uncertain = delivery.kind === 'again' && delivery.uncertain === true
    tools.log.warn({ ...fields, why, kind: delivery.kind, uncertain }, 'notification not delivered')
  }
  return recordTrouble(db, tools, channel, row, result, why)
}

async function recordTrouble(
  db: Db,
  tools: RecordTools,
  channel: Channel,
  row: Waiting,
  { delivery, shown }: Extract<Attempt, { kind: 'answered' }>,
  why: string,
): Promise<Then> {
  const now = tools.clock.now()
  const message = db
    .updateTable('messages')
    .where('channel_id', '=', channel.id)
    .where('incident_id', '=', row.incident_id ?? -1)
  switch (delivery.kind) {
    case 'done':
      return 'next'
    case 'again':
      if (row.event === 'fact') return postponeFact(db, tools, channel, row, why, delivery.afterMs)
      await postpone(db, tools, channel, row, why, delivery.afterMs)
      return 'wait'
    case 'elsewhere':
      if (await db.transaction().execute((tx) => readdress(tx, now, channel, delivery)))
        return retrySoon(db, tools, channel, row, why)
      return 'wait'
    case 'missing':
      await db
        .deleteFrom('messages')
        .where('channel_id', '=', channel.id)
        .where('incident_id', '=', row.incident_id)
        .execute()
      return retrySoon(db, tools, channel, row, why)
    case 'frozen':
      await message.set({ is_frozen: 1 }).execute()
      return retrySoon(db, tools, channel, row, why)
    case 'gone':
      await db.transaction().execute((tx) => switchOff(tx, now, channel, why))
      return 'wait'
    case 'ours':
      await settle(db, now, row, shown, { state: 'failed', sent_at: null, error: why })
      return 'next'
    case 'stop':
      await release(db, row, why)
      return 'off'
    default:
      return delivery satisfies never
  }
}

/** At once the first times, then as slowly as any other trouble: no answer may make a loop. */
async function retrySoon(
  db: Db,
  tools: RecordTools,
  channel: Channel,
  row: Waiting,
  why: string,
): Promise<Then> {
  if (row.attempts < 3) {
    await release(db, row, why)
    return 'next'
  }
  await postpone(db, tools, channel, row, why)
  return 'wait'
}

async function recordSent(
  db: Db,
  now: Instant,
  channel: Channel,
  row: Waiting,
  { messageId, isEarlier = false }: Extract<Delivery, { kind: 'done' }>,
  attempted: Shown | undefined,
): Promise<void> {
  // Which state an earlier attempt showed nobody wrote down: an edit follows that shows the present one.
  const shown = isEarlier && attempted?.isMessage === true ? { ...attempted, rev: 0 } : attempted
  await db.transaction().execute(async (tx) => {
    if (shown?.isMessage === true && messageId !== null) {
      const key = { channel_id: channel.id, incident_id: shown.incidentId }
      await tx
        .insertInto('messages')
        .values({
          ...key,
          account_id: row.account_id,
          message_id: messageId,
          shown_rev: shown.rev,
          posted_at: isEarlier ? row.created_at : now,
        })
        .onConflict((oc) =>
          oc
            .columns(['channel_id', 'incident_id'])
            .doUpdateSet({ message_id: messageId, shown_rev: shown.rev }),
        )
        .execute()
    } else if (shown !== undefined)
      await tx
        .updateTable('messages')
        .set({ shown_rev: shown.rev })
        .where('channel_id', '=', channel.id)
        .where('incident_id', '=', shown.incidentId)
        .execute()
    await settle(tx, now, row, shown, { state: 'sent', sent_at: now, error: null })
    await recordWell(tx, now, channel.id)
  })
}

/** Somebody is there: what waits because nobody was goes now. Of people's rows none does: their lane waits. */
export async function recordWell(tx: AccountTx, now: Instant, id: ChannelId): Promise<void> {
  await tx
    .updateTable('channels')
    .set({ failures: 0, failing_since: null, resume_at: 0, last_delivery_at: now })
    .where('id', '=', id)
    .execute()
  await tx
    .updateTable('notifications')
    .set({ due_at: now })
    .where('channel_id', '=', id)
    .where('event', '=', 'fact')
    .where('state', '=', 'pending')
    .where('is_held', '=', 0)
    .where('claimed_until', 'is', null)
    .where('due_at', '>', now)
    .execute()
}

async function postpone(
  db: Db,
  { clock, chance }: RecordTools,
  channel: Channel,
  row: Waiting,
  why: string,
  afterMs?: number,
): Promise<void> {
  const now = clock.now()
  const step = BACK_OFF_MS[Math.min(channel.failures, BACK_OFF_MS.length - 1)]!
  const wait = Math.min(afterMs ?? Math.ceil(step * (0.5 + chance.random() / 2)), LONGEST_WAIT_MS)
  await db.transaction().execute(async (tx) => {
    await release(tx, row, why)
    await tx
      .updateTable('channels')
      .set({
        failures: channel.failures + 1,
        failing_since: channel.failing_since ?? now,
        resume_at: now + wait,
      })
      .where('id', '=', channel.id)
      .execute()
  })
}

/** Each fact waits on its own: the others are not told any later for it. */
async function postponeFact(
  db: Db,
  { clock, chance }: RecordTools,
  channel: Channel,
  row: Waiting,
  why: string,
  afterMs = 0,
): Promise<Then> {
  const now = clock.now()
  const step = FACT_WAITS_MS[row.attempts - 1]
  if (step === undefined) {
    await db.transaction().execute(async (tx) => {
      await settle(tx, now, row, undefined, { state: 'failed', sent_at: null, error: why })
      await tx
        .updateTable('channels')
        .set({ failures: channel.failures + 1, failing_since: channel.failing_since ?? now })
        .where('id', '=', channel.id)
        .execute()
    })
    return 'next'
  }
  const wait = Math.max(Math.ceil(step * (1 + chance.random() / 10)), afterMs)
  await db
    .updateTable('notifications')
    .set({ claimed_until: null, error: why, due_at: now + Math.min(wait, LONGEST_WAIT_MS) })
    .where('id', '=', row.id)
    .execute()
  return 'next'
}

async function release(db: Db, row: Waiting, error: string | null): Promise<void> {
  await db
    .updateTable('notifications')
    .set({ claimed_until: null, error })
    .where('id', '=', row.id)
    .execute()
}

/** The row is done with, unless its incident moved on meanwhile: then the same row shows that next. */
async function settle(
  db: Db,
  now: Instant,
  row: Waiting,
  shown: Shown | undefined,
  values: Pick<Waiting, 'state' | 'sent_at' | 'error'>,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('notifications')
    .set({ ...values, claimed_until: null })
    .where('id', '=', row.id)
    // In one statement: what is queued for a row still pending must not be settled with it.
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('incidents')
            .select('id')
            .where('id', '=', row.event === 'alert' ? (shown?.incidentId ?? -1) : -1)
            .where('rev', '>', shown?.rev ?? 0),
        ),
      ),
    )
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return
  await release(db, row, null)
  if (shown !== undefined && shown.spacingMs > 0)
    await db
      .updateTable('notifications')
      .set({ due_at: now + shown.spacingMs })
      .where('id', '=', row.id)
      .execute()
}
