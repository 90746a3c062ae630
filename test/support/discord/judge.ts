import type { APIEmbed } from 'discord.js'
import {
  ApplicationCommandAutocompleteCallbackRequestSchema,
  ApplicationCommandUpdateRequestSchema,
  CreateMessageInteractionCallbackRequestSchema,
  IncomingWebhookRequestPartialSchema,
  IncomingWebhookUpdateRequestPartialSchema,
  MessageCreateRequestSchema,
  MessageEditRequestPartialSchema,
  ModalInteractionCallbackRequestSchema,
  PongInteractionCallbackRequestSchema,
  UpdateMessageInteractionCallbackRequestSchema,
} from 'discord-api-spec/zod'
import type { ZodMiniType } from 'zod/mini'
import { type Body, buttonsOf } from './world.ts'

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
  9: ModalInteractionCallbackRequestSchema,
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

function sizeOf({ title, description, fields, footer, author }: APIEmbed): number {
  const texts = [title, description, footer?.text, author?.name]
  for (const { name, value } of fields ?? []) texts.push(name, value)
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
}

function judgeEmbed({ fields = [], description, title, footer, image }: APIEmbed): string[] {
  const problems = footer === undefined ? [] : tooLong('footer.text', footer.text, 2048)
  if ([description, title, image].every((it) => it === undefined) && fields.length === 0)
    problems.push('embed: empty')
  for (const { name, value } of fields)
    problems.push(
      ...tooLong('field.name', name.trim(), 256),
      ...tooLong('field.value', value.trim(), 1024),
    )
  return problems
}

/** The limits that are published, but not in the schema. */
function byLimits(body: Body): string[] {
  const { content, embeds, components } = body
  const problems = (embeds ?? []).flatMap(judgeEmbed)
  const whole = (embeds ?? []).reduce((sum, embed) => sum + sizeOf(embed), 0)
  if (whole > 6000) problems.push(`embeds: ${whole} characters, at most 6000`)
  if ((content ?? '').length > 2000) problems.push('content: more than 2000 characters')
  if ((components ?? []).length > 5) problems.push('components: more than 5 rows')
  const buttons = buttonsOf({ body })
  for (const { label, custom_id } of buttons)
    problems.push(...tooLong('label', label, 80), ...tooLong('custom_id', custom_id, 100))
  if (new Set(buttons.map(({ custom_id }) => custom_id)).size < buttons.length)
    problems.push('components: custom_id given twice')
  return problems
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
  if (body.type === 9) {
    const { components } = body.data as Modal
    const names = components.map(({ component }) => component.custom_id)
    if (components.length > 5) problems.push('modal: more than 5 components')
    if (new Set(names).size < names.length) problems.push('modal: custom_id given twice')
  }
  return problems
}

/** A form, as far as ours have them: labels with a text input each. */
export interface Modal {
  readonly custom_id: string
  readonly title: string
  readonly components: readonly {
    readonly label: string
    readonly component: {
      readonly custom_id: string
      readonly required?: boolean
      readonly max_length?: number
    }
  }[]
}

/** What the client of whoever fills it in does not let pass. */
export function judgeFilled(
  { components }: Modal,
  values: Readonly<Record<string, string>>,
): string[] {
  return components.flatMap(({ component: { custom_id, required, max_length = 4000 } }) => {
    const value = values[custom_id] ?? ''
    if (value === '' && required === false) return []
    return tooLong(custom_id, value, max_length)
  })
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
  const problems = tooLong(`${here} description`, description, 100)
  const wrong = (is: boolean, what: string) => {
    if (is) problems.push(`${here}: ${what}`)
  }
  wrong(!NAME.test(name) || name !== name.toLowerCase(), 'not a name')
  wrong(options.length > 25, 'more than 25 options')
  wrong(choices.length > 25, 'more than 25 choices')
  wrong(choices.length > 0 && autocomplete === true, 'choices and autocomplete')
  wrong(new Set(options.map((it) => it.name)).size < options.length, 'the same name twice')
  wrong(
    required.includes(false) && required.includes(true, required.indexOf(false)),
    'required options come first',
  )
  return problems.concat(...options.map((it) => judgeOption(it, here)))
}

export function judgeCommands(commands: readonly unknown[]): string[] {
  const problems: string[] = []
  for (const command of commands) {
    problems.push(...bySchema(ApplicationCommandUpdateRequestSchema, command))
    problems.push(...judgeOption(command as Option, ''))
    if (treeSize(command as Option) > 8000) problems.push('tree: more than 8000 characters')
  }
  return problems
}
