import { Command } from 'commander'
import { readSettings } from '../../src/config.ts'
import { InvalidInput, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { openLog } from '../../src/log.ts'
import { openOutlook } from '../../src/outlook.ts'
import { isMonitorType, look, type MonitorType, PROBES } from '../../src/probes/index.ts'
import { openDatabase } from '../../src/storage/index.ts'
import { guessTarget, parseDuration } from '../commands/index.ts'
import type { Exit } from './exits.ts'
import type { TerminalIo } from './io.ts'
import { readAddress, readOptions } from './probe-options.ts'
import { reportLook } from './probe-report.ts'

const EXIT: Readonly<Record<'up' | 'degraded' | 'down' | 'unknown', Exit>> = {
  up: 0,
  degraded: 0,
  down: 1,
  unknown: 3,
}
const KINDS = Object.keys(PROBES).map((kind) => kind.toLowerCase())
const TIMEOUT_RULE = 'must be 1s to 60s'

/** `probe https://…` guesses, `probe ssl host` is told. */
function readTarget(words: readonly string[]): {
  readonly type: MonitorType
  readonly url: string
  readonly options: readonly string[]
} {
  const [first = '', second, ...rest] = words
  const said = first.toUpperCase()
  const isSaid = isMonitorType(said) && second !== undefined && !second.includes('=')
  const { type, url } = isSaid ? guessTarget(second, said) : guessTarget(first)
  const options = isSaid ? rest : words.slice(1)
  return { type, url: readAddress(type, url), options }
}

function readTimeout(typed: string): number {
  const ms = parseDuration(/^\d+$/.test(typed) ? `${typed}s` : typed)
  if (ms !== undefined && ms >= SECOND && ms <= MINUTE) return ms
  const message = `${TIMEOUT_RULE}, not ${JSON.stringify(typed)}`
  throw new InvalidInput([{ path: '--timeout', code: 'range', message }])
}

/** One look from here: nothing is kept, and nobody needs to run. */
export const probeCommand = (io: TerminalIo, done: (code: number) => void): Command =>
  new Command('probe')
    .description('Look at anything once, now, and show what was seen, phase by phase')
    .argument(
      '<target...>',
      `an address; before it its kind where that is not clear (${KINDS.join(', ')}); behind it options as name=value`,
    )
    .option('--timeout <time>', 'give up after, 1s to 60s', '30s')
    .option('--json', 'the outcome as JSON')
    .addHelpText(
      'after',
      `
Examples:
  uptalk probe https://example.com bodyContains=hello expectedStatuses=200,204
  uptalk probe ssl example.com:8443 servername=www.example.com
  uptalk probe ping 10.0.0.7 packets=5

Exit codes: 0 up or degraded, 1 down, 2 a slip, 3 we could not look`,
    )
    .action(
      async (words: string[], { timeout, json = false }: { timeout: string; json?: boolean }) => {
        const timeoutMs = readTimeout(timeout)
        const { type, url, options: given } = readTarget(words)
        const options = readOptions(type, given)
        const settings = readSettings(io.env, io.folder)
        const log = openLog({ ...settings, LOG_LEVEL: 'error' }, io.err)
        await using opened = new AsyncDisposableStack()
        // What registries say is kept for as long as this look takes.
        const db = opened.adopt(await openDatabase(':memory:'), (it) => it.destroy())
        const ending = new AbortController()
        const outcome = await look(
          type,
          { url, timeoutMs, options, isAsked: true },
          ending.signal,
          {
            ...openOutlook(db, settings, log),
            onBug: (error) => {
              throw error
            },
          },
        )
        const text = json ? JSON.stringify(outcome, null, 2) : reportLook(type, url, outcome)
        io.out.write(`${text}\n`)
        done(EXIT[outcome.status])
      },
    )
