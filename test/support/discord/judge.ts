import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  ApplicationCommandUpdateRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  IncomingWebhookRequestPartialSchema,
  IncomingWebhookUpdateRequestPartialSchema,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
  PongInteractionCallbackRequestSchema,
  UpdateMessageInteractionCallbackRequestSchema,
} from 'discord-api-spec/zod'
import type { ZodMiniType } from 'zod/mini'
import { buttonsOf, type Body, type FakeMessage } from './world.ts'

const MESSAGES = {
  post: MessageCreateRequestSchema,
  edit: MessageEditRequestPartialSchema,
  followup: IncomingWebhookRequestPartialSchema,
  editOriginal: IncomingWebhookUpdateRequestPartialSchema,
} as const

const CALLBACKS: Readonly<Record<number, ZodMiniType>> = {
  1: PongInteractionCallbackRequestSchema,
  4: CreateMessageInteractionCallbackRequestSchema,
  5: CreateMessageInteractionCallbackRequestSchema,
  6: UpdateMessageInteractionCallbackRequestSchema,
  7: UpdateMessageInteractionCallbackRequestSchema,
  8: ApplicationCommandAutocompleteCallbackRequestSchema,
}

/** Fields the schema does not know: the platform ignores them, so a typo would go unseen. */
function unknownFields(given: unknown, known: unknown, path: string): string[] {
  if (Array.isArray(given))
    return given.flatMap((item, at) =>
      unknownFields(item, Array.isArray(known) ? known[at] : undefined, `${path}[${at}]`),
    )
  if (typeof given !== 'object' || given === null) return []
  const kept = (known ?? {}) as Readonly<Record<string, unknown>>
  return Object.entries(given).flatMap(([key, value]) =>
    value === undefined
      ? []
      : key in kept
        ? unknownFields(value, kept[key], `${path}.${key}`)
        : [`${path}.${key}: not a field of the API`],
  )
}

function bySchema(schema: ZodMiniType, body: unknown): string[] {
  const read = schema.safeParse(body)
  if (read.success) return unknownFields(body, read.data, 'body')
  return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const tooLong = (what: string, text: string | undefined, max: number): string[] =>
  text === undefined || text === ''
    ? [`${what}: must not be empty`]
    : text.length > max
      ? [`${what}: ${text.length} characters, at most ${max}`]
      : []

/** The limits that are published, but not in the schema. */
function byLimits(body: Body): string[] {
  const embeds = body.embeds ?? []
  const whole = embeds
    .flatMap(({ title, description, fields, footer, author }) => [
      title,
      description,
      footer?.text,
      author?.name,
      ...(fields ?? []).flatMap(({ name, value }) => [name, value]),
    ])
    .reduce((sum, text) => sum + (text?.length ?? 0), 0)
  const buttons = buttonsOf({ body } as FakeMessage)
  const ids = buttons.map(({ custom_id }) => custom_id)
  return [
    ...((body.content ?? '').length > 2000 ? ['content: more than 2000 characters'] : []),
    ...(whole > 6000 ? [`embeds: ${whole} characters, at most 6000`] : []),
    ...embeds.flatMap(({ fields, description, title, footer }) => [
      ...(fields ?? []).flatMap(({ name, value }) => [
        ...tooLong('field.name', name.trim(), 256),
        ...tooLong('field.value', value.trim(), 1024),
      ]),
      ...(footer === undefined ? [] : tooLong('footer.text', footer.text, 2048)),
      ...(description === undefined && title === undefined && (fields ?? []).length === 0
        ? ['embed: empty']
        : []),
    ]),
    ...((body.components ?? []).length > 5 ? ['components: more than 5 rows'] : []),
    ...buttons.flatMap(({ label, custom_id }) => [
      ...tooLong('label', label, 80),
      ...tooLong('custom_id', custom_id, 100),
    ]),
    ...(new Set(ids).size < ids.length ? ['components: custom_id given twice'] : []),
  ]
}

export const isEmpty = (body: Body): boolean =>
  (body.content ?? '') === '' &&
  (body.embeds ?? []).length === 0 &&
  (body.components ?? []).length === 0

export function judgeMessage(kind: keyof typeof MESSAGES, body: unknown): string[] {
  return [...bySchema(MESSAGES[kind], body), ...byLimits(body as Body)]
}

export function judgeCallback(body: { type?: unknown; data?: unknown }): string[] {
  const schema = CALLBACKS[Number(body.type)]
  if (schema === undefined) return [`type: ${String(body.type)} is no callback`]
  const problems = bySchema(schema, body)
  if (body.type === 4 || body.type === 7) problems.push(...byLimits(body.data ?? {}))
  if (body.type === 8) {
    const { choices } = body.data as { choices: { name: string; value: unknown }[] }
    if (choices.length > 25) problems.push('choices: more than 25')
    for (const { name, value } of choices)
      problems.push(...tooLong('choice.name', name, 100), ...tooLong('choice', String(value), 100))
  }
  return problems
}

interface Option {
  readonly type: number
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly autocomplete?: boolean
  readonly choices?: readonly { readonly name: string; readonly value: string | number }[]
  readonly options?: readonly Option[]
}

const NAME = /^[-_'\p{L}\p{N}]{1,32}$/u

/** All the texts of a tree, which may be 8000 characters together. */
export function treeSize({ name, description, choices, options }: Option): number {
  const own = name.length + description.length
  const chosen = (choices ?? []).reduce((sum, it) => sum + `${it.name}${it.value}`.length, 0)
  return own + chosen + (options ?? []).reduce((sum, option) => sum + treeSize(option), 0)
}

function judgeOption(option: Option, path: string): string[] {
  const { name, description, choices = [], options = [], autocomplete } = option
  const here = `${path}/${name}`
  const required = options.map((it) => it.required === true)
  return [
    ...(NAME.test(name) && name === name.toLowerCase() ? [] : [`${here}: not a name`]),
    ...tooLong(`${here} description`, description, 100),
    ...(options.length > 25 ? [`${here}: more than 25 options`] : []),
    ...(choices.length > 25 ? [`${here}: more than 25 choices`] : []),
    ...(choices.length > 0 && autocomplete === true ? [`${here}: choices and autocomplete`] : []),
    ...(new Set(options.map((it) => it.name)).size < options.length ? [`${here}: same names`] : []),
    ...(required.includes(true, required.indexOf(false) + 1) && required.includes(false)
      ? [`${here}: required options come first`]
      : []),
    ...options.flatMap((it) => judgeOption(it, here)),
  ]
}

export function judgeCommands(commands: readonly unknown[]): string[] {
  return commands.flatMap((command) => [
    ...bySchema(ApplicationCommandUpdateRequestSchema, command),
    ...judgeOption(command as Option, ''),
    ...(treeSize(command as Option) > 8000 ? ['tree: more than 8000 characters'] : []),
  ])
}
