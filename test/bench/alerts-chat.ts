import { setTimeout as wait } from 'node:timers/promises'
import { systemChance } from '../../src/kernel/index.ts'
import { addMonitor } from '../../src/monitors/index.ts'
import { createChannel } from '../../src/notifications/index.ts'
import { bindAccount, type Db, openDatabase, openSealer } from '../../src/storage/index.ts'
import { FakeDiscord } from '../support/discord/index.ts'
import { FakeTelegram } from '../support/telegram/index.ts'
import { failing } from './failing.ts'
import { addKeys, KEYS } from './keys.ts'
import { quantile, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

/** An account each: five outages of one account in a minute would be one message. */
const ACCOUNTS = 40
const SPREAD_SECONDS = 20
const AT_ONCE = 1000
const PATIENCE_MS = 30_000
const SETTLED_MS = 3000
const by = { type: 'cli', name: 'bench' } as const

const now = (): number => performance.timeOrigin + performance.now()

/** A place of each platform for an account of its own. */
interface Home {
  readonly guildId: string
  readonly channelId: string
  readonly room: { readonly id: number }
}

async function settle(db: Db, file: string, id: number, home: Home): Promise<void> {
  const sealer = await openSealer(db, file, undefined, systemChance)
  const bound = bindAccount(db, id)
  const place = { title: 'bench', linked_by: '1', linked_by_name: 'Ann', linked_at: Date.now() }
  for (const [platform, server_id] of [
    ['discord', home.guildId],
    ['telegram', String(home.room.id)],
  ] as const)
    await bound
      .insertInto('chat_links')
      .values({ platform, server_id, ...place })
      .execute()
  const tools = {
    now: Date.now(),
    by,
    sealer,
    chance: systemChance,
    policy: {
      kinds: new Set(['discord', 'telegram']),
      allowsClearWebhooks: false,
      refusal: () => undefined,
    },
    serverOf: async (kind: string) => (kind === 'discord' ? home.guildId : String(home.room.id)),
  }
  await createChannel(bound, tools, {
    name: 'here',
    type: 'discord',
    discordInfo: { channelId: home.channelId },
  })
  await createChannel(bound, tools, {
    name: 'there',
    type: 'telegram',
    telegramInfo: { chatId: String(home.room.id) },
  })
}

async function openPlatforms(count: number) {
  await using opened = new AsyncDisposableStack()
  const discord = opened.use(await FakeDiscord.open())
  const telegram = opened.use(await FakeTelegram.open())
  const homes = Array.from({ length: count }, (_, at): Home => {
    const guild = discord.addGuild(`server ${at}`)
    const room = telegram.group(`group ${at}`)
    return { guildId: guild.id, channelId: guild.channels[0]!.id, room }
  })
  const kept = opened.move()
  return {
    homes,
    env: {
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
    },
    /** When each platform has taken its first message there. */
    heard: ({ channelId, room }: Home) => ({
      discord: discord
        .waitFor(() => discord.messages(channelId).length > 0, 'an alert', PATIENCE_MS)
        .then(now),
      telegram: telegram
        .waitFor(() => telegram.messages(room.id).some(({ byBot }) => byBot))
        .then(now),
    }),
    async online(): Promise<void> {
      await discord.waitFor(() => discord.gateway.live.length > 0, 'a bot', PATIENCE_MS)
      await telegram.polled()
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}

/** From each target's failing answer to the message about it. */
async function alone(world: World) {
  await using platforms = await openPlatforms(ACCOUNTS)
  await using target = await failing()
  await using _ = await world.uptalk([], {
    env: platforms.env,
    fill: async (db, file) => {
      const sealer = await openSealer(db, file, undefined, systemChance)
      for (const [at, home] of platforms.homes.entries()) {
        const { id } = await db
          .insertInto('accounts')
          .values({ name: `account ${at}`, plan: 'business', created_at: 1 })
          .returning('id')
          .executeTakeFirstOrThrow()
        const limits = { plan: 'business', monitors: null, minIntervalSeconds: 10 }
        const tools = { now: Date.now(), by, sealer, limits }
        await addMonitor(bindAccount(db, id), tools, {
          type: 'HTTP',
          name: `monitor ${at}`,
          url: `${target.url}/${at}`,
          intervalSeconds: SPREAD_SECONDS,
          policy: { confirmations: 1 },
        })
        await settle(db, file, id, home)
      }
      await db.updateTable('monitors').set({ look_now: 0 }).execute()
    },
  })
  await platforms.online()
  const online = now()
  const waits = { discord: [] as number[], telegram: [] as number[] }
  await Promise.all(
    platforms.homes.map(async (home, at) => {
      const failedAt = await target.failedAt(`/${at}`)
      // Before that nobody could be told.
      if (failedAt < online) return
      const heard = platforms.heard(home)
      waits.discord.push((await heard.discord) - failedAt)
      waits.telegram.push((await heard.telegram) - failedAt)
    }),
  )
  return waits
}

/** A thousand at once: until all are written down, and until both platforms have the one message. */
async function storm(world: World) {
  await using platforms = await openPlatforms(1)
  await using target = await failing()
  const [home] = platforms.homes
  const monitors = Array.from({ length: AT_ONCE }, (_, at) => ({
    name: `monitor ${at}`,
    url: `${target.url}/${at}`,
    intervalSeconds: 86_400,
    policy: { confirmations: 1 },
  }))
  await using uptalk = await world.uptalk(monitors, {
    env: platforms.env,
    fill: async (db, file) => {
      await settle(db, file, 1, home!)
      await addKeys(db, Date.now())
      await db.updateTable('monitors').set({ look_now: 0 }).execute()
    },
  })
  await platforms.online()
  await wait(SETTLED_MS)
  const db = await openDatabase(uptalk.database)
  await db
    .updateTable('monitors')
    .set((eb) => ({ look_now: 1, rev: eb('rev', '+', 1) }))
    .execute()
  await db.destroy()
  const began = await target.first
  const heard = platforms.heard(home!)
  const incidents = `http://127.0.0.1:${uptalk.port}/api/target_incidents?itemsPerPage=0`
  const isWritten = async (): Promise<boolean> => {
    const answer = await fetch(incidents, { headers: { 'x-api-key': KEYS[0]! } })
    return answer.headers.get('x-total-count') === String(AT_ONCE)
  }
  while (!(await isWritten())) await wait(20)
  const written = now() - began
  return {
    written,
    discord: (await heard.discord) - began,
    telegram: (await heard.telegram) - began,
  }
}

/** From a failing answer to the message a platform has taken. */
export async function chatAlerts(world: World): Promise<Figure[]> {
  const waits = await alone(world)
  const { written, ...first } = await storm(world)
  const figure = (name: string, value: number, target: number | null) =>
    ({ name, unit: 'ms', ...spread([value]), target }) satisfies Figure
  return [
    ...Object.entries(waits).flatMap(([name, values]) => [
      figure(`outage to ${name}, p50`, quantile(values, 0.5), 15),
      figure(`outage to ${name}, p99`, quantile(values, 0.99), 100),
    ]),
    figure(`storm of ${AT_ONCE}, until all are written down`, written, 1000),
    ...Object.entries(first).map(([name, ms]) =>
      figure(`storm of ${AT_ONCE}, until ${name} has its message`, ms, 2000),
    ),
  ]
}
