import { PermissionFlagsBits } from 'discord.js'
import { expect, test } from 'vitest'
import { openDiscord } from '../../bots/discord/index.ts'
import { openTelegram } from '../../bots/telegram/index.ts'
import { text } from '../../bots/commands/reply.ts'
import { ensureAccount } from '../../src/accounts/index.ts'
import { SECOND } from '../../src/kernel/index.ts'
import { bindAccount, seenUpdates } from '../../src/storage/index.ts'
import { FakeDiscord, show } from '../support/discord/index.ts'
import { FakeTelegram } from '../support/telegram/index.ts'
import { type House, openHouse } from './commands/house.ts'

// discord.js waits half a second here and there; these tests wait beside each other.

const word = () => ({
  tone: 'quiet' as const,
  headline: [text('news')],
  body: [],
  actions: [],
  audience: 'all' as const,
})

interface Line {
  readonly level: string
  readonly event: string
}

function noting(seen: () => void) {
  const lines: Line[] = []
  const at = (level: string) => (_: object, event: string) => {
    lines.push({ level, event })
    seen()
  }
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const loud = () => lines.filter(({ level }) => level === 'warn' || level === 'error')
  return { log, loud, lines }
}

async function linked(house: House, platform: string, serverId: string, accountId: number) {
  await house.db
    .insertInto('chat_links')
    .values({
      account_id: accountId,
      platform,
      server_id: serverId,
      title: 'a place',
      linked_by: '1',
      linked_by_name: 'Ann',
      linked_at: 1,
    })
    .execute()
}

/** The real commands behind the real adapter, in servers of a fake Discord; the first is ours. */
async function openServers() {
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse())
  const fake = opened.use(await FakeDiscord.open())
  const { log, loud, lines } = noting(() => fake.lookAgain())
  const tools = { clock: house.clock, chance: house.chance, log }
  const { part } = openDiscord({ token: fake.token, apiUrl: fake.apiUrl }, house.desk, word, tools)
  opened.use(part)
  await linked(house, 'discord', fake.guild.id, house.ours.accountId)
  await fake.waitFor(() => part.state() === 'ok', 'the part')
  const kept = opened.move()
  /** How often each interaction was answered. */
  const answers = () =>
    fake.requests
      .filter(({ path }) => path.endsWith('/callback'))
      .map(({ path }) => path.split('/').at(-2))
  return {
    house,
    fake,
    part,
    lines,
    loud,
    answers,
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}

const manager = (fake: FakeDiscord, name: string) => ({
  user: fake.user(name.toLowerCase(), name),
  permissions: PermissionFlagsBits.ManageGuild,
})

test.concurrent('a hundred servers ask at once, and each hears of its own, once', async () => {
  await using servers = await openServers()
  const { house, fake } = servers
  const accounts = await Promise.all(
    Array.from({ length: 30 }, async (_, at) => {
      const { id } = await ensureAccount(house.db, 1, 'business', `account ${at}`)
      await house.add(`Shop of ${at}`, bindAccount(house.db, id))
      return id
    }),
  )
  const guilds = Array.from({ length: 300 }, (_, at) => fake.addGuild(`Server ${at}`))
  for (const [at, { id }] of guilds.entries())
    await linked(house, 'discord', id, accounts[at % accounts.length]!)
  const asked = guilds.slice(0, 100).map(async ({ id: guildId }) => {
    const { message } = await fake.command({ name: 'list', guildId })
    return show(message).match(/Shop of \d+/g)
  })
  const heard = await Promise.all(asked)
  expect(heard).toEqual(heard.map((_, at) => [`Shop of ${at % accounts.length}`]))
  expect(servers.answers()).toHaveLength(100)
  expect(new Set(servers.answers()).size).toBe(100)
  expect(servers.loud()).toEqual([])
})

test.concurrent('a connection lost amid twenty commands loses and doubles none', async () => {
  await using servers = await openServers()
  const { house, fake } = servers
  await house.add('Shop')
  const first = Array.from({ length: 10 }, () => fake.command({ name: 'list' }))
  await fake.waitFor(() => servers.answers().length > 0, 'the first answer')
  const more = Array.from({ length: 10 }, () => fake.command({ name: 'status' }))
  fake.gateway.close()
  await Promise.all([...first, ...more])
  await fake.waitFor(() => fake.gateway.resumes > 0, 'a resume')
  fake.gateway.replay('INTERACTION_CREATE')
  await fake.command({ name: 'list' })
  expect(servers.answers()).toHaveLength(21)
  expect(new Set(servers.answers()).size).toBe(21)
})

