import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { schedule } from 'node-cron'
import { ensureAccount } from './accounts/index.ts'
import { buildApi, type Health } from './api/index.ts'
import { readSettings, type Settings, SettingsTrouble } from './config.ts'
import { startEngine } from './engine/index.ts'
import { readNews } from './incidents/index.ts'
import { DAY, type Log, type Part, systemChance, systemClock } from './kernel/index.ts'
import { openLog } from './log.ts'
import type { Looker } from './monitors/index.ts'
import { openNetwork } from './network/index.ts'
import { type Messenger, queueBlindness, startDelivery } from './notifications/index.ts'
import { look } from './probes/index.ts'
import { forgetOld } from './retention/index.ts'
import {
  bindAccount,
  DatabaseTrouble,
  type Db,
  holdDatabase,
  openDatabase,
  openSealer,
  seenUpdates,
} from './storage/index.ts'
import { VERSION } from './version.ts'
import { welcome } from './welcome.ts'

/** What runs, and where it is reached. */
export interface Running extends AsyncDisposable {
  readonly url: string
  readonly db: Db
}

export interface Extras {
  /** More places to tell, by channel kind; the demo has its own. */
  readonly messengers?: Readonly<Record<string, Messenger>>
}

const [clock, chance] = [systemClock, systemChance]
const LIFE_AFTER_SIGNAL_MS = 9500
/** Long enough for another process's write, short enough for all who wait meanwhile. */
const BUSY_MS = 500
const TIDY_SCHEDULE = '17 * * * *'

/**
 * Opens, wires and starts everything; what opened last closes first, also when starting fails.
 * @throws DatabaseTrouble, PortTrouble
 */
export async function start(settings: Settings, log: Log, extras: Extras = {}): Promise<Running> {
  await using opened = new AsyncDisposableStack()
  const file = path.resolve(settings.DATABASE_PATH)
  opened.use(holdDatabase(file))
  const db = opened.adopt(await openDatabase(file, { busyMs: BUSY_MS }), (it) => it.destroy())
  const sealer = await openSealer(db, file, settings.SECRET_KEY, chance)
  await ensureAccount(db, clock.now(), settings.DEFAULT_PLAN)

  const tools = { clock, chance, log }
  const network = openNetwork({
    privateTargets: settings.PROBE_PRIVATE_TARGETS,
    dnsServers: settings.DNS_SERVERS,
  })
  const messengers: Record<string, Messenger> = { ...extras.messengers }
  const delivery = opened.use(
    startDelivery(db, {
      ...tools,
      messengers,
      readNews: (unbound, accountId, id) => readNews(bindAccount(unbound, accountId), id),
    }),
  )
  const userAgent = `Uptalk/${VERSION} (+${settings.PUBLIC_URL ?? 'self-hosted uptime monitoring'})`
  const engine = opened.use(
    startEngine(db, {
      ...tools,
      sealer,
      onNews: () => delivery.wake(),
      sight: {
        network,
        canaries: settings.CANARY_HOSTS,
        onReturn: async (from, to) => {
          await queueBlindness(db, from, to)
          delivery.wake()
        },
      },
      probe: (monitor, signal) =>
        look(monitor.type, monitor, signal, {
          clock,
          network,
          userAgent,
          onBug: (err) => log.error({ err, monitor: monitor.name }, 'probe broke'),
        }),
    }),
  )

  const looker: Looker = {
    check: (bound, id) => engine.check(bound, id),
    nudge: () => {
      engine.nudge()
      delivery.wake()
    },
  }

  const parts: Part[] = [engine, delivery]
  const toolsFor = (platform: string) => ({ ...tools, onBack: () => delivery.back(platform) })
  const off: string[] = []
  let isReady = false
  opened.defer(() => {
    isReady = false
  })
  const health = (): Health => {
    const states: Record<string, string> = {
      storage: engine.counts().isStoring ? 'ok' : 'failing',
      internet: engine.counts().isBlind ? 'lost' : 'ok',
      ...Object.fromEntries(parts.map((part) => [part.name, part.state()])),
      ...Object.fromEntries(off.map((name) => [name, 'off'])),
    }
    const isWell = Object.values(states).every((state) => ['ok', 'off'].includes(state))
    return { ready: isReady, status: isWell ? 'ok' : 'degraded', parts: states }
  }
  const api = opened.adopt(
    buildApi({
      db,
      ...tools,
      sealer,
      looker,
      health,
      settings: {
        publicUrl: settings.PUBLIC_URL ?? null,
        allowInsecureHttp: settings.ALLOW_INSECURE_HTTP,
        trustedProxies: settings.TRUSTED_PROXIES,
        unknown: settings.API_UNKNOWN,
        version: VERSION,
      },
    }),
    (it) => it.close(),
  )
  await listen(api, settings)
  const { port } = api.server.address() as AddressInfo
  isReady = true

  const { buildDesk, wordNews } = await import('../bots/commands/index.ts')
  const desk = buildDesk({
    db,
    ...tools,
    sealer,
    looker,
  })
  if (settings.DISCORD_TOKEN === undefined) off.push('discord')
  else {
    const { openDiscord } = await import('../bots/discord/index.ts')
    const access = { token: settings.DISCORD_TOKEN, apiUrl: settings.DISCORD_API_URL }
    const { part, messenger } = openDiscord(access, desk, wordNews, toolsFor('discord'))
    parts.push(opened.use(part))
    messengers['discord'] = messenger
  }
  if (settings.TELEGRAM_TOKEN === undefined) off.push('telegram')
  else {
    const { openTelegram } = await import('../bots/telegram/index.ts')
    const access = { token: settings.TELEGRAM_TOKEN, apiUrl: settings.TELEGRAM_API_URL }
    const { part, messenger } = openTelegram(
      access,
      desk,
      wordNews,
      seenUpdates(db),
      toolsFor('telegram'),
    )
    parts.push(opened.use(part))
    messengers['telegram'] = messenger
  }
  delivery.wake()

  const tidy = schedule(TIDY_SCHEDULE, async () => {
    try {
      await forgetOld(db, clock.now(), settings.RETAIN_CHECKS * DAY)
    } catch (err) {
      log.error({ err }, 'old rows not forgotten')
    }
  })
  opened.defer(() => tidy.destroy())

  const url = `http://${settings.HOST.includes(':') ? `[${settings.HOST}]` : settings.HOST}:${port}`
  log.info({ url, version: VERSION, watched: engine.counts().watched }, 'ready')
  const kept = opened.move()
  return { url, db, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** The API cannot be reached where it was asked to be. */
class PortTrouble extends Error {
  override readonly name = 'PortTrouble'
}

async function listen(api: ReturnType<typeof buildApi>, { HOST, PORT }: Settings): Promise<void> {
  try {
    await api.listen({ host: HOST, port: PORT })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE')
      throw new PortTrouble(`PORT must be a free port; ${PORT} is taken by another program.`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new PortTrouble(`HOST must be an address of this machine, not "${HOST}".`)
    if (code === 'EACCES') throw new PortTrouble(`PORT must be one this user may use, not ${PORT}.`)
    throw error
  }
}

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
      const tools = { clock, chance }
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
