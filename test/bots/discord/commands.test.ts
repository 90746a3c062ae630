import { PermissionFlagsBits } from 'discord.js'
import { expect, test } from 'vitest'
import { commandTree } from '../../../bots/discord/tree.ts'
import { show, treeSize } from '../../support/discord/index.ts'
import { type Bot, onlineBot, passBy, startBot } from './bot.ts'
import { CARDS, say } from './desk.ts'

/** What the desk says to `what` is held back until the returned function is called. */
function holdBack(bot: Bot, reply = say('here it is')): () => void {
  const { promise, resolve } = Promise.withResolvers<void>()
  bot.desk.answer = async () => {
    await promise
    return reply
  }
  return resolve
}

test('a command is asked at the desk, and answered in the channel', async () => {
  await using bot = await onlineBot()
  const options = { monitor: '7', for: '2h' }
  const { message, ephemeral, deferred } = await bot.fake.command({ name: 'pause', options })
  expect(show(message)).toBe('heard pause')
  expect({ ephemeral, deferred }).toEqual({ ephemeral: false, deferred: false })
  expect(bot.fake.messages()).toEqual([message])
  expect(bot.desk.heard).toMatchObject([{ what: 'pause', given: options }])
  expect(bot.fake.refused).toEqual([])
  expect(bot.lines.filter(({ level }) => level !== 'info')).toEqual([])
})

test('a slow answer arrives though the platform calls its empty answers JSON', async () => {
  await using bot = await onlineBot({ prepare: (fake) => (fake.callsNothingJson = true) })
  const release = holdBack(bot)
  const asked = bot.fake.command({ name: 'check' })
  await passBy(bot, 150)
  await bot.fake.waitFor(() => bot.fake.requests.some(({ path }) => path.endsWith('/callback')))
  release()
  expect(show((await asked).message)).toBe('here it is')
  expect(bot.lines.filter(({ level }) => level !== 'info')).toEqual([])
})

test('numbers come as typed, and a command of two words by both', async () => {
  await using bot = await onlineBot()
  await bot.fake.command({ name: 'list', options: { filter: 'down', page: 2 } })
  await bot.fake.command({ name: 'alerts on' })
  expect(bot.desk.heard).toMatchObject([
    { what: 'list', given: { filter: 'down', page: '2' } },
    { what: 'alerts on', given: {} },
  ])
})

test('an answer for the asker is seen by nobody else', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => say('not yours', { audience: 'asker' })
  const { ephemeral } = await bot.fake.command({ name: 'status' })
  expect(ephemeral).toBe(true)
  expect(bot.fake.messages()).toEqual([])
})

test('what takes longer than 1.5 s is announced, then filled in', async () => {
  await using bot = await onlineBot()
  const release = holdBack(bot)
  const asked = bot.fake.command({ name: 'status' })
  await passBy(bot, 1500)
  await bot.fake.waitFor(() => bot.fake.requests.some(({ path }) => path.endsWith('/callback')))
  release()
  const { message, deferred, ephemeral } = await asked
  expect(show(message)).toBe('here it is')
  expect({ deferred, ephemeral }).toEqual({ deferred: true, ephemeral: false })
})

test.each([
  ['check', 150, false],
  ['help', 1500, true],
])('%s is announced after %i ms, to whom its card says', async (name, patience, ephemeral) => {
  await using bot = await onlineBot()
  const release = holdBack(bot)
  const asked = bot.fake.command({ name })
  await passBy(bot, patience)
  release()
  expect(await asked).toMatchObject({ deferred: true, ephemeral })
})

test('a slow command that refuses at once refuses to the asker alone', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => say('may not', { audience: 'asker' })
  expect(await bot.fake.command({ name: 'check' })).toMatchObject({
    deferred: false,
    ephemeral: true,
  })
})

test('a desk that breaks is answered for, and the next command is served', async () => {
  await using bot = await onlineBot()
  bot.desk.answer = () => {
    throw new Error('a bug')
  }
  const { message, ephemeral } = await bot.fake.command({ name: 'status' })
  expect(show(message)).toContain('Your monitors are still being watched')
  expect(show(message)).not.toContain('a bug')
  expect(ephemeral).toBe(true)
  bot.desk.answer = () => say('well again')
  expect(show((await bot.fake.command({ name: 'status' })).message)).toBe('well again')
})

