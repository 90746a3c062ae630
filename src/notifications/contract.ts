import type { IncidentId, Instant, MonitorId } from '../kernel/index.ts'
import type { EventName } from './recipients.ts'

/** Where a channel is on its platform. */
export interface Address {
  /** Discord: channel id. Telegram: chat id. */
  readonly channelId: string
  /** Telegram: topic. */
  readonly threadId: string | null
}

/** An incident as it is now, with what its message needs. Read when it is sent, not when queued. */
export interface IncidentNews {
  readonly incidentId: IncidentId
  /** Null: the monitor was deleted meanwhile. */
  readonly monitorId: MonitorId | null
  readonly monitorName: string
  readonly url: string | null
  readonly severity: 'down' | 'degraded' | 'warning' | 'burning'
  readonly startedAt: Instant
  readonly detectedAt: Instant
  readonly resolvedAt: Instant | null
  readonly endReason: 'resolved' | 'worsened' | 'paused' | 'deleted' | 'changed' | null
  readonly code: string
  readonly message: string
  /** Where `code` is `http_status`. */
  readonly httpStatus?: number | null
  readonly failures: number
  readonly expected: string | null
  readonly lastGoodAt: Instant | null
  readonly lastGoodMs: number | null
  readonly acknowledgedAt: Instant | null
  readonly acknowledgedBy: string | null
  /** When others were told since nobody had acknowledged it. */
  readonly escalatedAt: Instant | null
  /** The latest of what people wrote about it. */
  readonly note: { readonly text: string; readonly author: string } | null
  /** "1 of 12 down" of the account, counted now. */
  readonly downCount: number
  readonly watchedCount: number
  /** How many others are down, too, since they depend on this, and are not told of on their own. */
  readonly dependants: number
  /** How many other monitors an expiry warning speaks for. */
  readonly alsoOn: number
  /** When what was warned of ends; once renewed, when what follows does. */
  readonly endsAt: Instant | null
  /** Set where a budget burns. */
  readonly budget: BurntBudget | null
  /** Set where this message speaks for many outages at once. */
  readonly storm: Storm | null
  /** Set where this message speaks for one outage after another. */
  readonly flapping: Flaps | null
  readonly timezone: string
  /** When it was read. */
  readonly shownAt: Instant
}

/** What is left of what a monitor may be down, when something was to be said of it. */
export interface BurntBudget {
  /** Percent, over so many days. */
  readonly objective: number
  readonly days: number
  readonly budgetMs: number
  /** Negative: so much too much was spent. */
  readonly leftMs: number
  /** How often the pace of the last hour would spend it in `days`. */
  readonly burnRate: number
}

/** Many outages at once, as many of them as the channel hears of. */
export interface Storm {
  readonly since: Instant
  /** When the last of them was confirmed. */
  readonly lastAt: Instant
  readonly outages: number
  readonly open: number
  /** Some of them, those that are open first. */
  readonly names: readonly string[]
  /** What most of them failed by, and how many. */
  readonly code: string
  readonly httpStatus: number | null
  readonly ofThatCode: number
  /** Of the open ones. */
  readonly acknowledged: number
  readonly acknowledgedBy: string | null
  readonly acknowledgedAt: Instant | null
  readonly longestMs: number
  /** Null: some are still down. */
  readonly endedAt: Instant | null
}

/** Outages that follow each other too fast to be told one by one. */
export interface Flaps {
  /** When the first of them began. */
  readonly since: Instant
  readonly outages: number
  readonly isDown: boolean
  /** When it ended, calmed down or called off. */
  readonly steadiedAt: Instant | null
}

/** What a program is told: fixed when it happened, whatever came later. */
export interface Fact {
  readonly kind: 'fact'
  readonly type: EventName
  readonly at: Instant
  /** IRIs of it, `@id`, begin at the API's root. */
  readonly data: Readonly<Record<string, unknown>>
}