test.concurrent('of two who press at once one is on it, and the other is told', async () => {
  await using servers = await openServers()
  const { house, fake } = servers
  const incident = await house.falls(await house.add('Shop'))
  const { message } = await fake.command({ name: 'status' })
  const pressed = ['Ann', 'Bob', 'Bob'].map((name) =>
    fake.people.pressRaw(message, `v1:ack:${incident}`, manager(fake, name)),
  )
  const said = await Promise.all(pressed)
  expect(said.map((it) => it.ephemeral).toSorted((a, b) => Number(a) - Number(b))[0]).toBe(false)
  expect(show(said[1]!.message)).toContain('Ann was first')
  expect(said[2]).toMatchObject({ kind: 'reply', ephemeral: true })
  const written = await house.ours
    .selectFrom('audit_logs')
    .select('actor')
    .where('action', 'like', 'incident.ack%')
    .execute()
  expect(written).toEqual([{ actor: 'Ann' }])
})

test.concurrent.each([
  ['an answer that comes too late', { status: 404, code: 10_062 }],
  ['an answer whose way is closed', { status: 404, code: 10_015 }],
])('%s leaves what was done done, and no noise', async (_, fault) => {
  await using servers = await openServers()
  const { house, fake } = servers
  const id = await house.add('Shop')
  fake.faults.plan(/callback/, fault)
  const asked = fake.command({ name: 'pause', options: { monitor: `#${id}` } })
  asked.catch(() => {})
  await fake.waitFor(
    () => servers.lines.some(({ event }) => event === 'answer came to nothing'),
    'a calm line',
  )
  expect(servers.loud()).toEqual([])
  expect(show((await fake.command({ name: 'status' })).message)).toContain('1 is paused')
})

/** The same in chats of a fake Telegram; the first group is ours. */
async function openChats() {
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse())
  const fake = opened.use(await FakeTelegram.open({ now: () => house.clock.now() }))
  const { log, loud } = noting(() => fake.lookAgain())
  const tools = { clock: house.clock, chance: house.chance, log }
  const { part } = openTelegram(
    { token: fake.token, apiUrl: fake.url },
    house.desk,
    word,
    seenUpdates(house.db),
    tools,
  )
  opened.use(part)
  const ann = fake.person('Ann')
  const chat = fake.basicGroup('Ops', ann)
  await linked(house, 'telegram', String(chat.id), house.ours.accountId)
  await fake.polled()
  const kept = opened.move()
  return { house, fake, loud, ann, chat, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() }
}

test.concurrent('an update that comes twice is answered once', async () => {
  await using chats = await openChats()
  const { house, fake, ann, chat } = chats
  const id = await house.add('Shop')
  const message = {
    message_id: 7,
    date: house.clock.now() / SECOND,
    chat: { id: chat.id, type: 'group', title: 'Ops' },
    from: ann,
    text: `/uptime pause #${id}`,
  } as never
  const update = fake.deliver({ message })
  fake.deliver({ message }, update)
  fake.deliver({ message }, update)
  fake.tell({ chat, from: ann, text: '/uptime status' })
  const said = () => fake.messages(chat.id).filter(({ byBot }) => byBot)
  await fake.waitFor(() => said().some((it) => it.text.includes('1 is paused')))
  expect(said()).toHaveLength(2)
})

test.concurrent('a bot put out of a group and taken in again finds its settings', async () => {
  await using chats = await openChats()
  const { house, fake, ann, chat } = chats
  await house.add('Shop')
  fake.kick(chat)
  await house.clock.turn(SECOND)
  fake.comeBack(chat)
  const said = await fake.say({ chat, from: ann, text: '/uptime list' })
  expect(said.text).toContain('Shop')
  expect(await house.db.selectFrom('chat_links').select('left_at').execute()).toEqual(
    Array.from({ length: 3 }, () => ({ left_at: null })),
  )
  expect(chats.loud()).toEqual([])
})

test.concurrent('a group that moves amid a command is answered, and linked, where it went', async () => {
  await using chats = await openChats()
  const { house, fake, ann, chat } = chats
  await house.add('Shop')
  fake.tell({ chat, from: ann, text: '/uptime list' })
  const next = fake.migrate(chat)
  const first = await fake.waitFor(() => fake.messages(next.id).find(({ byBot }) => byBot))
  expect(first.text).toContain('Shop')
  const said = await fake.say({ chat: next, from: ann, text: '/uptime status' })
  expect(said.text).not.toContain("isn't linked")
})
