import { Client, Events, GatewayIntentBits, Options, type WebSocketShard } from 'discord.js'
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
    allowedMentions: { parse: [], repliedUser: false },
    rest: {
      api: apiUrl,
      timeout: 10 * SECOND,
      retries: 0,
      rejectOnRateLimit: (wait) => wait.retryAfter > 2000 || wait.timeToReset > 2000,
    },
    makeCache: Options.cacheWithLimits(UNCACHED),
  })

/**
 * Takes leave of a client for good. A shard that is between two attempts outlives `destroy()`: it
 * waits for its session's data before the next one, so it is left waiting for ever.
 */
export async function abandon(client: Client, clock: Clock): Promise<void> {
  client.removeAllListeners()
  client.on(Events.Error, () => {})
  for (const [id, shard] of client.ws.shards) {
    const stuck = new Promise<never>(() => {})
    const frozen = Object.create(shard, {
      sessionInfo: { get: () => stuck, set: () => {} },
    }) as WebSocketShard
    client.ws.shards.set(id, frozen)
  }
  const done = new AbortController()
  await Promise.race([
    client.destroy().catch(() => {}),
    clock.sleep(DESTROY_WITHIN_MS, done.signal),
  ])
  done.abort()
}