/** What happened in a day or a week, as it stood when it was put together; what is optional an older version did not queue. */
export interface SummaryNews {
  readonly kind: 'summary'
  readonly period: 'day' | 'week'
  /** Whether the span is a whole local day or week; else it ends when it was asked for. */
  readonly isWhole: boolean
  readonly from: Instant
  readonly to: Instant
  readonly timezone: string
  readonly monitors: number
  /** Percent; null without data. */
  readonly uptime: number | null
  /** Of the span before. */
  readonly uptimeBefore: number | null
  readonly incidents: number
  readonly downMs: number
  /** Who was down, the worst first. */
  readonly troubled: readonly Troubled[]
  readonly slower: readonly {
    readonly monitorName: string
    readonly ms: number
    readonly beforeMs: number
  }[]
  /** Whose good looks took longest, where several were measured. */
  readonly slowest?: readonly { readonly monitorName: string; readonly ms: number }[]
  /** How many were seen and are neither in trouble nor slower. */
  readonly well?: number
  /** What ends soon, the soonest first. */
  readonly ending: readonly { readonly monitorName: string; readonly endsAt: Instant }[]
  readonly paused: readonly { readonly monitorName: string; readonly since: Instant }[]
  /** Watched, and nothing was seen of them. */
  readonly unseen: readonly string[]
  /** Of what was to be kept, as it stood at `to`; null where nothing was. An older version wrote none. */
  readonly objectives?: {
    readonly total: number
    readonly missed: number
    /** Missed, or warned of now. */
    readonly troubled: number
    /** The first of those, the worst first. */
    readonly worst: readonly {
      readonly monitorName: string
      readonly objective: number
      readonly days: number
      readonly budgetMs: number
      readonly leftMs: number
      readonly isBurning: boolean
    }[]
  } | null
  /** Down now. */
  readonly open: readonly { readonly monitorName: string; readonly since: Instant }[]
  /** How many of each list there are beyond those it names. */
  readonly unnamed?: Readonly<
    Record<'troubled' | 'slower' | 'ending' | 'paused' | 'unseen' | 'open', number>
  >
  /** How those in trouble were, in equal steps of the span. */
  readonly strips?: readonly {
    readonly monitorName: string
    readonly uptime: number | null
    readonly marks: readonly ('up' | 'degraded' | 'down' | 'none')[]
  }[]
}

export interface Troubled {
  readonly monitorId: MonitorId
  readonly monitorName: string
  readonly uptime: number | null
  readonly incidents: number
  /** The longest of them. */
  readonly startedAt: Instant
  readonly durationMs: number
  readonly code: string
  readonly httpStatus: number | null
}

/** How everything of an account is, as a board shows it: nothing in it changes by itself. */
export interface BoardNews {
  readonly kind: 'board'
  readonly counts: Readonly<Record<'total' | BoardState, number>>
  /** What is not up, the worst first; the first of them. */
  readonly rows: readonly BoardRow[]
  /** How many more are not up. */
  readonly more: number
  /** Percent of the 24 h before `uptimeAt`; null without data. */
  readonly uptime: number | null
  readonly uptimeAt: Instant
  readonly timezone: string
  /** When it was read. */
  readonly shownAt: Instant
}

export type BoardState = 'pending' | 'up' | 'degraded' | 'down' | 'paused' | 'maintenance'

export interface BoardRow {
  readonly monitorName: string
  readonly state: 'down' | 'degraded' | 'maintenance'
  /** Of a maintenance: until when. */
  readonly at: Instant | null
  readonly code: string | null
  readonly httpStatus: number | null
  readonly acknowledgedBy: string | null
}

/**
 * What a channel is told. `alert` is the incident's one message, whatever its state has become;
 * `recovery` the short reply that it is over, `reminder` that it goes on, `acknowledged` that somebody
 * is on it; `notice` that a channel was switched off; `blind` that we ourselves saw nothing for a
 * while, `unseen` nothing of one monitor; `summary` how a day or a week was; `exposed` that a key was seen in a URL; `test` that somebody
 * tries the channel. `board` is a board's message, `boardOver` its last form, or the word that it is over.
 */
