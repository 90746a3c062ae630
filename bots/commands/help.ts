import { cut, probablyMeant } from '../../src/kernel/index.ts'
import { z } from 'zod'
import { typed } from './answers.ts'
import { type Command, GROUPS, type OpenCall, type OpenCommand, openCommand } from './command.ts'
import { no, refusal, say } from './compose.ts'
import { facts, line, note, type Reply, type Run, text, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  unknown: 'There is no command {command}.',
  unknownShort: 'There is no such command.',
  meant: 'Did you mean {command}? {example}',
  help: 'What there is: {line}',
  hello: 'Uptalk watches your services and tells you here.',
  group: '{commands} — {example}',
  moreAboutOne: 'More about one: {example}',
  one: '{usage} — {summary}',
  role: 'Role',
  anyone: 'anyone',
  example: 'Example',
  allAbout: 'All about {word}',
} as const

const LONGEST_SHOWN = 60

/** `pause <monitor> [for] [reason]` */
const usageOf = ({ card }: Command): string =>
  [card.name, ...card.options.map((it) => (it.required ? `<${it.name}>` : `[${it.name}]`))].join(
    ' ',
  )

/** A word that is no command; the one that was probably meant is offered, or help. */
export function unknownCommand(
  { place }: Pick<OpenCall, 'place'>,
  commands: readonly Command[],
  word: string,
): Reply {
  const first = word.split(' ')[0]!.toLowerCase()
  const names = commands.flatMap(({ card }) => [card.name, card.name.split(' ')[0]!])
  const meant = probablyMeant(word, names)
  const near = commands.find(({ card }) => `${card.name} `.startsWith(`${meant} `))
  const group = names.includes(first) ? ` ${first}` : ''
  const hint =
    near === undefined
      ? words(SAYS.help, { line: typed(place, `help${group}`) })
      : words(SAYS.meant, { command: near.card.name, example: typed(place, near.card.example) })
  return no(fill(SAYS.unknown, { command: verbatim(cut(word, LONGEST_SHOWN)) }), {
    body: [line(text(hint))],
    exitCode: 2,
    value: refusal('command_unknown', SAYS.unknownShort),
  })
}

function helpReply({ place }: OpenCall, commands: readonly Command[]): Reply {
  const groups = Object.entries(GROUPS).map(([group, label]): [string, readonly Run[]] => {
    const mine = commands.filter((command) => command.group === group)
    const names = [...new Set(mine.map(({ card }) => card.name.split(' ')[0]))].join(', ')
    const example = typed(place, mine[0]?.card.example ?? '')
    return [label, fill(SAYS.group, { commands: names, example })]
  })
  return say(fill(SAYS.hello), {
    audience: 'asker',
    body: [
      facts(...groups),
      note(...fill(SAYS.moreAboutOne, { example: typed(place, 'help pause') })),
    ],
    value: commands.map(({ card }) => card),
  })
}

function oneReply({ place }: OpenCall, command: Command): Reply {
  const { card, role } = command
  const options = card.options.map((it): [string, readonly Run[]] => [it.name, [text(it.summary)]])
  return say(fill(SAYS.one, { usage: typed(place, usageOf(command)), summary: card.summary }), {
    audience: 'asker',
    body: [
      ...(options.length === 0 ? [] : [facts(...options)]),
      facts(
        [SAYS.role, [text(role ?? SAYS.anyone)]],
        [SAYS.example, [text(typed(place, card.example))]],
      ),
    ],
    value: { ...card, role },
  })
}

/** All of a group: one line each. */
const groupReply = ({ place }: OpenCall, word: string, members: readonly Command[]): Reply =>
  say(fill(SAYS.allAbout, { word }), {
    audience: 'asker',
    body: [
      ...members.map((it) =>
        line(...fill(SAYS.one, { usage: usageOf(it), summary: it.card.summary })),
      ),
      ...members.slice(1).map(({ card }) => note(text(typed(place, card.example)))),
    ],
    value: members.map(({ card }) => card),
  })

/** Help over the commands there are; the list is handed in, being made of files like this one. */
export function buildHelp(commands: () => readonly Command[]): OpenCommand {
  return openCommand({
    name: 'help',
    summary: 'What can be asked here; or all about one command',
    example: 'help pause',
    group: 'here',
    options: [
      {
        name: 'command',
        summary: 'One command instead of all',
        kind: 'text',
        required: false,
        greedy: true,
      },
    ],
    schema: { command: z.string().trim().optional() },
    audience: 'asker',
    run: async (call, { command: word }) => {
      const all = commands()
      if (word === undefined) return helpReply(call, all)
      const wanted = word.toLowerCase()
      const found = all.find(({ card }) => card.name === wanted)
      const members = all.filter(({ card }) => card.name.startsWith(`${wanted} `))
      if (members.length > 0) return groupReply(call, wanted, members)
      return found === undefined ? unknownCommand(call, all, word) : oneReply(call, found)
    },
  })
}
