import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js'
import { cut } from '../../src/kernel/index.ts'
import { type CommandCard, type Option, words } from '../commands/index.ts'

const SAYS = {
  uptime: 'Watch your services and talk about it',
  allAbout: 'All about {word}',
} as const

const LONGEST_SUMMARY = 100

const summaryOf = (summary: string): string => cut(summary === '' ? '–' : summary, LONGEST_SUMMARY)

function toOption({ name, summary, kind, required, choices }: Option): APIApplicationCommandOption {
  const common = { name, description: summaryOf(summary), required }
  switch (kind) {
    case 'integer':
      return { ...common, type: ApplicationCommandOptionType.Integer }
    case 'monitor':
      return { ...common, type: ApplicationCommandOptionType.String, autocomplete: true }
    case 'mentionable':
      return { ...common, type: ApplicationCommandOptionType.Mentionable }
    case 'choice':
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        choices: (choices ?? []).slice(0, 25).map((choice) => ({ name: choice, value: choice })),
      }
    default:
      return { ...common, type: ApplicationCommandOptionType.String }
  }
}

const toSubcommand = (name: string, { summary, options }: CommandCard) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description: summaryOf(summary),
  // The platform wants required ones first.
  options: options
    .toSorted((a, b) => Number(b.required) - Number(a.required))
    .map(toOption) as Exclude<APIApplicationCommandOption, { type: 1 | 2 }>[],
})

/** `/uptime` with a sub-command for each card; cards of two words (`alerts on`) make a group. */
export function commandTree(
  cards: readonly CommandCard[],
): RESTPostAPIChatInputApplicationCommandsJSONBody {
  const groups = Map.groupBy(cards, ({ name }) => name.split(' ')[0]!)
  return {
    type: ApplicationCommandType.ChatInput,
    name: 'uptime',
    description: SAYS.uptime,
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    options: [...groups].map(([word, members]) => {
      const alone = members.find(({ name }) => name === word)
      if (alone !== undefined) return toSubcommand(word, alone)
      return {
        type: ApplicationCommandOptionType.SubcommandGroup,
        name: word,
        description: summaryOf(words(SAYS.allAbout, { word })),
        options: members.map((card) => toSubcommand(card.name.slice(word.length + 1), card)),
      }
    }),
  }
}

/** Without what the platform adds (ids, versions, defaults), so that two trees can be compared. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence)
  if (typeof value !== 'object' || value === null) return value
  const it = value as Readonly<Record<string, unknown>>
  const kept = ['type', 'name', 'description', 'value', 'options', 'choices', 'contexts']
  const flags = ['required', 'autocomplete'].filter((flag) => it[flag] === true)
  return [
    ...[...kept, 'integration_types'].map((key) =>
      Array.isArray(it[key]) && it[key].length === 0 ? null : essence(it[key] ?? null),
    ),
    flags,
  ]
}

export const sameTree = (held: unknown, wanted: unknown): boolean =>
  JSON.stringify(essence(held)) === JSON.stringify(essence(wanted))
