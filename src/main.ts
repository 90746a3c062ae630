import type { Log } from './kernel/index.ts'
import type { Running } from './start.ts'

const LIFE_AFTER_SIGNAL_MS = 9500

/** What says of itself how a start that could not be ends; anything else is a bug. */
function exitCodeOf(error: unknown): number {
  const { exitCode } = error as { readonly exitCode?: unknown }
  return error instanceof Error && typeof exitCode === 'number' ? exitCode : 70
}

const end = (code: number): never => process.exit(code)

interface Life {
  readonly running: Running
  readonly log: Log
}

/** The first signal ends what runs, or is still starting; a second one ends it at once. */
function endBySignal(life: Promise<Life>): void {
  let isEnding = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isEnding) end(130)
      isEnding = true
      setTimeout(() => end(1), LIFE_AFTER_SIGNAL_MS).unref()
      void life.then(async ({ running, log }) => {
        log.info({ signal }, 'ending')
        await running[Symbol.asyncDispose]()
        log.info({}, 'ended')
        return end(0)
      })
    })
}

async function live(): Promise<Life> {
  const { readSettings } = await import('./config.ts')
  const { systemChance, systemClock } = await import('./kernel/index.ts')
  const { openLog } = await import('./log.ts')
  const settings = readSettings()
  // Whoever reads the log may leave: that is no reason to stop watching, or not to end well. In a
  // command of the shell it would be one, and that listener is there already.
  for (const stream of [process.stdout, process.stderr])
    stream.removeAllListeners('error').on('error', () => {})
  const log = openLog(settings, process.stdout)
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (err: unknown) => {
      log.error({ err }, 'bug')
      end(70)
    })
  const { inviteLink, start } = await import('./start.ts')
  const running = await start(settings, log)
  const { welcome } = await import('./welcome.ts')
  const { isTTY } = process.stdout
  const tools = { clock: systemClock, chance: systemChance }
  const link = (code: string) => inviteLink(settings, code)
  process.stdout.write(await welcome(running.db, tools, settings, running.url, isTTY, link))
  return { running, log }
}

/**
 * Runs until a signal: 0 after a clean end, otherwise the code that says why it could not. Signals
 * are heard before the rest is loaded: process 1 of a container does not even die of an early one.
 */
export async function main(): Promise<void> {
  const life = Promise.withResolvers<Life>()
  endBySignal(life.promise)
  try {
    life.resolve(await live())
  } catch (error) {
    const isSaid = exitCodeOf(error) !== 70 && error instanceof Error
    process.stderr.write(`${isSaid ? error.message : String((error as Error).stack ?? error)}\n`)
    end(exitCodeOf(error))
  }
}

if (import.meta.main) await main()
