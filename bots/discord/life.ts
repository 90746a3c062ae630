import {
  type Client,
  DiscordjsError,
  DiscordjsErrorCodes,
  Events,
  GatewayCloseCodes,
  type Guild,
  Routes,
} from 'discord.js'
import { type Clock, MINUTE, type PartTools, SECOND, StopPart } from '../../src/kernel/index.ts'
import type { Desk } from '../commands/index.ts'
import { codeOf, reasonOf, statusOf } from './answers.ts'
import { abandon, deafen, guardPackets, makeClient } from './client.ts'
import type { Counter } from './counter.ts'
import { findGateway, probeGateway, TOKEN_REFUSED } from './gateway.ts'
import { commandTree, sameTree } from './tree.ts'
import type { Wire } from './wire.ts'

const SAYS = {
  removed: 'Uptalk was removed from the server',
} as const

const LOGIN_WITHIN_MS = MINUTE
const LOOK_EVERY_MS = 30 * SECOND
/** discord.js mends its own connection; after this long without a sign of life it gets a new one. */
const SILENCE_MS = 5 * MINUTE
const TREE_AGAIN_MS = 20 * SECOND

/** Closed with one of these, discord.js never comes back, and goes on calling itself ready. */
const FINAL: ReadonlyMap<number, string> = new Map([
  [GatewayCloseCodes.AuthenticationFailed, TOKEN_REFUSED],
  [GatewayCloseCodes.InvalidShard, 'Discord refused the shard'],
  [GatewayCloseCodes.ShardingRequired, 'Discord wants the bot sharded: it is in too many servers'],
  [GatewayCloseCodes.InvalidAPIVersion, 'Discord has given up this version of its gateway'],
  [GatewayCloseCodes.InvalidIntents, 'Discord refused the intents'],
  [GatewayCloseCodes.DisallowedIntents, 'Discord refused the intents'],
])

interface Rooms {
  readonly settings: { readonly token: string; readonly apiUrl: string }
  readonly desk: Desk
  readonly counter: Counter
  readonly wire: Wire
  readonly tools: PartTools & { readonly onBack?: () => void }
}

/** One stay at the gateway after another; `supervise` runs it again when it ends. */
export function makeLife(rooms: Rooms): {
  life(signal: AbortSignal, ready: () => void): Promise<void>
  /** Whether the gateway is with us now, by what was last heard of it. */
  isAlive(): boolean
} {
  const { settings, wire, tools, counter } = rooms
  let connected = false

  async function life(signal: AbortSignal, ready: () => void): Promise<void> {
    const url = await findGateway(wire, signal)
    await probeGateway(url, tools.clock, signal)
    if (signal.aborted) return
    const client = makeClient(settings.apiUrl)
    const ending = new AbortController()
    const over = AbortSignal.any([signal, ending.signal])
    try {
      const lost = listen(client, rooms, (now) => {
        connected = now
        if (now) tools.onBack?.()
      })
      await login(client, lost, over)
      if (signal.aborted) return
      connected = true
      ready()
      void keepTree(client.application!.id, rooms, over)
      await Promise.race([lost, watch(client, tools, over)])
    } finally {
      connected = false
      ending.abort()
      deafen(client)
      await counter.finish(signal.aborted)
      await abandon(client, tools.clock)
    }
  }

  async function login(client: Client, lost: Promise<never>, over: AbortSignal): Promise<void> {
    const up = new Promise<void>((resolve) => {
      client.once(Events.ClientReady, () => resolve())
    })
    const entered = client.login(settings.token).then(() => up)
    const done = new AbortController()
    const late = expiry(tools.clock, AbortSignal.any([over, done.signal]))
    try {
      await Promise.race([entered, lost, late])
    } catch (error) {
      if (error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid)
        throw new StopPart(TOKEN_REFUSED)
      throw error
    } finally {
      done.abort()
    }
  }

  return { life, isAlive: () => connected }
}

