import { isDeepStrictEqual } from 'node:util'
import { judgeCaption, judgeKeyboard, judgePhoto, judgeText } from './judge.ts'
import type { Mailbox } from './mailbox.ts'
import { badRequest } from './refusal.ts'
import type { Method, Params } from './schemas.ts'
import { administratorsOf, chatOf, type Person, type Room, type Sent, type World } from './world.ts'

/** A press waiting for `answerCallbackQuery`. */
export interface Query {
  readonly id: string
  answer: { readonly text: string; readonly alert: boolean } | null
}

export type Files = ReadonlyMap<string, Buffer>

export interface Platform {
  readonly world: World
  readonly mailbox: Mailbox
  readonly queries: Map<string, Query>
  /** Commands set, by scope. */
  readonly menus: Map<string, readonly { command: string; description: string }[]>
  readonly now: () => number
  readonly gone: AbortSignal
  /** What came with the call. */
  readonly files: Files
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
    ...wordsOf(sent),
    ...(sent.threadId === null ? {} : { message_thread_id: sent.threadId, is_topic_message: true }),
    ...(sent.keyboard === undefined ? {} : { reply_markup: sent.keyboard }),
  }
}

function wordsOf({ photo, text, entities }: Sent) {
  if (photo === null) return { text, ...(entities.length === 0 ? {} : { entities }) }
  const [width, height] = [photo.readUInt32BE(16), photo.readUInt32BE(20)]
  return {
    photo: [{ file_id: 'f', file_unique_id: 'u', width, height }],
    ...(text === '' ? {} : { caption: text }),
    ...(entities.length === 0 ? {} : { caption_entities: entities }),
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

type Said = Pick<Sent, 'text' | 'entities' | 'photo'>
type Where = Omit<Params<'sendPhoto'>, 'photo' | 'caption' | 'caption_entities' | 'reply_markup'> &
  Pick<Params<'sendMessage'>, 'reply_markup'>

function post(on: Platform, given: Where, said: Said): unknown {
  const { world } = on
  const room = world.open(given.chat_id)
  judgeThread(room, given.message_thread_id)
  const { reply_markup: markup } = given
  const asks = markup !== undefined && 'force_reply' in markup ? markup : null
  if (asks !== null && room.type === 'channel') throw badRequest('reply markup is not allowed here')
  const keyboard = markup !== undefined && 'inline_keyboard' in markup ? markup : undefined
  judgeKeyboard(keyboard)
  const sent: Sent = {
    ...said,
    id: world.nextId(),
    chatId: room.id,
    from: room.type === 'channel' ? null : world.bot,
    byBot: true,
    keyboard,
    asks,
    replyTo: repliedTo(room, given.reply_parameters),
    threadId: given.message_thread_id ?? null,
    silent: given.disable_notification ?? false,
    date: Math.floor(on.now() / 1000),
    before: [],
    deleted: false,
    pinned: false,
  }
  room.messages.push(sent)
  return messageOf(world, sent)
}

function send(on: Platform, given: Params<'sendMessage'>): unknown {
  const entities = given.entities ?? []
  return post(on, given, { text: judgeText(given.text, entities), entities, photo: null })
}

function sendPhoto(on: Platform, given: Params<'sendPhoto'>): unknown {
  if (on.world.open(given.chat_id).takesNoPhotos)
    throw badRequest('not enough rights to send photos to the chat')
  const entities = given.caption_entities ?? []
  const text = judgeCaption(given.caption ?? '', entities)
  return post(on, given, { text, entities, photo: judgePhoto(given.photo, on.files) })
}

function editPhoto(on: Platform, given: Params<'editMessageMedia'>): unknown {
  const sent = editable(on, given.chat_id, given.message_id)
  // The live platform adds a picture to words by now; not every server that speaks as it does.
  if (sent.photo === null) throw badRequest('there is no media in the message to edit')
  const { caption = '', caption_entities: entities = [], media } = given.media
  return change(on, sent, {
    text: judgeCaption(caption, entities),
    entities,
    photo: judgePhoto(media, on.files),
    keyboard: given.reply_markup,
  })
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
  shown: Pick<Sent, 'text' | 'entities' | 'photo' | 'keyboard'>,
): unknown {
  judgeKeyboard(shown.keyboard)
  const { text, entities, photo, keyboard } = sent
  if (isDeepStrictEqual(shown, { text, entities, photo, keyboard }))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  const before = [...sent.before, { text, entities, photo, keyboard }]
  return messageOf(on.world, on.world.replace(sent, { ...shown, before }))
}

function pin(
  { world }: Platform,
  given: Pick<Params<'unpinChatMessage'>, 'chat_id' | 'message_id'>,
  pinned: boolean,
): true {
  const room = world.open(given.chat_id)
  if (!room.mayPin && room.type !== 'private')
    throw badRequest('not enough rights to manage pinned messages in the chat')
  const sent = room.messages.find(({ id, deleted }) => id === given.message_id && !deleted)
  if (sent === undefined) throw badRequest(`message to ${pinned ? 'pin' : 'unpin'} not found`)
  world.replace(sent, { pinned })
  return true
}

function remove({ world }: Platform, given: Params<'deleteMessage'>): true {
  const room = world.open(given.chat_id)
  const sent = room.messages.find(({ id, deleted }) => id === given.message_id && !deleted)
  if (sent === undefined) throw badRequest('message to delete not found')
  if (!sent.byBot) throw badRequest("message can't be deleted")
  world.replace(sent, { deleted: true, pinned: false })
  return true
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
  sendPhoto,
  editMessageText: (on, given) => {
    const sent = editable(on, given.chat_id, given.message_id)
    if (sent.photo !== null) throw badRequest('there is no text in the message to edit')
    const entities = given.entities ?? []
    judgeText(given.text, entities)
    const keyboard = given.reply_markup
    return change(on, sent, { text: given.text, entities, photo: null, keyboard })
  },
  editMessageMedia: editPhoto,
  editMessageReplyMarkup: (on, given) => {
    const sent = editable(on, given.chat_id, given.message_id)
    return change(on, sent, {
      text: sent.text,
      entities: sent.entities,
      photo: sent.photo,
      keyboard: given.reply_markup,
    })
  },
  pinChatMessage: (on, given) => pin(on, given, true),
  unpinChatMessage: (on, given) => pin(on, given, false),
  deleteMessage: remove,
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
