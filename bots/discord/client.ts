import { Client, Events, GatewayIntentBits, Options, Status, type WebSocketShard } from 'discord.js'
import { type Clock, SECOND } from '../../src/kernel/index.ts'

const DESTROY_WITHIN_MS = 2 * SECOND

/** Nothing is looked up in these: interactions bring all that is needed. */
const UNCACHED = {
  ApplicationCommandManager: 0,
  ApplicationEmojiManager: 0,
  AutoModerationRuleManager: 0,
  BaseGuildEmojiManager: 0,
  DMMessageManager: 0,
  EntitlementManager: 0,
  GuildBanManager: 0,
  GuildEmojiManager: 0,
  GuildInviteManager: 0,
  GuildMemberManager: {
    maxSize: 0,
    keepOverLimit: ({ id, client }: { id: string; client: Client }) => id === client.user?.id,
  },
  GuildMessageManager: 0,
  GuildScheduledEventManager: 0,
  GuildStickerManager: 0,
  MessageManager: 0,
  PresenceManager: 0,
  ReactionManager: 0,
  ReactionUserManager: 0,
  StageInstanceManager: 0,
  ThreadManager: 0,
  ThreadMemberManager: 0,
  UserManager: 0,
  VoiceStateManager: 0,
} as const

export const makeClient = (apiUrl: string): Client =>
  new Client({
    intents: [GatewayIntentBits.Guilds],
    waitGuildTimeout: 0,
    sweepers: {},
    allowedMentions: { parse: [], repliedUser: false },
    rest: {
      api: apiUrl,
      timeout: 10 * SECOND,
      retries: 0,
      rejectOnRateLimit: (wait) => wait.retryAfter > 2000 || wait.timeToReset > 2000,
    },
    makeCache: Options.cacheWithLimits(UNCACHED),
  })

interface Packet {
  readonly t?: string
  readonly d?: Readonly<Record<string, unknown>>
}

/** What discord.js cannot do without and we can; servers that speak as Discord does leave it out. */
const UNUSED = { entitlements: [], authorizing_integration_owners: {} }

/** discord.js keeps these for good whatever it is told: about half a megabyte a big server. */
const NOT_KEPT = {
  channels: [],
  emojis: [],
  guild_scheduled_events: [],
  members: [],
  presences: [],
  roles: [],
  soundboard_sounds: [],
  stage_instances: [],
  stickers: [],
  threads: [],
  voice_states: [],
}

/** Of all a gateway tells, what we listen to, in the shape discord.js can take. */
function heard({ t, d, ...rest }: Packet): Packet | undefined {
  switch (t) {
    case 'READY':
    case 'RESUMED':
    case 'GUILD_DELETE':
      return { ...rest, t, d: d ?? {} }
    case 'GUILD_CREATE':
    case 'GUILD_UPDATE':
      return { ...rest, t, d: { ...d, ...NOT_KEPT } }
    case 'INTERACTION_CREATE':
      return { ...rest, t, d: { ...UNUSED, ...d } }
    default:
      return undefined
  }
}

/**
 * discord.js reads what the gateway sends outside of any `try`: one message shaped otherwise than it
 * expects would end the process. Here it is one message lost, and said.
 */
export function guardPackets(
  client: Client,
  onLost: (error: unknown, event: string) => void,
): void {
  const manager = client.ws as unknown as { handlePacket(packet?: Packet, from?: unknown): boolean }
  const handle = manager.handlePacket.bind(manager)
  manager.handlePacket = (packet, from) => {
    try {
      return handle(packet === undefined ? undefined : heard(packet), from)
    } catch (error) {
      onLost(error, packet?.t ?? '')
      return false
    }
  }
}

/** Hears nothing any more, and cannot end the process by an error nobody listens to. */
export function deafen(client: Client): void {
  client.removeAllListeners()
  client.on(Events.Error, () => {})
}

const GREETED: ReadonlySet<Status> = new Set([Status.Identifying, Status.Resuming])

/**
 * Takes leave of a client for good; `destroy()` alone does not do it. A shard between two attempts
 * outlives it: it asks for its session before the next one, and is left waiting for the answer. One
 * whose socket is still opening must not be destroyed (the socket's error would have no listener and
 * end the process): it is as soon as the gateway greets it.
 */
export async function abandon(client: Client, clock: Clock): Promise<void> {
  deafen(client)
  const opening = client.ws.shards.some(({ status }) => status === Status.Connecting)
  for (const [id, shard] of client.ws.shards) client.ws.shards.set(id, freeze(shard, client))
  client.rest.clearHashSweeper()
  client.rest.clearHandlerSweeper()
  if (opening) return
  const done = new AbortController()
  await Promise.race([
    client.destroy().catch(() => {}),
    clock.sleep(DESTROY_WITHIN_MS, done.signal),
  ])
  done.abort()
}

function freeze(shard: WebSocketShard, client: Client): WebSocketShard {
  const never = new Promise<never>(() => {})
  return Object.create(shard, {
    sessionInfo: { get: () => never, set: () => {} },
    status: {
      get: () => shard.status,
      set: (status: Status) => {
        shard.status = status
        if (GREETED.has(status)) void client.destroy().catch(() => {})
      },
    },
  }) as WebSocketShard
}