test('a reply too odd for the platform is said by its headline alone', async () => {
  await using bot = await onlineBot()
  const press = 'x'.repeat(101)
  bot.desk.answer = () => say('still said', { actions: [{ label: 'Odd', press }] })
  const { message } = await bot.fake.command({ name: 'status' })
  expect(show(message)).toBe('still said')
  expect(bot.lines).toContainEqual(
    expect.objectContaining({ level: 'error', event: 'message form was refused' }),
  )
})

test.each([
  ['the owner of the server', {}, 'creator'],
  ['who manages the server', { permissions: PermissionFlagsBits.ManageGuild }, 'administrator'],
  ['an administrator', { permissions: PermissionFlagsBits.Administrator }, 'administrator'],
  ['anyone else', { permissions: PermissionFlagsBits.ManageMessages }, 'member'],
])('%s is known by the interaction alone', async (_, where, standing) => {
  await using bot = await onlineBot()
  const user = bot.fake.user('bob', 'Bob')
  const who = 'permissions' in where ? { user, nick: 'Bobby', ...where } : {}
  await bot.fake.command({ name: 'status', ...who })
  const { actor, place } = bot.desk.heard[0]!.ask
  expect(actor.standing).toBe(standing)
  expect(actor.displayName).toBe('permissions' in where ? 'Bobby' : 'Ann')
  expect(place).toEqual({
    platform: 'discord',
    serverId: bot.fake.guild.id,
    channelId: bot.fake.channel.id,
    threadId: null,
    isPrivate: false,
    title: 'Acme',
  })
})

test('in a direct message everyone is at home', async () => {
  await using bot = await onlineBot()
  const user = bot.fake.user('bob')
  await bot.fake.command({ name: 'status', guildId: null, user })
  expect(bot.desk.heard[0]!.ask).toMatchObject({
    actor: { userId: user.id, displayName: 'bob', standing: 'creator' },
    place: { serverId: `dm-${user.id}`, isPrivate: true, title: 'bob' },
  })
})

test('a server the bot does not know gives nobody more than his permissions', async () => {
  await using bot = await onlineBot()
  const { id, ownerId } = bot.fake.guild
  bot.fake.gateway.dispatch('GUILD_DELETE', { id })
  await bot.fake.command({ name: 'status', user: { id: ownerId, username: 'o', globalName: null } })
  await bot.fake.command({ name: 'status', permissions: PermissionFlagsBits.ManageGuild })
  const standings = bot.desk.heard.map(({ ask }) => ask.actor.standing)
  expect(standings).toEqual(['member', 'administrator'])
})

test('choices are offered as the desk has them', async () => {
  await using bot = await onlineBot()
  const many = Array.from({ length: 30 }, (_, at) => ({ label: `Shop ${at}`, value: `${at}` }))
  bot.desk.choices = many
  const typing = { name: 'pause', option: 'monitor', typed: 'sh' }
  const choices = await bot.fake.autocomplete(typing)
  expect(choices).toHaveLength(25)
  expect(choices[0]).toEqual({ name: 'Shop 0', value: '0' })
  expect(bot.desk.heard).toMatchObject([{ what: 'complete pause monitor', given: { typed: 'sh' } }])
})

test('choices that cannot be had are none, never an error', async () => {
  await using bot = await onlineBot()
  bot.desk.choices = new Error('no database')
  expect(await bot.fake.autocomplete({ name: 'status', option: 'monitor', typed: '' })).toEqual([])
})

test('odd choices are made to fit', async () => {
  await using bot = await onlineBot()
  bot.desk.choices = [
    { label: 'x'.repeat(300), value: '1' },
    { label: 'two\nlines', value: '2' },
    { label: 'too long a value', value: 'x'.repeat(101) },
  ]
  const choices = await bot.fake.autocomplete({ name: 'status', option: 'monitor', typed: '' })
  expect(choices).toEqual([
    { name: `${'x'.repeat(99)}…`, value: '1' },
    { name: 'two lines', value: '2' },
  ])
  expect(bot.fake.refused).toEqual([])
})

test('commands are registered for servers and direct messages, once', async () => {
  await using bot = await onlineBot()
  const [uptime] = bot.fake.commands
  expect(uptime).toMatchObject({ name: 'uptime', contexts: [0, 1], integration_types: [0] })
  expect(treeSize(uptime as never)).toBeLessThan(8000)
  await using again = await startBot({ prepare: (fake) => fake.holdCommands(bot.fake.commands) })
  await again.fake.waitFor(() =>
    again.lines.some(({ event }) => event === 'discord commands were unchanged'),
  )
  expect(again.fake.requests.filter(({ method }) => method === 'PUT')).toEqual([])
})

