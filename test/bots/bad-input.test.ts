import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../bots/commands/catalogue.ts'
import type { Ask } from '../../bots/commands/desk.ts'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import { show } from '../support/discord/index.ts'
import { words } from './commands/house.ts'
import { openHome } from './home.ts'
import { type Linked, openSurfaces, READS, SHELL, type Typed } from './surfaces.ts'

const CHATS = ['discord', 'telegram'] as const
const SURFACES = [...CHATS, 'terminal'] as const

const LONG = 'x'.repeat(3900)

const SLIPS: readonly (readonly [what: string, typed: Typed, says: RegExp])[] = [
  [
    'a wrong option',
    {
      name: 'pause',
      options: { monitor: 'shop', for: 'yesterday' },
      line: 'pause shop for=yesterday',
    },
    /^"for" must be 5m to 30d, not "yesterday"\.\nTry: \/uptime pause shop for=2h/,
  ],
  [
    'an option left out',
    { name: 'note', options: { incident: '#1' }, line: 'note #1' },
    /^"text" is required\.\nTry: \/uptime note shop restarting the pod$/,
  ],
  [
    'an empty option',
    { name: 'show', options: { monitor: '' }, line: 'show ""' },
    /^"monitor" is required\.\nTry: \/uptime show shop$/,
  ],
  [
    'an option nobody can see',
    {
      name: 'note',
      options: { incident: '#1', text: '\u200B\u2060' },
      line: 'note #1 \u200B\u2060',
    },
    /^"text" is required\.\n/,
  ],
  [
    'a monitor called by an emoji that none has',
    { name: 'show', options: { monitor: '😀' }, line: 'show 😀' },
    /^There is no monitor 😀\.\nNearest: Shop$/,
  ],
  [
    'a name that is too long',
    { name: 'show', options: { monitor: LONG }, line: `show ${LONG}` },
    /^"monitor" must be the name .*, at most 200 characters, not "x{50,}…"\.\nTry: \/uptime show shop$/,
  ],
  [
    'an address that is too long',
    {
      name: 'add',
      options: { url: `https://x.example/${LONG}` },
      line: `add https://x.example/${LONG}`,
    },
    /^"url" must be at most 2048 characters, .*\nTry: \/uptime add https/,
  ],
  [
    'a note that is too long',
    { name: 'note', options: { incident: '#1', text: LONG }, line: `note #1 ${LONG}` },
    /^"text" must be 1 to 1000 characters, .*\nTry: \/uptime note shop/,
  ],
  [
    'a choice that is none',
    { name: 'alerts level', options: { level: 'loud' }, line: 'alerts level loud' },
    /^"level" must be all or down, not "loud"\.\nTry: \/uptime alerts level down$/,
  ],
  [
    'an incident that is none',
    { name: 'ack', options: { incident: '#99' }, line: 'ack #99' },
    /^There is no incident #99\.$/,
  ],
  [
    'help for what is none',
    { name: 'help', options: { command: '😀' }, line: 'help 😀' },
    /^There is no command 😀\.\nWhat there is: \/uptime help$/,
  ],
]

describe.each(SURFACES)('on %s', (surface) => {
  test.each(SLIPS)('%s is told with what would be right', async (_, typed, says) => {
    await using home = await openSurfaces()
    expect(await READS[surface](home, typed)).toMatch(says)
  })
})

// Discord offers its commands and takes no others.
describe.each(['telegram', 'terminal'] as const)('typed on %s', (surface) => {
  test.each([
    ['stauts', /^There is no command stauts\.\nDid you mean status\? \/uptime status$/],
    ['mantenance', /^There is no command mantenance\.\nDid you mean maintenance list\? /],
    ['frobnicate it', /^There is no command frobnicate\.\nWhat there is: \/uptime help$/],
    [
      'alerts frobnicate',
      /^There is no command alerts frobnicate\.\nWhat there is: \/uptime help alerts$/,
    ],
    ['😀', /^There is no command 😀\.\nWhat there is: \/uptime help$/],
    [LONG, /^There is no command x{59}…\.\nWhat there is: \/uptime help$/],
    [
      'pause shop every=5m',
      /^every= is no option of pause; it takes monitor, for, reason\.\nTry: /,
    ],
    ['whoami now', /^I do not know what now is for; whoami takes none at all\.\nTry: /],
  ])('%s is told with what would be right', async (line, says) => {
    await using home = await openSurfaces()
    expect(await READS[surface](home, { name: '', line })).toMatch(says)
  })
})

