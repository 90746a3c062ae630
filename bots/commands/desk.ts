import type { Reply } from './reply.ts'

export type PlatformName = 'discord' | 'telegram' | 'terminal'

/** Who asks. `standing` is what the platform says of him here, not his role in the account. */
export interface Actor {
  /** Empty: a person whom the platform does not name (an anonymous administrator). */
  readonly userId: string
  readonly displayName: string
  /** `creator`: the server's owner, the chat's creator, anyone in his own private chat. */
  readonly standing: 'creator' | 'administrator' | 'member'
  /** Discord: the server's own roles that he has. */
  readonly roleIds?: readonly string[]
}

/** A person or a role of the platform's that an ask names. */
export interface Named {
  readonly kind: 'person' | 'role'
  readonly id: string
  readonly displayName: string
  /** What stands for it among the words; null: the ask answers a message of his. */
  readonly word: string | null
}

/** Where it is asked. Link and roles belong to `serverId`; alerts go to channel and thread. */
export interface Place {
  readonly platform: PlatformName
  /** Discord: server id, or `dm-<user id>`; Telegram: chat id; terminal: account name. */
  readonly serverId: string
  /** Discord: channel id; Telegram: chat id. */
  readonly channelId: string
  /** Telegram: topic. */
  readonly threadId: string | null
  readonly isPrivate: boolean
  readonly title: string
  /** What the bot itself may not do here, in the platform's words, where the platform says so. */
  readonly lacks?: readonly string[]
}

export interface Choice {
  /** At most 100 characters. */
  readonly label: string
  readonly value: string
}

export interface Option {
  readonly name: string
  readonly summary: string
  /** `mentionable`: a person or a role of the platform's, also in the ask's `named`. */
  readonly kind: 'text' | 'integer' | 'choice' | 'monitor' | 'mentionable'
  readonly required: boolean
  readonly choices?: readonly string[]
  /** Takes the rest of a typed line; only the last option may. */
  readonly greedy?: boolean
}

/** What an adapter may know of a command: enough for trees, lists and help, nothing by name. */
export interface CommandCard {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly options: readonly Option[]
  /** Whether the answer may take longer than a platform waits: adapters say "one moment" first. */
  readonly slow: boolean
  /** Who sees the answer; has to be known before it is (Discord defers). */
  readonly audience: 'all' | 'asker'
}

export interface Ask {
  readonly actor: Actor
  readonly place: Place
  readonly named?: readonly Named[]
}

/** The one door of all adapters. Nothing here throws: every trouble is a Reply. */
export interface Desk {
  readonly cards: readonly CommandCard[]
  /** `given`: option name to text as typed or chosen. Unknown commands get a suggestion. */
  run(ask: Ask, command: string, given: Readonly<Record<string, string>>): Promise<Reply>
  /**
   * A typed line after the prefix: `status`, `pause shop 2h`, `add https://x name="Main shop"`.
   * `given`: options that were filled into a form instead, taken as they are.
   */
  runLine(ask: Ask, line: string, given?: Readonly<Record<string, string>>): Promise<Reply>
  /** A pressed button. `card` tells whether to defer; undefined for one from another version. */
  pressCard(press: string): CommandCard | undefined
  press(ask: Ask, press: string): Promise<Reply>
  /** At most 25, from memory or one query; empty for strangers and unlinked places. */
  complete(ask: Ask, command: string, option: string, typed: string): Promise<readonly Choice[]>
  /** The bot was removed from (or came back to) a place. */
  placeLeft(place: Pick<Place, 'platform' | 'serverId'>, why: string): Promise<void>
  placeBack(place: Pick<Place, 'platform' | 'serverId'>): Promise<void>
  /** Telegram: the group became a supergroup with a new id. */
  placeMoved(place: Pick<Place, 'platform' | 'serverId'>, serverId: string): Promise<void>
}

/** The command that a typed line begins with. */
export function cardOf(cards: readonly CommandCard[], line: string): CommandCard | undefined {
  const typed = `${line.toLowerCase()} `
  return cards
    .filter(({ name }) => typed.startsWith(`${name.toLowerCase()} `))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
}