const placeOf = ({ id }: Guild) => ({ platform: 'discord', serverId: id }) as const

async function expiry(clock: Clock, over: AbortSignal): Promise<void> {
  await clock.sleep(LOGIN_WITHIN_MS, over)
  if (!over.aborted) throw new Error('the login took too long')
}

/** Wires a fresh client up. Rejects when the gateway closed for good. */
function listen(client: Client, rooms: Rooms, heard: (connected: boolean) => void): Promise<never> {
  const { desk, counter, tools } = rooms
  const { log, clock } = tools
  // First of all: without a listener an error ends the process.
  client.on(Events.Error, (error) => log.error({ err: error }, 'discord client failed'))
  guardPackets(client, (err, event) =>
    log.error({ err, packet: event }, 'discord event was not understood'),
  )
  let said = -Infinity
  client.on(Events.ShardError, (error) => {
    if (clock.monotonic() - said < MINUTE) return
    said = clock.monotonic()
    log.warn({ why: error.message }, 'discord gateway went away')
  })
  client.on(Events.ShardReconnecting, () => heard(false))
  client.on(Events.ShardReady, () => heard(true))
  client.on(Events.ShardResume, () => heard(true))
  client.on(Events.InteractionCreate, (interaction) => counter.receive(interaction))

  const tell = async (work: Promise<void>) => {
    try {
      await work
    } catch (error) {
      log.error({ err: error }, 'place was not noted')
    }
  }
  const back = (guild: Guild) => void tell(desk.placeBack(placeOf(guild)))
  client.on(Events.GuildCreate, back)
  // A server joined again while we were off is known only from here.
  client.on(Events.GuildAvailable, back)
  client.on(Events.GuildDelete, (guild) => {
    void tell(desk.placeLeft(placeOf(guild), SAYS.removed))
  })

  const lost = new Promise<never>((_, reject) => {
    client.on(Events.ShardDisconnect, ({ code }) => {
      const why = FINAL.get(code)
      reject(why === undefined ? new Error(`the gateway closed (${code})`) : new StopPart(why))
    })
    client.on(Events.Invalidated, () => reject(new Error('the session was invalidated')))
  })
  lost.catch(() => {})
  return lost
}

/** Rejects when nothing was heard of the gateway for too long; resolves when it is over. */
async function watch(client: Client, { clock }: PartTools, over: AbortSignal): Promise<void> {
  let heardAt = clock.monotonic()
  const beat = () => client.ws.shards.first()?.lastPingTimestamp
  let last = beat()
  client.on(Events.Raw, () => (heardAt = clock.monotonic()))
  for (;;) {
    await clock.sleep(LOOK_EVERY_MS, over)
    if (over.aborted) return
    if (beat() !== last) heardAt = clock.monotonic()
    last = beat()
    if (clock.monotonic() - heardAt > SILENCE_MS) throw new Error('the gateway fell silent')
  }
}

/** Registers the commands where the platform holds others, until it worked. */
async function keepTree(applicationId: string, rooms: Rooms, over: AbortSignal): Promise<void> {
  const { desk, wire, tools } = rooms
  const path = Routes.applicationCommands(applicationId)
  const wanted = [commandTree(desk.cards)]
  while (!over.aborted)
    try {
      const held = await wire.send('get', path, { signal: over }).catch((error: unknown) => {
        if (statusOf(error) === 404) return []
        throw error
      })
      if (sameTree(held, wanted)) {
        tools.log.debug({}, 'discord commands were unchanged')
        return
      }
      await wire.send('put', path, { body: wanted, signal: over })
      tools.log.info({ commands: desk.cards.length }, 'discord commands registered')
      return
    } catch (error) {
      if (over.aborted) return
      tools.log.warn({ why: reasonOf(error) }, 'discord commands were not registered')
      // A refused form stays refused.
      if (codeOf(error) === 50_035) return
      await tools.clock.sleep(TREE_AGAIN_MS, over)
    }
}
