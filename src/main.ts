import { readSettings, SettingsTrouble } from './config.ts'
import { type Log, systemChance, systemClock } from './kernel/index.ts'
import { openLog } from './log.ts'
import { PortTrouble, type Running, start } from './start.ts'
import { DatabaseTrouble } from './storage/index.ts'
import { welcome } from './welcome.ts'

const LIFE_AFTER_SIGNAL_MS = 9500

function exitCodeOf(error: unknown): number {
  if (error instanceof SettingsTrouble || error instanceof PortTrouble) return 78
  if (error instanceof DatabaseTrouble) return error.exitCode
  return 70
}

const end = (code: number): never => process.exit(code)

/** The first signal ends what `run` started, or is still starting; a second one ends it at once. */
async function endBySignal(run: () => Promise<Running>, log: Log): Promise<void> {
  const running = Promise.withResolvers<Running>()
  let isEnding = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (isEnding) end(130)
      isEnding = true
      log.info({ signal }, 'ending')
      setTimeout(() => end(1), LIFE_AFTER_SIGNAL_MS).unref()
      void running.promise
        .then((it) => it[Symbol.asyncDispose]())
        .then(() => {
          log.info({}, 'ended')
          return end(0)
        })
    })
  running.resolve(await run())
}

/** Runs until a signal: 0 after a clean end, otherwise the code that says why it could not. */
export async function main(): Promise<void> {
  try {
    const settings = readSettings()
    const log = openLog(settings, process.stdout)
    for (const event of ['uncaughtException', 'unhandledRejection'] as const)
      process.on(event, (err: unknown) => {
        log.error({ err }, 'bug')
        end(70)
      })
    const run = async () => {
      const running = await start(settings, log)
      const { isTTY } = process.stdout
      const tools = { clock: systemClock, chance: systemChance }
      process.stdout.write(await welcome(running.db, tools, settings, running.url, isTTY))
      return running
    }
    await endBySignal(run, log)
  } catch (error) {
    const isSaid = exitCodeOf(error) !== 70 && error instanceof Error
    process.stderr.write(`${isSaid ? error.message : String((error as Error).stack ?? error)}\n`)
    end(exitCodeOf(error))
  }
}

if (import.meta.main) await main()