export type News =
  | { readonly kind: 'alert'; readonly incident: IncidentNews }
  | { readonly kind: 'recovery' | 'acknowledged'; readonly incident: IncidentNews }
  | { readonly kind: 'reminder'; readonly incident: IncidentNews; readonly at: Instant }
  | { readonly kind: 'notice'; readonly channelName: string; readonly why: string }
  | { readonly kind: 'blind'; readonly from: Instant; readonly to: Instant }
  | {
      readonly kind: 'unseen'
      readonly monitorId: MonitorId
      readonly monitorName: string
      readonly since: Instant
      /** What stands in the way; may quote strangers. */
      readonly why: string
    }
  | SummaryNews
  | BoardNews
  | {
      readonly kind: 'boardOver'
      readonly why: 'asked' | 'deleted'
      readonly at: Instant
      readonly timezone: string
    }
  | { readonly kind: 'exposed'; readonly keyName: string; readonly prefix: string }
  | { readonly kind: 'test'; readonly channelName: string; readonly by: string }
  | Fact

/** What came of one attempt. */
export type Delivery =
  | {
      readonly kind: 'done'
      readonly messageId: string | null
      /** The platform knew the nonce: the message is an earlier attempt's, and says what it said then. */
      readonly isEarlier?: boolean
    }
  /** Not now. `afterMs` is the platform's own word and wins over the lane's back-off. */
  | {
      readonly kind: 'again'
      readonly why: string
      readonly afterMs?: number
      /** The request went out and its answer was lost: it may have been said. */
      readonly uncertain?: boolean
      /** We keep to the platform's pace: no trouble, only patience. */
      readonly isPaced?: boolean
    }
  /** The place has another address now; kept, and tried again at once. */
  | { readonly kind: 'elsewhere'; readonly address: Address; readonly why: string }
  /** The message to edit is not there any more: post anew. */
  | { readonly kind: 'missing'; readonly why: string }
  /** The message may not be edited any more: changes go as replies. */
  | { readonly kind: 'frozen'; readonly why: string }
  /** The channel is gone or closed to us: switched off, the reason shown. */
  | { readonly kind: 'gone'; readonly why: string }
  /** The platform refused what we wrote: a bug of ours, not repeated. */
  | { readonly kind: 'ours'; readonly why: string }
  /** The token is refused; nothing can be sent until it is changed. */
  | { readonly kind: 'stop'; readonly why: string }

/** What a kind of channel keeps besides an address. */
export interface Keeps {
  readonly info: string | null
  readonly secrets: string | null
}

export interface Post {
  readonly address: Address
  /** Of mails and webhooks. */
  readonly keeps?: Keeps
  readonly news: News
  /** Up to 25 characters, the same on every attempt of the same post. */
  readonly nonce: string
  readonly replyTo: string | null
  /** Not to ring the phone. */
  readonly silent: boolean
  /** Whom to ring besides: `everyone`, `here`, `role:ID`, `user:ID`. */
  readonly mention?: string | null
}

/** What a board's message needs besides being posted and edited. Nothing throws. */
export interface Pins {
  /** Without ringing anybody. `gone`: it may not be pinned, and why. */
  pin(address: Address, messageId: string, signal: AbortSignal): Promise<Delivery>
  unpin(address: Address, messageId: string, signal: AbortSignal): Promise<Delivery>
  remove(address: Address, messageId: string, signal: AbortSignal): Promise<Delivery>
  /** From one edit of a message that old to the next; null: it is posted anew instead. Milliseconds. */
  spacingMs(ageMs: number): number | null
  /** Whether a post that is repeated with its nonce makes no second message. */
  readonly knowsRepeats: boolean
}

/** A platform that can be told. The bots implement it, `main.ts` hands it in. Nothing throws. */
export interface Messenger {
  post(post: Post, signal: AbortSignal): Promise<Delivery>
  edit(address: Address, messageId: string, news: News, signal: AbortSignal): Promise<Delivery>
  /** Where messages can be pinned, and so a board kept. */
  readonly pins?: Pins
  /** The server or chat an address lies in, as a chat link names it; null: not known there. */
  serverOf?(address: Address, signal: AbortSignal): Promise<string | null>
}
