import type { Chance, Clock, Instant } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { postTo } from './attempt.ts'
import type { Channel } from './channels.ts'
import type { Delivery, Fact, Messenger, News } from './contract.ts'
import { recordWell } from './record.ts'
import { mannerOf } from './recipients.ts'

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

/** `news` as its kind of channel is told it. */
export const toldAs = (channel: Channel, news: News, fact: Fact): News =>
  mannerOf(channel.kind) === 'fact' ? fact : news

/**
 * Tells a channel something now, beside its lane, and writes down what came of it. One that works
 * wakes what waits for the channel.
 */
export async function tellNow(
  db: AccountDb,
  { clock, chance, messengers }: TryTools,
  channel: Channel,
  news: News,
): Promise<Tried> {
  const at: Instant = clock.now()
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
            why: `no answer within ${PATIENCE_MS / 1000} s`,
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
  const fact: Fact = {
    kind: 'fact',
    type: 'test',
    at: tools.clock.now(),
    data: { channel: { '@id': `/api/channels/${channel.id}`, id: channel.id, name: channel.name } },
  }
  const news: News = { kind: 'test', channelName: channel.name, by }
  return tellNow(db, tools, channel, toldAs(channel, news, fact))
}
