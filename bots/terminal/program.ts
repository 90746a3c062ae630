import { Argument, Command, Option } from 'commander'
import {
  createKey,
  createLinkCode,
  listKeys,
  revokeKeys,
  SCOPES,
} from '../../src/accounts/index.ts'
import { readSettings } from '../../src/config.ts'
import { plain, systemChance, systemClock, toIso } from '../../src/kernel/index.ts'
import { VERSION } from '../../src/version.ts'
import { type CommandCard, CARDS, quoteArgument } from '../commands/index.ts'
import { auditCommand } from './audit.ts'
import { chat } from './chat.ts'
import { EXITS } from './exits.ts'
import { importCommand } from './import.ts'
import { exportCommand } from './export.ts'
import type { TerminalIo } from './io.ts'
import { probeCommand } from './probe.ts'
import { say } from './say.ts'
import { openSession } from './session.ts'

interface Common {
  readonly account?: string
  readonly json?: boolean
  readonly yes?: boolean
}

type Done = (code: number) => void

const accountOption = () => new Option('--account <name>', 'the account; the first one if left out')

/** A command that is handed on as a line: `line`, then its arguments. */
function lineCommand(io: TerminalIo, done: Done, name: string, line: string): Command {
  const command = new Command(name)
    .addOption(accountOption())
    .option('--json', 'the value as JSON')
    .option('--yes', 'confirm what is asked')
    .allowExcessArguments(true)
  return command.action(async () => {
    // A group takes its words' options, too.
    const { account, json = false, yes = false } = command.optsWithGlobals<Common>()
    await using session = await openSession(io, account)
    const words = [line, ...command.args.map(quoteArgument)].join(' ')
    const reply = await session.desk.runLine(session.ask, words)
    done(await say(io, session, { json, yes }, reply))
    // For whoever sits here; a script knows what it started.
    if (io.out.isTTY === true && !session.isWatched())
      io.err.write(
        'Nobody watches now: Uptalk does not run on this database. Start it: npm start\n',
      )
  })
}

/** One sub-command from a card: its options as arguments, in order or as `name=value`. */
function chatCommand(io: TerminalIo, done: Done, card: CommandCard): Command {
  const command = lineCommand(io, done, card.name.split(' ').at(-1)!, card.name)
    .description(card.summary)
    .addHelpText('after', `\nExample: uptalk ${card.example}`)
  for (const [at, { name, summary, required }] of card.options.entries()) {
    const many = at === card.options.length - 1 ? '...' : ''
    const form = required ? `<${name}${many}>` : `[${name}${many}]`
    command.addArgument(new Argument(form, summary))
  }
  return command
}

/** The chat's commands; those of two words as a group, which takes a line without the second, too. */
function chatCommands(io: TerminalIo, done: Done, cards: readonly CommandCard[]): Command[] {
  const groups = Map.groupBy(cards, ({ name }) => name.split(' ')[0]!)
  return [...groups].map(([word, members]) => {
    const [only] = members
    if (only!.name === word) return chatCommand(io, done, only!)
    const group = lineCommand(io, done, word, word)
      .description(`All about ${word}`)
      .addArgument(new Argument('[words...]'))
    for (const card of members) group.addCommand(chatCommand(io, done, card))
    return group
  })
}

function keysCommand(io: TerminalIo): Command {
  const keys = new Command('keys').description('API keys')
  keys
    .command('create')
    .description('Make an API key; it is printed here once and never again')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(SCOPES).default('write'))
    .addOption(accountOption())
    .action(async (options: { name: string; scope: string; account?: string }) => {
      await using session = await openSession(io, options.account, true)
      const { name, scope } = options
      const tools = { now: systemClock.now(), chance: systemChance, by: session.by }
      const { key } = await createKey(session.db, tools, { name, scope })
      io.out.write(`${key}\n`)
    })
  keys
    .command('list')
    .description('The live keys: how each begins, its scope, its name, when it was last used')
    .addOption(accountOption())
    .action(async ({ account }: Common) => {
      await using session = await openSession(io, account)
      for (const key of await listKeys(session.db, systemClock.now())) {
        const used = key.lastUsedAt === null ? 'never used' : `used ${toIso(key.lastUsedAt)}`
        const warning = key.exposedAt === null ? '' : '  was in a URL, replace it'
        io.out.write(
          `${key.prefix}****  ${key.scope.padEnd(5)}  ${plain(key.name, 50)}  ${used}${warning}\n`,
        )
      }
    })
  keys
    .command('revoke')
    .description('End a key at once')
    .argument('<prefix>', 'how it begins, as keys list shows it: upty_a1b2')
    .addOption(accountOption())
    .action(async (prefix: string, { account }: Common) => {
      await using session = await openSession(io, account)
      const names = await revokeKeys(session.db, systemClock.now(), session.by, prefix)
      io.out.write(`Revoked: ${names.map((name) => plain(name, 50)).join(', ')}\n`)
    })
  return keys
}

const linkCodeCommand = (io: TerminalIo): Command =>
  new Command('link-code')
    .description('Make a code, good once for 10 min, that ties a chat to an account')
    .addOption(accountOption())
    .action(async ({ account }: Common) => {
      await using session = await openSession(io, account, true)
      const code = await createLinkCode(session.db, systemClock.now(), systemChance, session.by)
      io.out.write(`${code}\n`)
      // A script wants the code alone.
      if (io.out.isTTY !== true) return
      io.err.write(`In the chat: /uptime link ${code}\n`)
      const { inviteLink } = await import('../../src/start.ts')
      const link = await inviteLink(readSettings(io.env, io.folder), code)
      if (link !== undefined) io.err.write(`Into a Telegram group, linked at once: ${link}\n`)
    })

const exitLines = Object.entries(EXITS)
  .map(([code, meaning]) => `  ${code.padStart(2)}  ${meaning}`)
  .join('\n')

/** Everything `uptalk` understands; `done` is told the exit code where it is not 0. */
export function buildProgram(io: TerminalIo, done: Done): Command {
  const program = new Command('uptalk')
    .description('Uptime monitoring that lives in your team’s chat')
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.out.write(text),
      writeErr: (text) => void io.err.write(text),
    })
    .addHelpText(
      'after',
      `\nWords with blanks are quoted, options may be named: uptalk add https://example.com name="Main shop"\n\nExit codes:\n${exitLines}`,
    )
  // The shell's own help knows more than chat's: it has the commands below, too.
  const cards = CARDS.filter(({ name }) => name !== 'help')
  for (const command of chatCommands(io, done, cards)) program.addCommand(command)
  program
    .command('chat')
    .description('A prompt that takes the same commands as a chat')
    .addOption(accountOption())
    .action(async ({ account }: Common) => {
      await using session = await openSession(io, account)
      done(await chat(io, session))
    })
  program.addCommand(keysCommand(io))
  program.addCommand(linkCodeCommand(io))
  program.addCommand(auditCommand(io))
  program.addCommand(exportCommand(io, done))
  program.addCommand(probeCommand(io, done))
  program.addCommand(importCommand(io, done))
  // Loaded only when asked for: a server's parts cost time that a look at the status should not.
  program
    .command('start')
    .description('Run the server: watch, tell, answer')
    .action(async () => {
      const { main } = await import('../../src/main.ts')
      await main()
    })
  program
    .command('demo')
    .description('See it at work: targets that go down and come back, and a prompt')
    .action(async () => (await import('./demo.ts')).main())
  return inherit(program)
}

/** Commands made on their own do not take their parent's settings by themselves. */
function inherit(command: Command): Command {
  for (const child of command.commands) inherit(child.copyInheritedSettings(command))
  return command
}
