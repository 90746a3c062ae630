import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { ensureAccount } from './accounts/index.ts'
import { basePath, buildApi, type Health } from './api/index.ts'
import { type Boards, startBoards } from './boards/index.ts'
import { startChores } from './chores.ts'
import type { Settings } from './config.ts'
import { type Engine, startEngine } from './engine/index.ts'
import { readNews } from './incidents/index.ts'
import { type Log, type Part, systemChance, systemClock } from './kernel/index.ts'
import { breakOffVerifications, type Looker } from './monitors/index.ts'
import {
  type DeliveryPart,
  type Messenger,
  openWebhooks,
  queueBlindness,
  startDelivery,
} from './notifications/index.ts'
import { networkPolicy, openOutlook, type Outlook } from './outlook.ts'
import { type Crew, openCrew } from './probes/index.ts'
import {
  bindAccount,
  type Db,
  holdDatabase,
  openDatabase,
  openSealer,
  type Sealer,
  seenUpdates,
} from './storage/index.ts'
import { VERSION } from './version.ts'

/** What runs, and where it is reached. */
export interface Running extends AsyncDisposable {
  readonly url: string
  readonly db: Db
}

export interface Extras {
  /** More places to tell, by channel kind; the demo has its own. */
  readonly messengers?: Readonly<Record<string, Messenger>>
}

/** The API cannot be reached where it was asked to be. */
class PortTrouble extends Error {
  override readonly name = 'PortTrouble'
  readonly exitCode = 78
}

const [clock, chance] = [systemClock, systemChance]
/** Long enough for another process's write, short enough for all who wait meanwhile. */
const BUSY_MS = 500

/** What the parts are made with and joined by. */
interface Site {
  readonly settings: Settings
  readonly log: Log
  readonly db: Db
  readonly sealer: Sealer
  readonly outlook: Outlook
  readonly messengers: Record<string, Messenger>
  readonly boards: Boards
  readonly crew: Crew
}

function openEngine(
  { settings, log, db, sealer, outlook, boards, crew }: Site,
  delivery: DeliveryPart,
): Engine {
  return startEngine(db, {
    clock,
    chance,
    log,
    sealer,
    onNews: () => {
      delivery.wake()
      boards.wake()
    },
    sight: {
      network: outlook.network,
      canaries: settings.CANARY_HOSTS,
      onReturn: async (from, to) => {
        await queueBlindness(db, from, to)
        delivery.wake()
      },
    },
    probe: (monitor, signal, isAsked) =>
      crew.look(monitor.type, { ...monitor, isAsked }, signal, {
        ...outlook,
        onBug: (err) => log.error({ err, monitor: monitor.name }, 'probe broke'),
      }),
  })
}

/** The platforms whose token is set; their libraries are loaded only then. */
async function openPlatforms(site: Site, delivery: DeliveryPart, looker: Looker): Promise<Part[]> {
  const { settings, log, db, sealer, outlook, messengers, boards } = site
  const { DISCORD_TOKEN, TELEGRAM_TOKEN, SMTP_URL } = settings
  if (DISCORD_TOKEN === undefined && TELEGRAM_TOKEN === undefined && SMTP_URL === undefined)
    return []
  const tools = { clock, chance, log }
  const { buildDesk, wordNews } = await import('../bots/commands/index.ts')
  const refusal = (host: string) => outlook.network.refusal(host)
  const desk = buildDesk({ db, ...tools, sealer, looker, boards, refusal })
  const toolsFor = (platform: string) => ({ ...tools, onBack: () => delivery.back(platform) })
  const parts: Part[] = []
  if (settings.SMTP_URL !== undefined && settings.SMTP_FROM !== undefined) {
    const { openMail } = await import('../bots/email/index.ts')
    const access = { url: settings.SMTP_URL, from: settings.SMTP_FROM }
    messengers['email'] = openMail(access, wordNews, tools)
  }
  if (settings.DISCORD_TOKEN !== undefined) {
    const { openDiscord } = await import('../bots/discord/index.ts')
    const access = { token: settings.DISCORD_TOKEN, apiUrl: settings.DISCORD_API_URL }
    const { part, messenger } = openDiscord(access, desk, wordNews, toolsFor('discord'))
    parts.push(part)
    messengers['discord'] = messenger
  }
  if (settings.TELEGRAM_TOKEN !== undefined) {
    const { openTelegram } = await import('../bots/telegram/index.ts')
    const access = { token: settings.TELEGRAM_TOKEN, apiUrl: settings.TELEGRAM_API_URL }
    const seen = seenUpdates(db)
    const { part, messenger } = openTelegram(access, desk, wordNews, seen, toolsFor('telegram'))
    parts.push(part)
    messengers['telegram'] = messenger
  }
  delivery.wake()
  boards.wake()
  return parts
}