test('commands that differ in a word are registered anew', async () => {
  await using bot = await onlineBot()
  const held = JSON.parse(
    JSON.stringify(bot.fake.commands).replace('What status does', 'What it did'),
  ) as typeof bot.fake.commands
  await using again = await startBot({ prepare: (fake) => fake.holdCommands(held) })
  await again.fake.waitFor(() => JSON.stringify(again.fake.commands).includes('What status does'))
  expect(again.fake.commands).toHaveLength(1)
})

test('commands that could not be registered are registered later', async () => {
  await using bot = await onlineBot({
    prepare: ({ faults }) => faults.plan(/commands/, { status: 500 }),
    meanwhile: (it) => passBy(it, 20_000),
  })
  expect(bot.fake.commands).toHaveLength(1)
})

test('required options come first, whatever the card says', () => {
  const tree = commandTree(CARDS)
  const pause = tree.options?.find(({ name }) => name === 'pause') as { options: unknown[] }
  expect(pause.options).toMatchObject([
    { name: 'monitor', required: true, autocomplete: true },
    { name: 'for', required: false },
  ])
})

test('an interaction that comes twice is answered once', async () => {
  await using bot = await onlineBot()
  await bot.fake.command({ name: 'status' })
  bot.fake.gateway.replay('INTERACTION_CREATE')
  await bot.fake.command({ name: 'list' })
  expect(bot.desk.heard.map(({ what }) => what)).toEqual(['status', 'list'])
})

test.each([10_015, 50_027])(
  '%i to an answer that took a quarter of an hour is no trouble',
  async (code) => {
    await using bot = await onlineBot()
    const release = holdBack(bot)
    bot.fake.faults.plan(/PATCH .*@original/, { status: code === 10_015 ? 404 : 401, code })
    bot.fake.command({ name: 'check' }).catch(() => {})
    await passBy(bot, 150)
    await bot.fake.waitFor(() => bot.fake.requests.some(({ path }) => path.endsWith('/callback')))
    release()
    await bot.fake.waitFor(() => bot.lines.some(({ event }) => event === 'answer came to nothing'))
    expect(bot.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  },
)

test.each([10_062, 40_060, 50_027])('%i to an answer is no trouble', async (code) => {
  await using bot = await onlineBot()
  bot.fake.faults.plan(/callback/, { status: 404, code })
  const asked = bot.fake.command({ name: 'status' })
  asked.catch(() => {})
  await bot.fake.waitFor(() => bot.lines.some(({ event }) => event === 'answer came to nothing'))
  expect(bot.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
})

test('an answer that could not be given is logged without its token', async () => {
  await using bot = await onlineBot()
  bot.fake.faults.plan(/callback/, 'cut')
  bot.fake.command({ name: 'status' }).catch(() => {})
  await bot.fake.waitFor(() => bot.lines.some(({ level }) => level === 'warn'))
  const [interaction] = bot.fake.people.interactions.keys()
  expect(JSON.stringify(bot.lines)).not.toContain(interaction)
})

test('a removed bot says so, an outage does not, and coming back is heard', async () => {
  await using bot = await onlineBot()
  const { fake, desk } = bot
  const { id } = fake.guild
  expect(desk.places).toEqual([`back ${id}`])
  fake.guildOutage(id)
  const other = fake.addGuild('Other')
  await fake.command({ name: 'status', guildId: other.id })
  fake.removeGuild(other.id)
  await fake.command({ name: 'status' })
  expect(desk.places).toEqual([
    `back ${id}`,
    `back ${other.id}`,
    `left ${other.id}: Uptalk was removed from the server`,
  ])
})

test('a listener that breaks takes nothing down', async () => {
  await using bot = await onlineBot()
  bot.desk.placeLeft = async () => {
    throw new Error('a bug')
  }
  bot.fake.removeGuild(bot.fake.addGuild('Other').id)
  await bot.fake.waitFor(() => bot.lines.some(({ event }) => event === 'place was not noted'))
  expect(show((await bot.fake.command({ name: 'status' })).message)).toBe('heard status')
  expect(bot.part.state()).toBe('ok')
})
