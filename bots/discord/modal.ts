import {
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js'
import { plain } from '../../src/kernel/index.ts'
import type { Form } from '../commands/index.ts'

const LIMITS = { title: 45, label: 45, placeholder: 100 } as const
/** From here on a text does not fit into one line of the input. */
const PARAGRAPH = 256

const CUSTOM_ID = /^v1:form:(.+)$/

/** A form as Discord shows it; what it carries is the line that is gone on with. */
export const toModal = ({
  title,
  line,
  fields,
}: Form): APIModalInteractionResponseCallbackData => ({
  custom_id: `v1:form:${line}`,
  title: plain(title, LIMITS.title),
  components: fields.map(({ name, label, example, longest, required }) => ({
    type: ComponentType.Label,
    label: plain(label, LIMITS.label),
    component: {
      type: ComponentType.TextInput,
      custom_id: name,
      style: longest > PARAGRAPH ? TextInputStyle.Paragraph : TextInputStyle.Short,
      placeholder: plain(example, LIMITS.placeholder),
      max_length: longest,
      required,
    },
  })),
})

/** The line of a form that was filled in, and what with; nothing for one of another version. */
export function readModal({
  customId,
  fields,
}: ModalSubmitInteraction): { line: string; given: Record<string, string> } | undefined {
  const [, line] = CUSTOM_ID.exec(customId) ?? []
  if (line === undefined) return undefined
  const given = fields.fields.map((field): [string, string] => [
    field.customId,
    'value' in field ? String(field.value) : '',
  ])
  return { line, given: Object.fromEntries(given) }
}