/** Adds the bot to a chat and spends the code there, by one press; nothing where no platform has that. */
export async function inviteLink(
  { TELEGRAM_TOKEN: token, TELEGRAM_API_URL: apiUrl }: Settings,
  code: string,
): Promise<string | undefined> {
  if (token === undefined) return undefined
  const telegram = await import('../bots/telegram/index.ts')
  return telegram.inviteLink({ token, apiUrl }, code)
}

function healthOf(engine: Engine, parts: readonly Part[], ready: boolean): Health {
  const { isStoring, isBlind, lateness } = engine.counts()
  const states: Record<string, string> = {
    storage: isStoring ? 'ok' : 'failing',
    internet: isBlind ? 'lost' : 'ok',
    checks: lateness.isLate ? 'late' : 'ok',
    discord: 'off',
    telegram: 'off',
    ...Object.fromEntries(parts.map((part) => [part.name, part.state()])),
  }
  const isWell = Object.values(states).every((state) => ['ok', 'off'].includes(state))
  return { ready, status: isWell ? 'ok' : 'degraded', parts: states }
}

async function listen(api: ReturnType<typeof buildApi>, { HOST, PORT }: Settings): Promise<string> {
  try {
    await api.listen({ host: HOST, port: PORT })
    const { port } = api.server.address() as AddressInfo
    return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`
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

/**
 * Opens, wires and starts everything. At its end the living parts end together, each with its own
 * patience, then what they stand on; also when starting fails half way.
 * @throws DatabaseTrouble, PortTrouble
 */
export async function start(settings: Settings, log: Log, extras: Extras = {}): Promise<Running> {
  await using opened = new AsyncDisposableStack()
  const file = path.resolve(settings.DATABASE_PATH)
  opened.use(holdDatabase(file))
  const db = opened.adopt(await openDatabase(file, { busyMs: BUSY_MS }), (it) => it.destroy())
  const sealer = await openSealer(db, file, settings.SECRET_KEY, chance)
  await ensureAccount(db, clock.now(), settings.DEFAULT_PLAN)
  await breakOffVerifications(db, clock.now())

  const outlook = openOutlook(db, settings, log)
  const messengers = {
    webhook: openWebhooks({
      clock,
      network: outlook.network,
      sealer,
      userAgent: outlook.userAgent,
      base: basePath(settings.PUBLIC_URL ?? null),
    }),
    ...extras.messengers,
  }
  const boards = startBoards(db, { clock, chance, log, sealer, messengers })
  const crew = opened.use(
    openCrew({ policy: networkPolicy(settings), userAgent: outlook.userAgent }),
  )
  const site: Site = { settings, log, db, sealer, outlook, messengers, boards, crew }
  const living: AsyncDisposable[] = []
  opened.defer(async () => {
    await Promise.all(living.map((it) => it[Symbol.asyncDispose]()))
  })
  const delivery = startDelivery(db, {
    clock,
    chance,
    log,
    messengers: site.messengers,
    readNews: (unbound, accountId, id, channelId) =>
      readNews(bindAccount(unbound, accountId), id, clock.now(), channelId),
  })
  const engine = openEngine(site, delivery)
  living.push(delivery, boards, engine)
  const looker: Looker = {
    check: (bound, id, cause) => engine.check(bound, id, cause),
    nudge: () => {
      engine.nudge()
      delivery.wake()
      boards.wake()
    },
  }

  const parts: Part[] = [engine, delivery, boards]
  let isReady = false
  const api = buildApi({
    db,
    clock,
    chance,
    log,
    sealer,
    looker,
    messengers: site.messengers,
    refusal: (host) => outlook.network.refusal(host),
    health: () => healthOf(engine, parts, isReady),
    counts: () => engine.counts(),
    settings: {
      publicUrl: settings.PUBLIC_URL ?? null,
      allowInsecureHttp: settings.ALLOW_INSECURE_HTTP,
      trustedProxies: settings.TRUSTED_PROXIES,
      corsOrigins: settings.CORS_ORIGINS,
      unknown: settings.API_UNKNOWN,
      allowInsecureWebhooks: settings.ALLOW_INSECURE_WEBHOOKS,
      version: VERSION,
    },
  })
  living.push({
    [Symbol.asyncDispose]: async () => {
      isReady = false
      await api.close()
    },
  })
  const url = await listen(api, settings)
  isReady = true

  const platforms = await openPlatforms(site, delivery, looker)
  parts.push(...platforms)
  living.push(...platforms)

  opened.use(
    startChores({
      db,
      clock,
      log,
      engine,
      retainChecksDays: settings.RETAIN_CHECKS,
      onNews: () => delivery.wake(),
    }),
  )

  log.info({ url, version: VERSION, watched: engine.counts().watched }, 'ready')
  const kept = opened.move()
  return { url, db, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}
