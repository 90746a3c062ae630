import type { Message, Update } from 'grammy/types'
import { messageOf, type Query } from './methods.ts'
import { FakePlatform, type FakeSettings } from './platform.ts'
import { Refusal } from './refusal.ts'
import { chatOf, type Person, type Room, type Sent } from './world.ts'

export interface Saying {
  readonly chat: Room
  readonly from: Person
  readonly text: string
  readonly thread?: number
  /** The message it replies to. */
  readonly to?: Sent
  /** Milliseconds; now when absent. */
  readonly at?: number
  /** Fields of the Bot API's Message over those made here (`sender_chat`, `forward_origin` …). */
  readonly as?: Partial<Message>
}

export interface Answer {
  readonly text: string
  readonly alert: boolean
}

type Lost = 'kicked' | 'left'

/** The platform, and the people in its chats. */
export class FakeTelegram extends FakePlatform {
  static open(settings: FakeSettings = {}): Promise<FakeTelegram> {
    return new FakeTelegram(settings).listen()
  }

  // People and chats

  person(first_name: string, username?: string): Person {
    const named = username === undefined ? {} : { username }
    return { id: 1000 + this.world.nextId(), is_bot: false, first_name, ...named }
  }

  privateChat(person: Person): Room {
    const known = this.world.rooms.get(person.id)
    return known ?? this.world.add({ id: person.id, type: 'private', title: person.first_name })
  }

  group(
    title: string,
    of: { creator?: Person; administrators?: Person[]; topics?: number[] } = {},
  ) {
    const topics = new Map((of.topics ?? []).map((id) => [id, true]))
    return this.world.add({
      id: -1_001_000_000_000 - this.world.nextId(),
      type: 'supergroup',
      title,
      forum: topics.size > 0,
      topics,
      creator: of.creator ?? null,
      administrators: of.administrators ?? [],
    })
  }

  basicGroup(title: string, creator: Person): Room {
    return this.world.add({ id: -this.world.nextId(), type: 'group', title, creator })
  }

  channel(title: string): Room {
    return this.world.add({
      id: -1_002_000_000_000 - this.world.nextId(),
      type: 'channel',
      title,
    })
  }

  // What people do

  /** Says it and resolves with the bot's next message in that chat. */
  say(saying: Saying): Promise<Sent> {
    const said = this.tell(saying)
    return this.waitFor(() =>
      this.messages(saying.chat.id).find(({ byBot, id }) => byBot && id > said.id),
    )
  }

  /** Says it without waiting for anything. */
  tell({ chat, from, text, thread, to, at, as }: Saying): Sent {
    const sent = this.#keep(chat, chat.type === 'channel' ? null : from, text, thread, at)
    const replied = to && { reply_to_message: messageOf(this.world, this.message(to)) }
    const message = { ...messageOf(this.world, sent), ...replied, ...as } as unknown as Message &
      Update.NonChannel
    this.deliver(chat.type === 'channel' ? { channel_post: message as never } : { message })
    return sent
  }

  #keep(chat: Room, from: Person | null, text: string, thread?: number, at?: number): Sent {
    const sent: Sent = {
      id: this.world.nextId(),
      chatId: chat.id,
      from,
      byBot: false,
      text,
      photo: null,
      entities: [],
      keyboard: undefined,
      asks: null,
      replyTo: null,
      threadId: thread ?? null,
      silent: false,
      date: Math.floor((at ?? this.now()) / 1000),
      before: [],
      deleted: false,
      pinned: false,
    }
    chat.messages.push(sent)
    return sent
  }

  /** Presses the button that says `label`; resolves once the spinner is gone. */
  async press(message: Sent, label: string, from: Person): Promise<Answer> {
    const shown = this.message(message)
    const data = shown.keyboard?.inline_keyboard.flat().find(({ text }) => text === label)
    if (data?.callback_data === undefined)
      throw new Error(`no button "${label}"\n${this.describe()}`)
    return await this.pressData(message, data.callback_data, from)
  }

  /** Presses what is not there (any more): a button of another version. */
  async pressData(message: Sent, data: string, from: Person): Promise<Answer> {
    const query: Query = { id: String(this.world.nextId()), answer: null }
    this.queries.set(query.id, query)
    this.deliver({
      callback_query: {
        id: query.id,
        from,
        chat_instance: String(message.chatId),
        message: messageOf(this.world, this.message(message)) as never,
        data,
      },
    })
    return await this.waitFor(() => query.answer)
  }

  /** Removes the bot (`kicked`; in a private chat: blocks it). */
  kick(chat: Room, status: Lost = 'kicked'): void {
    chat.closed = new Refusal(
      403,
      chat.type === 'private'
        ? 'Forbidden: bot was blocked by the user'
        : `Forbidden: bot was kicked from the ${chat.type} chat`,
    )
    this.#standing(chat, 'member', status)
  }

  comeBack(chat: Room): void {
    chat.closed = null
    this.#standing(chat, 'kicked', 'member')
  }

  /** The bot may stay but not write. */
  mute(chat: Room): void {
    chat.closed = new Refusal(
      400,
      'Bad Request: not enough rights to send text messages to the chat',
    )
  }

  /** Makes an administrator, and tells the bot. */
  promote(chat: Room, person: Person): void {
    chat.administrators.push(person)
    const change = this.#change(chat, person, 'member', 'administrator')
    this.deliver({ chat_member: change as never })
  }

  #standing(chat: Room, before: string, after: string): void {
    this.deliver({ my_chat_member: this.#change(chat, this.world.bot, before, after) as never })
  }

  #change(chat: Room, user: Person, before: string, after: string): Record<string, unknown> {
    return {
      chat: chatOf(chat),
      from: chat.creator ?? user,
      date: Math.floor(this.now() / 1000),
      old_chat_member: { status: before, user },
      new_chat_member: { status: after, user },
    }
  }

  /** The group becomes a supergroup; with `quietly` the bot learns of it only when it writes. */
  migrate(chat: Room, quietly = false): Room {
    const next = this.group(chat.title, {
      ...(chat.creator === null ? {} : { creator: chat.creator }),
      administrators: chat.administrators,
    })
    chat.movedTo = next.id
    if (quietly) return next
    const sent = this.#keep(chat, chat.creator, '')
    const { text: _, ...message } = messageOf(this.world, sent)
    this.deliver({ message: { ...message, migrate_to_chat_id: next.id } as never })
    return next
  }

  delete(message: Sent): void {
    this.world.replace(this.message(message), { deleted: true })
  }
}
