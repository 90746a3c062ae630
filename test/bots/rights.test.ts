import { expect, test } from 'vitest'
import { SECOND } from '../../src/kernel/index.ts'
import { show } from '../support/discord/index.ts'
import { openHome, openLinkedHome } from './home.ts'

const LACKS = (permissions: string) =>
  `Uptalk lacks ${permissions} in this channel, so alerts do not come as they should. Give it that in the settings of the channel, under Permissions.`

test.each([
  ['readonly', 'Send Messages'],
  ['hidden', 'View Channel'],
] as const)(
  'linking in a %s channel says at once that the bot lacks %s',
  async (state, permissions) => {
    await using home = await openHome()
    const { discord, codeFor } = home
    discord.channel.state = state
    const linked = await discord.command({ name: 'link', options: { code: await codeFor() } })
    expect(show(linked.message)).toMatch(/^This server belongs to the account main now\./)
    expect(show(linked.message)).toContain(LACKS(permissions))
    for (const name of ['alerts on', 'alerts show', 'alerts here']) {
      const { message } = await discord.command({ name })
      expect(show(message)).toMatch(/^🟢 Alerts come to this channel/)
      expect(show(message)).toContain(LACKS(permissions))
    }
    discord.channel.state = 'open'
    expect(show((await discord.command({ name: 'alerts show' })).message)).not.toContain('lacks')
  },
)

test('moving the alerts to a channel that is closed to the bot says so', async () => {
  await using home = await openLinkedHome()
  const { discord } = home
  const closed = discord.addChannel('closed')
  closed.state = 'readonly'
  const { message } = await discord.command({ name: 'alerts here', channelId: closed.id })
  expect(show(message)).toContain(LACKS('Send Messages'))
})

test('a direct message is asked for no permissions', async () => {
  await using home = await openHome()
  const options = { code: await home.codeFor() }
  const { message } = await home.discord.command({ name: 'link', guildId: null, options })
  expect(show(message)).toMatch(/^This chat belongs to the account main now\./)
  expect(show(message)).not.toContain('lacks')
})

test('who asks in a chat where the bot may not write is told by himself', async () => {
  await using home = await openHome()
  const { telegram, codeFor, clock } = home
  const ann = telegram.person('Ann')
  const alone = telegram.privateChat(ann)
  const chat = telegram.group('Ops', { creator: ann })
  telegram.mute(chat)
  const told = async (text: string) => {
    await clock.turn(SECOND)
    const before = telegram.messages(alone.id).length
    telegram.tell({ chat, from: ann, text })
    return telegram.waitFor(() => telegram.messages(alone.id)[before]?.text)
  }
  const closed =
    'Uptalk may not write in Ops, so no answer and no alert arrives there: Bad Request: not enough rights to send text messages to the chat. Let members write there, or make it an administrator that may, then ask again.'
  expect(await told(`/uptime link ${await codeFor()}`)).toBe(closed)
  expect(await told('/uptime alerts on')).toBe(closed)
  chat.closed = null
  await clock.turn(SECOND)
  const said = await telegram.say({ chat, from: ann, text: '/uptime alerts' })
  expect(said.text).toMatch(/^🟢 Alerts come to this chat/)
})

test('a channel that somebody speaks as is no person to be told', async () => {
  await using home = await openHome()
  const { telegram, clock } = home
  const chat = telegram.group('Ops')
  const other = telegram.channel('Elsewhere')
  telegram.mute(chat)
  const mask = { id: 136_817_688, is_bot: true, first_name: 'Channel' }
  const as = { sender_chat: { id: other.id, type: 'channel', title: 'Elsewhere' } } as never
  telegram.tell({ chat, from: mask, text: '/uptime help', as })
  await telegram.waitFor(() => telegram.callsOf('sendMessage').length === 1)
  await clock.turn(SECOND)
  const open = telegram.privateChat(telegram.person('Ann'))
  await telegram.say({ chat: open, from: telegram.person('Bob'), text: '/help' })
  expect(telegram.callsOf('sendMessage')).toHaveLength(2)
})
