import type { APIMethodParams, APIMethods } from '@gramio/types'
import { z } from 'zod'
import { badRequest, Refusal } from './refusal.ts'

/** Keys are checked against the published parameter names, values by hand. */
type Shape<Name extends keyof APIMethods> = Partial<
  Record<keyof NonNullable<APIMethodParams<Name>>, z.ZodType>
>

const integer = z.int()
const id = z.int()
// The Bot API takes "@channel" too, which nobody here has.
const chat_id = z.union([
  id,
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])

const mention = z.strictObject({
  type: z.literal('text_mention'),
  offset: integer.min(0),
  length: integer.min(1),
  user: z.looseObject({ id, is_bot: z.boolean(), first_name: z.string() }),
})

const styled = z.strictObject({
  type: z.enum([
    'bold',
    'italic',
    'underline',
    'strikethrough',
    'spoiler',
    'blockquote',
    'expandable_blockquote',
    'code',
    'pre',
  ]),
  offset: integer.min(0),
  length: integer.min(1),
})
const entity = z.discriminatedUnion('type', [mention, styled])

const button = z
  .strictObject({
    text: z.string().min(1),
    callback_data: z.string().optional(),
    url: z.string().optional(),
  })
  .refine(
    ({ callback_data, url }) => (callback_data === undefined) !== (url === undefined),
    'exactly one of the optional fields must be used',
  )

const keyboard = z.strictObject({ inline_keyboard: z.array(z.array(button)) })
const forceReply = z.strictObject({
  force_reply: z.literal(true),
  input_field_placeholder: z.string().min(1).max(64).optional(),
  selective: z.boolean().optional(),
})
const preview = z.strictObject({
  is_disabled: z.boolean().optional(),
  url: z.string().optional(),
  prefer_small_media: z.boolean().optional(),
  prefer_large_media: z.boolean().optional(),
  show_above_text: z.boolean().optional(),
})
const reply = z.strictObject({
  message_id: id,
  chat_id: chat_id.optional(),
  allow_sending_without_reply: z.boolean().optional(),
})
const scope = z.strictObject({
  type: z.enum(['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators']),
})
const command = z.strictObject({
  command: z.string().regex(/^[a-z0-9_]{1,32}$/),
  description: z.string().min(1).max(256),
})

const sendMessage = {
  chat_id,
  message_thread_id: integer.optional(),
  text: z.string(),
  entities: z.array(entity).optional(),
  link_preview_options: preview.optional(),
  disable_notification: z.boolean().optional(),
  protect_content: z.boolean().optional(),
  reply_parameters: reply.optional(),
  reply_markup: z.union([keyboard, forceReply]).optional(),
} satisfies Shape<'sendMessage'>

/** `attach://name` of a file of the same form. */
const attached = z.string().regex(/^attach:\/\/./)

const sendPhoto = {
  chat_id,
  message_thread_id: integer.optional(),
  photo: attached,
  caption: z.string().optional(),
  caption_entities: z.array(entity).optional(),
  disable_notification: z.boolean().optional(),
  reply_parameters: reply.optional(),
  reply_markup: keyboard.optional(),
} satisfies Shape<'sendPhoto'>

const editMessageMedia = {
  chat_id,
  message_id: id,
  media: z.strictObject({
    type: z.literal('photo'),
    media: attached,
    caption: z.string().optional(),
    caption_entities: z.array(entity).optional(),
  }),
  reply_markup: keyboard.optional(),
} satisfies Shape<'editMessageMedia'>

const editMessageText = {
  chat_id,
  message_id: id,
  text: z.string(),
  entities: z.array(entity).optional(),
  link_preview_options: preview.optional(),
  reply_markup: keyboard.optional(),
} satisfies Shape<'editMessageText'>

const editMessageReplyMarkup = {
  chat_id,
  message_id: id,
  reply_markup: keyboard.optional(),
} satisfies Shape<'editMessageReplyMarkup'>

const pinChatMessage = {
  chat_id,
  message_id: id,
  disable_notification: z.boolean().optional(),
} satisfies Shape<'pinChatMessage'>

const unpinChatMessage = { chat_id, message_id: id } satisfies Shape<'unpinChatMessage'>

const deleteMessage = { chat_id, message_id: id } satisfies Shape<'deleteMessage'>

const answerCallbackQuery = {
  callback_query_id: z.string(),
  text: z.string().optional(),
  show_alert: z.boolean().optional(),
  cache_time: integer.optional(),
} satisfies Shape<'answerCallbackQuery'>

const getUpdates = {
  offset: integer.optional(),
  limit: integer.min(1).max(100).optional(),
  timeout: integer.min(0).optional(),
  allowed_updates: z.array(z.string()).optional(),
} satisfies Shape<'getUpdates'>

const deleteWebhook = {
  drop_pending_updates: z.boolean().optional(),
} satisfies Shape<'deleteWebhook'>

const getChat = { chat_id } satisfies Shape<'getChat'>

const getChatAdministrators = {
  chat_id,
  return_bots: z.boolean().optional(),
} satisfies Shape<'getChatAdministrators'>

const getChatMember = { chat_id, user_id: id } satisfies Shape<'getChatMember'>

const setMyCommands = {
  commands: z.array(command).max(100),
  scope: scope.optional(),
  language_code: z.string().optional(),
} satisfies Shape<'setMyCommands'>

const getMyCommands = {
  scope: scope.optional(),
  language_code: z.string().optional(),
} satisfies Shape<'getMyCommands'>

const sendChatAction = {
  chat_id,
  message_thread_id: integer.optional(),
  action: z.enum(['typing', 'upload_photo']),
} satisfies Shape<'sendChatAction'>

const METHODS = {
  getMe: z.strictObject({}),
  deleteWebhook: z.strictObject(deleteWebhook),
  getUpdates: z.strictObject(getUpdates),
  sendMessage: z.strictObject(sendMessage),
  sendPhoto: z.strictObject(sendPhoto),
  editMessageText: z.strictObject(editMessageText),
  editMessageMedia: z.strictObject(editMessageMedia),
  editMessageReplyMarkup: z.strictObject(editMessageReplyMarkup),
  pinChatMessage: z.strictObject(pinChatMessage),
  unpinChatMessage: z.strictObject(unpinChatMessage),
  deleteMessage: z.strictObject(deleteMessage),
  answerCallbackQuery: z.strictObject(answerCallbackQuery),
  getChat: z.strictObject(getChat),
  getChatAdministrators: z.strictObject(getChatAdministrators),
  getChatMember: z.strictObject(getChatMember),
  setMyCommands: z.strictObject(setMyCommands),
  getMyCommands: z.strictObject(getMyCommands),
  sendChatAction: z.strictObject(sendChatAction),
} as const

export type Method = keyof typeof METHODS
export type Params<M extends Method> = z.output<(typeof METHODS)[M]>
export type Entity = z.output<typeof entity>
export type ForceReply = z.output<typeof forceReply>
export type Keyboard = z.output<typeof keyboard>

export const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name)

/** The parameters, or the refusal that names the first thing wrong with them. */
export function readParams<M extends Method>(method: M, body: unknown): Params<M> {
  const read = METHODS[method].safeParse(body)
  if (read.success) return read.data as Params<M>
  const [issue] = read.error.issues
  if (issue?.code === 'unrecognized_keys')
    throw new Refusal(400, `Bad Request: unknown parameter ${issue.keys.join(', ')}`)
  throw badRequest(`parameter ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`)
}
