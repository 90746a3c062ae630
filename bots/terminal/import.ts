import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Command, Option } from 'commander'
import {
  openKuma,
  openUptyBots,
  type Source,
  type Taken,
  type TakenMonitor,
  takeOver,
} from '../../src/imports/index.ts'
import { InvalidInput, plain, systemClock } from '../../src/kernel/index.ts'
import { counted, words } from '../commands/index.ts'
import type { TerminalIo } from './io.ts'
import { openSession, type Session } from './session.ts'

const SAYS = {
  about: 'Take over monitors and their history from another program',
  aboutKuma: 'From Uptime Kuma: its database, or a JSON backup of its version 1 (without history)',
  aboutUptyBots: 'From UptyBots, or any server with its API, such as another Uptalk',
  file: 'kuma.db of version 1 or 2, or the backup; it is only read, and may be in use',
  url: 'where the API is',
  account: 'the account; the first one if left out',
  dryRun: 'say what would come over, and change nothing',
  json: 'the value as JSON',
  helpKuma: `
A second run takes only what is not here yet; one that was broken off is run again.
What Uptalk cannot watch is named. Channels and status pages stay behind.

Examples:
  uptalk import kuma /var/lib/uptime-kuma/kuma.db --dry-run
  docker cp uptime-kuma:/app/data/. kuma && uptalk import kuma kuma/kuma.db`,
  helpUptyBots: `
The key is read from UPTYBOTS_API_KEY, from the file that UPTYBOTS_API_KEY_FILE names, or asked for;
it needs to read only. A second run takes only what is not here yet.

Examples:
  uptalk import uptybots --dry-run
  uptalk import uptybots --url https://uptalk.example.com`,
  askKey: 'API key of {url}: ',
  urlRule: 'must be a web address such as https://uptybots.com',
  insecure: 'must be https, for the key travels with it',
  keyRule: 'must be an API key: one word, as UptyBots shows it when it is made',
  keyFileRule: 'must name a readable file',
  took: 'Imported {what}.',
  wouldTake: 'Would import {what}. Nothing was changed.',
  what: '{monitors}, {checks}, {outages}',
  notTaken: '{what}; {count} not',
  monitors: { one: '{count} monitor', other: '{count} monitors' },
  checks: { one: '{count} check', other: '{count} checks' },
  outages: { one: '{count} outage', other: '{count} outages' },
  one: '  {name}: {checks}, {outages}.{notes}',
  refused: 'Not imported:',
  refusal: '  {name} ({type}): {why}',
  known: { one: '{count} was here already.', other: '{count} were here already.' },
  left: 'Not taken over: {notifications}, {pages}. Alerts: /uptime link in a chat, or POST /api/channels; pages: POST /api/status_pages.',
  notifications: { one: '{count} notification', other: '{count} notifications' },
  pages: { one: '{count} status page', other: '{count} status pages' },
} as const
const LONGEST_NAME = 50
const LONGEST_WHY = 400
const KEY_NAME = 'UPTYBOTS_API_KEY'

