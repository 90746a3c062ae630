import { type Chance, type Clock, SECOND } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { postTo } from './attempt.ts'
import type { Channel } from './channels.ts'
import type { Delivery, Messenger } from './contract.ts'
import { recordWell } from './record.ts'
import { type Message, toldAs } from './message.ts'

const PATIENCE_MS = 14_000

/** What came of an attempt made at once, by hand. */
export interface Tried {
  readonly status: 'sent' | 'failed'
  /** Why not. */
  readonly error: string | null
}

export interface TryTools {
  readonly clock: Clock
  readonly chance: Chance
  readonly messengers: Readonly<Record<string, Messenger>>
}

/**
 * Tells a channel something now, beside its lane, and writes down what came of it. One that works
 * wakes what waits for the channel.
 */
export async function tellNow(
  db: AccountDb,
  { clock, chance, messengers }: TryTools,
  channel: Channel,
  message: Message,
): Promise<Tried> {
  const at = clock.now()
  const news = toldAs(channel.kind, at, message)
  const nonce = Buffer.from(chance.bytes(12)).toString('hex')
  const patience = new AbortController()
  const messenger = messengers[channel.kind]
  const delivery: Delivery =
    messenger === undefined
      ? { kind: 'stop', why: `${channel.kind} is not set up here` }
      : await Promise.race([
          messenger.post(postTo(channel, nonce, { news }), patience.signal),
          clock.sleep(PATIENCE_MS, patience.signal).then((): Delivery => ({
            kind: 'again',
            why: `no answer within ${PATIENCE_MS / SECOND} s`,
          })),
        ])
  patience.abort()
  const tried: Tried =
    delivery.kind === 'done'
      ? { status: 'sent', error: null }
      : { status: 'failed', error: delivery.why }
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('notifications')
      .values({
        channel_id: channel.id,
        event: news.kind === 'fact' ? 'fact' : 'notice',
        rev: 1,
        notice: JSON.stringify(news),
        state: tried.status,
        due_at: at,
        attempts: 1,
        error: tried.error,
        created_at: at,
        sent_at: tried.status === 'sent' ? clock.now() : null,
        summary_id: message.summaryId ?? null,
      })
      .execute()
    if (tried.status === 'sent') await recordWell(tx, clock.now(), channel.id)
  })
  return tried
}

/** Whether telling a channel works. */
export const testChannel = (
  db: AccountDb,
  tools: TryTools,
  channel: Channel,
  by: string,
): Promise<Tried> => {
  const { id, name } = channel
  return tellNow(db, tools, channel, {
    type: 'test',
    news: { kind: 'test', channelName: name, by },
    data: { channel: { '@id': `/api/channels/${id}`, id, name } },
  })
}
