import type {
  APIActionRowComponent,
  APIButtonComponentWithCustomId,
  APIEmbed,
  APIEmbedField,
} from 'discord.js'
import { cut, plain } from '../../src/kernel/index.ts'
import {
  type Action,
  type Node,
  type Reply,
  SIGNS,
  type StateSign,
  words,
} from '../commands/index.ts'
import { boldName, isPlain, writePlain, writeRuns } from './text.ts'

const SAYS = {
  moreLines: '… and {count} more',
  moreFacts: 'and {count} more',
} as const

/** What a message says, as the API takes it. */
export interface DiscordPayload {
  readonly content: string
  readonly embeds: readonly APIEmbed[]
  readonly components: readonly APIActionRowComponent<APIButtonComponentWithCustomId>[]
  /** The files that go with it, by their place among them. */
  readonly attachments?: readonly {
    readonly id: string
    readonly filename: string
    readonly description: string
  }[]
  /** Nobody is ever rung by words in a message, but whom the channel chose. */
  readonly allowed_mentions: {
    readonly parse: readonly 'everyone'[]
    readonly roles?: readonly string[]
    readonly users?: readonly string[]
  }
}

const LIMITS = {
  content: 2000,
  description: 4096,
  fields: 25,
  label: 256,
  value: 1024,
  footer: 1024,
  /** Of the 6000 an embed may hold in all, what fields may take; the rest is the description's. */
  allFields: 2500,
  embed: 6000,
  buttons: 25,
  rowOfButtons: 5,
  buttonLabel: 80,
  alt: 1024,
} as const

const COLOURS: Readonly<Partial<Record<StateSign | Reply['tone'], number>>> = {
  up: 0x2ecc71,
  ok: 0x2ecc71,
  degraded: 0xf1c40f,
  warn: 0xf1c40f,
  down: 0xe74c3c,
  bad: 0xe74c3c,
}
const GREY = 0x95a5a6

/** Room kept for "… and 1234 more". */
const MORE = 24

function linesOf(node: Node): string[] {
  switch (node.kind) {
    case 'line':
      return [writeRuns(node.runs, LIMITS.value)]
    case 'rows':
      return node.rows.map(({ state, name, tail }) => {
        const after = writeRuns(tail, LIMITS.value)
        return `${SIGNS[state]} ${boldName(name)}${after === '' ? '' : ` · ${after}`}`
      })
    case 'note':
      // What a footer can hold is there; a time is Markdown and stays among the lines.
      return isPlain(node.runs) ? [] : [`-# ${writeRuns(node.runs, LIMITS.value)}`]
    default:
      return [] // facts are fields
  }
}

/** As many lines as fit, and how many do not. */
function joinLines(lines: readonly string[], max: number): string {
  let text = ''
  for (const [at, line] of lines.entries()) {
    const next = text === '' ? line : `${text}\n${line}`
    const last = at === lines.length - 1
    if (next.length > (last ? max : max - MORE))
      return `${text}\n${words(SAYS.moreLines, { count: lines.length - at })}`
    text = next
  }
  return text
}

function fieldsOf(body: readonly Node[]): APIEmbedField[] {
  const all = body.flatMap((node) => (node.kind === 'facts' ? node.facts : []))
  const fields: APIEmbedField[] = []
  let size = 0
  for (const [at, [label, runs]] of all.entries()) {
    const value = writeRuns(runs, LIMITS.value).trim()
    const field = {
      name: plain(label, LIMITS.label),
      value: value === '' ? '–' : value,
      inline: true,
    }
    size += field.name.length + field.value.length
    const full = fields.length === LIMITS.fields - 1 && at < all.length - 1
    if (full || size > LIMITS.allFields)
      return [...fields, { name: '…', value: words(SAYS.moreFacts, { count: all.length - at }) }]
    fields.push(field)
  }
  return fields
}

function footerOf(body: readonly Node[]): string {
  const notes = body.flatMap((node) =>
    node.kind === 'note' && isPlain(node.runs) ? [writePlain(node.runs)] : [],
  )
  return cut(notes.filter((note) => note !== '').join(' · '), LIMITS.footer)
}

/** What the chart of a message is called. */
export const CHART_FILE = 'chart.png'

/** A footer alone is no embed: what would stand there becomes lines. */
const withoutFooter = (body: readonly Node[]): readonly Node[] =>
  body.every(({ kind }) => kind === 'note')
    ? body.map((node) => (node.kind === 'note' ? { kind: 'line', runs: node.runs } : node))
    : body

function embedOf(reply: Reply): APIEmbed | undefined {
  const body = withoutFooter(reply.body)
  const fields = fieldsOf(body)
  const footer = footerOf(body)
  const taken = fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
  const room = Math.min(LIMITS.description, LIMITS.embed - taken - footer.length)
  const description = joinLines(body.flatMap(linesOf), room)
  const hasImage = reply.image !== undefined
  if (description === '' && fields.length === 0 && footer === '' && !hasImage) return undefined
  return {
    color: COLOURS[reply.sign ?? reply.tone] ?? GREY,
    ...(description === '' ? {} : { description }),
    ...(fields.length === 0 ? {} : { fields }),
    ...(footer === '' ? {} : { footer: { text: footer } }),
    ...(hasImage ? { image: { url: `attachment://${CHART_FILE}` } } : {}),
  }
}

const buttonOf = ({ label, press, danger, disabled }: Action): APIButtonComponentWithCustomId => ({
  type: 2,
  style: danger === true ? 4 : 2,
  label: plain(label, LIMITS.buttonLabel),
  custom_id: press,
  ...(disabled === true ? { disabled } : {}),
})

function rowsOf(actions: readonly Action[]): DiscordPayload['components'] {
  // The same button twice is refused by the platform.
  const once = [...new Map(actions.map((action) => [action.press, action])).values()]
  const buttons = once.slice(0, LIMITS.buttons).map(buttonOf)
  return Array.from({ length: Math.ceil(buttons.length / LIMITS.rowOfButtons) }, (_, row) => ({
    type: 1,
    components: buttons.slice(row * LIMITS.rowOfButtons, (row + 1) * LIMITS.rowOfButtons),
  }))
}

/**
 * A Reply as a message: one line (what the phone shows and a screen reader reads first), one embed,
 * buttons. Too much of anything is cut at a row, never refused by the platform.
 */
export function renderDiscord(reply: Reply): DiscordPayload {
  const sign = reply.sign === undefined ? '' : `${SIGNS[reply.sign]} `
  const headline = writeRuns(reply.headline, LIMITS.content - sign.length).trim()
  const embed = embedOf(reply)
  return {
    content: `${sign}${headline === '' ? '–' : headline}`,
    embeds: embed === undefined ? [] : [embed],
    components: rowsOf(reply.actions),
    ...(reply.image === undefined
      ? {}
      : {
          attachments: [
            {
              id: '0',
              filename: CHART_FILE,
              description: cut(writePlain(reply.image.alt), LIMITS.alt),
            },
          ],
        }),
    allowed_mentions: { parse: [] },
  }
}

/** The same without all that could be refused: what is said when the platform took offence. */
export const plainForm = ({ content, allowed_mentions }: DiscordPayload): DiscordPayload => ({
  content,
  embeds: [],
  components: [],
  allowed_mentions,
})