interface Asked {
  readonly account?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

const counts = new Intl.NumberFormat('en-US')

const count = (forms: { readonly one: string; readonly other: string }, of: number): string =>
  counted(forms, of).replace('{count}', counts.format(of))

const sum = (of: readonly number[]): number => of.reduce((total, it) => total + it, 0)

/** What came over of one monitor, and what of it is not as it was. */
function lineOf({ name, checks, outages, notes }: TakenMonitor): string {
  return words(SAYS.one, {
    name: plain(name, LONGEST_NAME),
    checks: count(SAYS.checks, checks),
    outages: count(SAYS.outages, outages),
    notes: notes.map((note) => ` ${plain(note, LONGEST_WHY)}`).join(''),
  })
}

function report({ taken, known, refused, left }: Taken, isTrial: boolean): string {
  const what = words(SAYS.what, {
    monitors: count(SAYS.monitors, taken.length),
    checks: count(SAYS.checks, sum(taken.map(({ checks }) => checks))),
    outages: count(SAYS.outages, sum(taken.map(({ outages }) => outages))),
  })
  const all = refused.length === 0 ? what : words(SAYS.notTaken, { what, count: refused.length })
  const isAnythingLeft = left.notifications + left.statusPages > 0
  return [
    ...taken.map(lineOf),
    ...(refused.length === 0 ? [] : [SAYS.refused]),
    ...refused.map(({ name, type, why }) =>
      words(SAYS.refusal, {
        name: plain(name, LONGEST_NAME),
        type: plain(type, LONGEST_NAME),
        why: plain(why, LONGEST_WHY),
      }),
    ),
    ...(isAnythingLeft
      ? [
          words(SAYS.left, {
            notifications: count(SAYS.notifications, left.notifications),
            pages: count(SAYS.pages, left.statusPages),
          }),
        ]
      : []),
    ...(known.length === 0 ? [] : [count(SAYS.known, known.length)]),
    words(isTrial ? SAYS.wouldTake : SAYS.took, { what: all }),
  ].join('\n')
}

async function takeFrom(
  io: TerminalIo,
  session: Session,
  source: Source,
  { dryRun: isTrial = false, json = false }: Asked,
): Promise<number> {
  const { db, retainChecksDays } = session
  const tools = { ...session.tools, now: systemClock.now() }
  const taken = await takeOver(db, tools, source, { isTrial, retainChecksDays })
  const { taken: monitors, known, refused, left } = taken
  const value = { dryRun: isTrial, monitors, known, refused, left }
  io.out.write(`${json ? JSON.stringify(value, null, 2) : report(taken, isTrial)}\n`)
  return refused.length === 0 ? 0 : 1
}

const refuse = (where: string, message: string): never => {
  throw new InvalidInput([{ path: where, code: 'format', message }])
}

/** Without its slash; a key is sent in clear to this machine only. */
function readUrl(typed: string): string {
  const url = URL.parse(typed)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '')
    return refuse('--url', `${SAYS.urlRule}, not ${JSON.stringify(typed)}`)
  const isHere = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol === 'http:' && !isHere)
    return refuse('--url', `${SAYS.insecure}, not ${JSON.stringify(typed)}`)
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/api$/, '')
}

/** Typed without being shown; an end of input is nothing. */
async function askKey(io: TerminalIo, url: string): Promise<string> {
  const terminal = io.in.isTTY === true
  if (terminal) io.err.write(words(SAYS.askKey, { url }))
  const output = new Writable({ write: (_piece, _encoding, done) => done() })
  const lines = createInterface({ input: io.in, output, terminal })
  try {
    return await new Promise((resolve) => {
      lines.once('line', resolve).once('close', () => resolve(''))
    })
  } finally {
    lines.close()
    if (terminal) io.err.write('\n')
  }
}

async function readKey(io: TerminalIo, url: string): Promise<string> {
  const file = io.env[`${KEY_NAME}_FILE`] ?? ''
  let key = io.env[KEY_NAME] ?? ''
  if (key === '' && file !== '')
    try {
      key = readFileSync(path.resolve(io.folder, file), 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      refuse(`${KEY_NAME}_FILE`, `${SAYS.keyFileRule}, not ${JSON.stringify(file)} (${code})`)
    }
  key = (key === '' ? await askKey(io, url) : key).trim()
  return /^[!-~]+$/.test(key) ? key : refuse(KEY_NAME, SAYS.keyRule)
}

const withOptions = (command: Command): Command =>
  command
    .addOption(new Option('--account <name>', SAYS.account))
    .option('--dry-run', SAYS.dryRun)
    .option('--json', SAYS.json)

/** What another program watched, and what it saw, taken over. */
export function importCommand(io: TerminalIo, done: (code: number) => void): Command {
  const kuma = withOptions(new Command('kuma').description(SAYS.aboutKuma))
    .argument('<file>', SAYS.file)
    .addHelpText('after', SAYS.helpKuma)
    .action(async (file: string, asked: Asked) => {
      await using session = await openSession(io, asked.account)
      const { minIntervalSeconds } = session.tools.limits
      using source = openKuma(path.resolve(io.folder, file), minIntervalSeconds)
      done(await takeFrom(io, session, source, asked))
    })
  const uptybots = withOptions(new Command('uptybots').description(SAYS.aboutUptyBots))
    .addOption(new Option('--url <address>', SAYS.url).default('https://uptybots.com'))
    .addHelpText('after', SAYS.helpUptyBots)
    .action(async (asked: Asked & { readonly url: string }) => {
      const url = readUrl(asked.url)
      const key = await readKey(io, url)
      await using session = await openSession(io, asked.account)
      const { minIntervalSeconds } = session.tools.limits
      const reach = { url, key, clock: systemClock }
      done(await takeFrom(io, session, await openUptyBots(reach, minIntervalSeconds), asked))
    })
  return new Command('import').description(SAYS.about).addCommand(kuma).addCommand(uptybots)
}
