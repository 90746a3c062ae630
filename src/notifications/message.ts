import type { Id, Instant } from '../kernel/index.ts'
import type { Fact, News } from './contract.ts'
import { type EventName, mannerOf } from './recipients.ts'

/** Something said to one channel, for people and for programs. */
export interface Message {
  readonly type: EventName
  readonly news: News
  readonly data: Fact['data']
  readonly summaryId?: Id<'summary'>
}

/** A message as its kind of channel is told it. */
export const toldAs = (kind: string, now: Instant, { type, news, data }: Message): News =>
  mannerOf(kind) === 'fact' ? { kind: 'fact', type, at: now, data } : news
