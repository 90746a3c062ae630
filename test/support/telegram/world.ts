import type { Chat, ChatMember, User } from 'grammy/types'
import { badRequest, Refusal } from './refusal.ts'
import type { Entity, ForceReply, Keyboard } from './schemas.ts'

export type Person = User

interface Shown {
  /** Of a picture: its caption. */
  readonly text: string
  readonly photo: Buffer | null
  readonly entities: readonly Entity[]
  readonly keyboard: Keyboard | undefined
}

/** One message of a chat, as it is now. */
export interface Sent extends Shown {
  readonly id: number
  readonly chatId: number
  /** Null: a channel's own post. */
  readonly from: Person | null
  readonly byBot: boolean
  /** Whoever it is for has his reply begun. */
  readonly asks: ForceReply | null
  readonly replyTo: number | null
  readonly threadId: number | null
  readonly silent: boolean
  /** Seconds, as the platform stamps them. */
  readonly date: number
  /** What it showed before, oldest first. */
  readonly before: readonly Shown[]
  readonly deleted: boolean
  readonly pinned: boolean
}

export interface Room {
  readonly id: number
  readonly type: 'private' | 'group' | 'supergroup' | 'channel'
  readonly title: string
  readonly forum: boolean
  creator: Person | null
  administrators: Person[]
  /** Topic id to whether it is open. */
  topics: Map<number, boolean>
  /** Why the bot can't write here, as the platform words it; null when it can. */
  closed: Refusal | null
  /** Words may be written, pictures not. */
  takesNoPhotos: boolean
  /** Whether the bot is an administrator who may pin messages; in a private chat it always may. */
  mayPin: boolean
  movedTo: number | null
  messages: Sent[]
}

/** Everything the platform remembers of chats. */
export class World {
  readonly bot: Person
  readonly rooms = new Map<number, Room>()
  #lastId = 100

  constructor(bot: Person) {
    this.bot = bot
  }

  nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  add(room: Pick<Room, 'id' | 'type' | 'title'> & Partial<Room>): Room {
    const whole: Room = {
      forum: false,
      creator: null,
      administrators: [],
      topics: new Map(),
      closed: null,
      takesNoPhotos: false,
      mayPin: true,
      movedTo: null,
      messages: [],
      ...room,
    }
    this.rooms.set(whole.id, whole)
    return whole
  }

  /** The chat, as the bot may write to it; or only read of it. */
  open(chatId: number, toWrite = true): Room {
    const room = this.rooms.get(chatId)
    if (room === undefined) throw badRequest('chat not found')
    if (room.movedTo !== null)
      throw new Refusal(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: room.movedTo,
      })
    if (room.closed !== null && (toWrite || room.closed.status === 403)) throw room.closed
    return room
  }

  replace(sent: Sent, changed: Partial<Sent>): Sent {
    const room = this.rooms.get(sent.chatId)
    const now = { ...sent, ...changed }
    if (room !== undefined)
      room.messages = room.messages.map((message) => (message.id === sent.id ? now : message))
    return now
  }
}

export function chatOf(room: Room): Chat {
  if (room.type === 'private') return { id: room.id, type: 'private', first_name: room.title }
  const forum = room.forum ? { is_forum: true } : {}
  return { id: room.id, type: room.type, title: room.title, ...forum } as Chat
}

export function administratorsOf(room: Room): ChatMember[] {
  const creator = room.creator === null ? [] : [{ status: 'creator', user: room.creator }]
  const others = room.administrators.map((user) => ({ status: 'administrator', user }))
  return [...creator, ...others] as ChatMember[]
}
