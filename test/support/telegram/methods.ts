import { judgeKeyboard, judgeText } from './judge.ts'
import type { Mailbox } from './mailbox.ts'
import { badRequest } from './refusal.ts'
import type { Entity, Method, Params } from './schemas.ts'
import { administratorsOf, chatOf, type Person, type Room, type Sent, type World } from './world.ts'

/** A press waiting for `answerCallbackQuery`. */
export interface Query {
  readonly id: string
  answer: { readonly text: string; readonly alert: boolean } | null
}

export interface Platform {
  readonly world: World
  readonly mailbox: Mailbox
  readonly queries: Map<string, Query>
  /** Commands set, by scope. */
  readonly menus: Map<string, readonly { command: string; description: string }[]>
  readonly now: () => number
  readonly gone: AbortSignal
}

type Handlers = { readonly [M in Method]: (on: Platform, given: Params<M>) => unknown }

/** A message as the Bot API shows it. */
export function messageOf(world: World, sent: Sent): Record<string, unknown> {
  const room = world.rooms.get(sent.chatId)!
  return {
    message_id: sent.id,
    date: sent.date,
    chat: chatOf(room),
    ...(sent.from === null ? { sender_chat: chatOf(room) } : { from: sent.from }),
    text: sent.text,
    ...(sent.entities.length === 0 ? {} : { entities: sent.entities }),
    ...(sent.threadId === null ? {} : { message_thread_id: sent.threadId, is_topic_message: true }),
    ...(sent.keyboard === undefined ? {} : { reply_markup: sent.keyboard }),
  }
}

function judgeThread(room: Room, threadId: number | undefined): void {
  if (threadId === undefined) return
  const isOpen = room.topics.get(threadId)
  if (isOpen === undefined) throw badRequest('message thread not found')
  if (!isOpen) throw badRequest('TOPIC_CLOSED')
}

function repliedTo(room: Room, wanted: Params<'sendMessage'>['reply_parameters']): number | null {
  if (wanted === undefined) return null
  const there = room.messages.some(({ id, deleted }) => id === wanted.message_id && !deleted)
  if (there) return wanted.message_id
  if (wanted.allow_sending_without_reply === true) return null
  throw badRequest('message to be replied not found')
}

function send(on: Platform, given: Params<'sendMessage'>): unknown {
  const { world } = on
  const room = world.open(given.chat_id)
  judgeThread(room, given.message_thread_id)
  const entities: readonly Entity[] = given.entities ?? []
  judgeText(given.text, entities)
  const { reply_markup: markup } = given
  const asks = markup !== undefined && 'force_reply' in markup ? markup : null
  if (asks !== null && room.type === 'channel') throw badRequest('reply markup is not allowed here')
  const keyboard = markup !== undefined && 'inline_keyboard' in markup ? markup : undefined
  judgeKeyboard(keyboard)
  const sent: Sent = {
    id: world.nextId(),
    chatId: room.id,
    from: room.type === 'channel' ? null : world.bot,
    byBot: true,
    text: given.text,
    entities,
    keyboard,
    asks,
    replyTo: repliedTo(room, given.reply_parameters),
    threadId: given.message_thread_id ?? null,
    silent: given.disable_notification ?? false,
    date: Math.floor(on.now() / 1000),
    before: [],
    deleted: false,
  }
  room.messages.push(sent)
  return messageOf(world, sent)
}

function editable(on: Platform, chatId: number, messageId: number): Sent {
  const sent = on.world.open(chatId).messages.find(({ id }) => id === messageId)
  if (sent === undefined || sent.deleted) throw badRequest('message to edit not found')
  if (!sent.byBot) throw badRequest("message can't be edited")
  return sent
}

function change(
  on: Platform,
  sent: Sent,
  shown: Pick<Sent, 'text' | 'entities' | 'keyboard'>,
): unknown {
  judgeKeyboard(shown.keyboard)
  const { text, entities, keyboard } = sent
  if (JSON.stringify(shown) === JSON.stringify({ text, entities, keyboard }))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  const before = [...sent.before, { text, entities, keyboard }]
  return messageOf(on.world, on.world.replace(sent, { ...shown, before }))
}

function press(on: Platform, given: Params<'answerCallbackQuery'>): true {
  const query = on.queries.get(given.callback_query_id)
  if (query === undefined)
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  if ((given.text ?? '').length > 200) throw badRequest('MESSAGE_TOO_LONG')
  query.answer ??= { text: given.text ?? '', alert: given.show_alert ?? false }
  return true
}

function memberOf(on: Platform, given: Params<'getChatMember'>): unknown {
  const room = on.world.open(given.chat_id, false)
  const known = administratorsOf(room).find(({ user }) => user.id === given.user_id)
  if (known !== undefined) return known
  // Without being administrator a bot learns nothing reliable of others.
  throw badRequest('user not found')
}

const scopeOf = (given: Params<'getMyCommands'>): string => given.scope?.type ?? 'default'

export const HANDLERS: Handlers = {
  getMe: ({ world }): Person & Record<string, unknown> => ({
    ...world.bot,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  }),
  deleteWebhook: () => true,
  getUpdates: ({ mailbox, gone }, given) => mailbox.take(given, gone),
  sendMessage: send,
  editMessageText: (on, given) => {
    const sent = editable(on, given.chat_id, given.message_id)
    const entities = given.entities ?? []
    judgeText(given.text, entities)
    return change(on, sent, { text: given.text, entities, keyboard: given.reply_markup })
  },
  editMessageReplyMarkup: (on, given) => {
    const sent = editable(on, given.chat_id, given.message_id)
    return change(on, sent, {
      text: sent.text,
      entities: sent.entities,
      keyboard: given.reply_markup,
    })
  },
  answerCallbackQuery: press,
  getChat: ({ world }, given) => chatOf(world.open(given.chat_id, false)),
  getChatAdministrators: ({ world }, given) => {
    const room = world.open(given.chat_id, false)
    if (room.type === 'private') throw badRequest('there are no administrators in the private chat')
    return administratorsOf(room)
  },
  getChatMember: memberOf,
  setMyCommands: ({ menus }, given) => {
    menus.set(scopeOf(given), given.commands)
    return true
  },
  getMyCommands: ({ menus }, given) => menus.get(scopeOf(given)) ?? [],
  sendChatAction: ({ world }, given) => {
    judgeThread(world.open(given.chat_id), given.message_thread_id)
    return true
  },
}