describe.each(CHATS)('pressed on %s', (surface) => {
  /** The alert-like answer with its buttons, and what a press of `data` on it reads. */
  async function pressing(home: Linked, line: Typed) {
    const { discord, telegram, group, ann, cat, clock } = home
    if (surface === 'discord') {
      const { message } = await discord.command({ name: line.name, options: line.options ?? {} })
      return async (data: string | RegExp, isOwner = true) => {
        const buttons = JSON.stringify(message.body.components)
        const found = typeof data === 'string' ? data : data.exec(buttons)![0]
        const where = isOwner ? {} : { user: discord.user('cat') }
        return show((await discord.people.pressRaw(message, found, where)).message)
      }
    }
    await clock.turn(SECOND)
    const message = await telegram.say({ chat: group, from: ann, text: `/uptime ${line.line}` })
    return async (data: string | RegExp, isOwner = true) => {
      const buttons = JSON.stringify(telegram.message(message).keyboard)
      const found = typeof data === 'string' ? data : data.exec(buttons)![0]
      const before = telegram.messages(group.id).length
      await clock.turn(SECOND)
      const { text } = await telegram.pressData(message, found, isOwner ? ann : cat)
      if (text !== '') return text
      return telegram.waitFor(() => {
        const now = telegram.message(message)
        const next = telegram.messages(group.id)[before]?.text
        return next ?? (now.before.length > 0 && now.text)
      })
    }
  }

  const STATUS = { name: 'status', line: 'status' }

  test('a button of an older version shows how things are now', async () => {
    await using home = await openSurfaces()
    const press = await pressing(home, STATUS)
    expect(await press('v0:dance:1')).toMatch(
      /^🔴 This button is from an older Uptalk\. 1 of 1 is down/,
    )
  })

  test('a confirmation that is over says so', async () => {
    await using home = await openSurfaces()
    const typed = { name: 'delete', options: { monitor: 'shop' }, line: 'delete shop' }
    const press = await pressing(home, typed)
    await home.clock.turn(3 * MINUTE)
    expect(await press(/v1:del:1:\w+/)).toBe(
      'That question is answered or over. Ask again: /uptime delete #1',
    )
    expect(await home.ours.selectFrom('monitors').select('id').execute()).toHaveLength(1)
  })

  test('a confirmation of somebody else says whose it is to give', async () => {
    await using home = await openSurfaces()
    await home.ours.updateTable('chat_links').set({ default_role: 'manager' }).execute()
    const typed = { name: 'delete', options: { monitor: 'shop' }, line: 'delete shop' }
    const press = await pressing(home, typed)
    expect(await press(/v1:del:1:\w+/, false)).toBe('Only the one who asked may confirm this.')
  })

  test('a button of another account is no longer there', async () => {
    await using home = await openSurfaces()
    await home.add('Theirs', home.theirs)
    const press = await pressing(home, STATUS)
    expect(await press('v1:show:2')).toBe('That is no longer there.')
  })

  test('who may not is told who may', async () => {
    await using home = await openSurfaces()
    const press = await pressing(home, STATUS)
    expect(await press('v1:ack:1', false)).toMatch(
      /^Acknowledging needs the responder role\. \w+ and the administrators here have it\.$/,
    )
    expect(
      await READS[surface](
        home,
        { name: 'pause', options: { monitor: 'shop' }, line: 'pause shop' },
        false,
      ),
    ).toMatch(/^Pausing needs the responder role\. \w+ and the administrators here have it\.$/)
  })
})

test('a place that is not linked is told how, in a group, a direct message and a server', async () => {
  await using home = await openHome()
  const { discord, telegram, clock } = home
  const how = (noun: string) =>
    `This ${noun} isn't linked yet. On the machine: npm run uptalk -- link-code, then here: /uptime link CODE`
  for (const [guildId, noun] of [
    [discord.guild.id, 'server'],
    [null, 'chat'],
  ] as const) {
    const { message, ephemeral } = await discord.command({ name: 'status', guildId })
    expect([show(message), ephemeral]).toEqual([how(noun), true])
  }
  const ann = telegram.person('Ann')
  for (const chat of [telegram.group('Ops'), telegram.privateChat(ann)]) {
    await clock.turn(SECOND)
    const { text } = await telegram.say({ chat, from: ann, text: '/uptime status' })
    expect(text).toBe(how('chat'))
  }
})

const ODD = ['', ' ', '😀', '\u200B', '@everyone', '-1', '#', '=', '"', 'x'.repeat(4096), '\n# big']

test.each(
  COMMANDS.filter(({ card }) => card.options.length > 0).map(
    ({ card }) => [card.name, card] as const,
  ),
)(
  'whatever is given to the options of %s, the answer is a sentence of ours',
  async (name, { options }) => {
    await using home = await openSurfaces()
    const { guild, channel } = home.discord
    const place = {
      ...SHELL.place,
      platform: 'discord',
      serverId: guild.id,
      channelId: channel.id,
      isPrivate: false,
    } as const
    const ask: Ask = { actor: { ...SHELL.actor, userId: guild.ownerId }, place }
    for (const { name: option } of options)
      for (const odd of ODD) {
        const given = Object.fromEntries(
          options.map((it) => [it.name, it.kind === 'monitor' ? 'shop' : '1']),
        )
        const said = words(await home.desk.run(ask, name, { ...given, [option]: odd }))
        expect(said).not.toMatch(
          /Too (?:big|small)|Invalid|expected string|Something broke|undefined|\[object/,
        )
        expect(said.length).toBeLessThan(2000)
      }
    expect(home.logged).toEqual([])
  },
)
