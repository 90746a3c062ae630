import { setTimeout as wait } from 'node:timers/promises'
import type { Db } from '../../src/storage/index.ts'
import { FakeDiscord } from '../support/discord/index.ts'
import { FakeTelegram } from '../support/telegram/index.ts'

const SERVERS = 300
const CHANNELS = 200
const ROLES = 50
const EMOJIS = 50

const many = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at))

/** A server as big as such grow, of the shape the gateway tells of it. */
function bigServer(id: string) {
  const part = (at: number) => String(BigInt(id) + BigInt(at + 1))
  return {
    id,
    name: 'A big server',
    owner_id: '1',
    icon: null,
    features: ['COMMUNITY', 'NEWS'],
    preferred_locale: 'en-US',
    large: true,
    member_count: 5000,
    joined_at: '2027-01-01T00:00:00.000Z',
    roles: many(ROLES, (at) => ({
      id: at === 0 ? id : part(at),
      name: `role ${at}`,
      permissions: '137411140505153',
      position: at,
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      managed: false,
      mentionable: false,
      flags: 0,
    })),
    channels: many(CHANNELS, (at) => ({
      id: part(ROLES + at),
      name: `channel-${at}`,
      type: 0,
      position: at,
      parent_id: null,
      topic: 'What this channel is for, and what it is not for, in a sentence or two.',
      last_message_id: part(ROLES + at),
      rate_limit_per_user: 0,
      flags: 0,
      permission_overwrites: many(3, (more) => ({
        id: part(more),
        type: 0,
        allow: '1024',
        deny: '2048',
      })),
    })),
    emojis: many(EMOJIS, (at) => ({
      id: part(ROLES + CHANNELS + at),
      name: `emoji_${at}`,
      roles: [],
      animated: false,
      available: true,
      managed: false,
      require_colons: true,
    })),
    stickers: [],
    members: [],
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
  }
}

/** Both platforms, a person on each, and what she does there. */
export async function openPeople() {
  await using opened = new AsyncDisposableStack()
  const discord = opened.use(await FakeDiscord.open())
  const telegram = opened.use(await FakeTelegram.open())
  const ann = telegram.person('Ann')
  const chat = telegram.privateChat(ann)
  const servers = many(SERVERS, (at) =>
    String(1_300_000_000_000_000_000n + BigInt(at) * 1_000_000n),
  )
  const kept = opened.move()

  return {
    env: {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
    },
    bareArguments: [discord.apiUrl, discord.token, telegram.url, telegram.token],
    /** Ties her server and chat, and hundreds of others, to the first account. */
    async link(db: Db): Promise<void> {
      const link = { account_id: 1, title: 'bench', linked_by: '1', linked_by_name: 'Ann' }
      for (const server_id of [discord.guild.id, ...servers])
        await db
          .insertInto('chat_links')
          .values({ ...link, platform: 'discord', server_id, linked_at: Date.now() })
          .execute()
      await db
        .insertInto('chat_links')
        .values({
          ...link,
          platform: 'telegram',
          server_id: String(chat.id),
          linked_at: Date.now(),
        })
        .execute()
    },
    async online(): Promise<void> {
      await discord.waitFor(() => discord.gateway.live.length > 0, 'a bot', 30_000)
      await telegram.polled()
    },
    /** One command, after which all that came before is taken in. */
    settle: () => discord.command({ name: 'status' }),
    /** Hundreds of big servers say that the bot is in them. */
    async crowd(): Promise<void> {
      for (const id of servers) {
        discord.gateway.dispatch('GUILD_CREATE', bigServer(id))
        await wait(5)
      }
    },
    /** What she does, each until the platform has taken the answer. */
    async acts(): Promise<Readonly<Record<string, () => Promise<unknown>>>> {
      const monitor = 'monitor 4321'
      const { message } = await discord.command({ name: 'status' })
      const shown = await telegram.say({ chat, from: ann, text: '/status' })
      const refresh = 'v1:status:0'
      const says = (text: string) => () => telegram.say({ chat, from: ann, text })
      return {
        'Discord status': () => discord.command({ name: 'status' }),
        'Discord list': () => discord.command({ name: 'list' }),
        'Discord show': () => discord.command({ name: 'show', options: { monitor } }),
        'Discord choices': () =>
          discord.autocomplete({ name: 'show', option: 'monitor', typed: 'monitor 4' }),
        'Discord button': () => discord.people.pressRaw(message, refresh),
        'Telegram status': says('/status'),
        'Telegram list': says('/list'),
        'Telegram show': says(`/show "${monitor}"`),
        'Telegram button': () => telegram.pressData(shown, refresh, ann),
      }
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}
