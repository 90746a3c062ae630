import { describe, expect, test } from 'vitest'
import type { Actor, Ask, Place } from '../../../bots/commands/desk.ts'
import { HOUR, MINUTE } from '../../../src/kernel/index.ts'
import { addMonitor } from '../../../src/monitors/index.ts'
import {
  type ChannelConfig,
  configOf,
  createChannel,
  editChannel,
  listChannels,
  switchOffPlace,
} from '../../../src/notifications/index.ts'
import { ANN, BOB, CAT, type House, openHouse, SERVER, words } from './house.ts'

const OTHER: Place = { ...SERVER, channelId: '902' }
const GROUP: Place = {
  platform: 'telegram',
  serverId: '-100500',
  channelId: '-100500',
  threadId: '12',
  isPrivate: false,
  title: 'Night shift',
}
const DAN: Actor = { userId: '9', displayName: 'Dan', standing: 'administrator' }
const TERMINAL: Place = {
  platform: 'terminal',
  serverId: 'main',
  channelId: 'terminal',
  threadId: null,
  isPrivate: true,
  title: 'terminal',
}

async function withTags(house: House): Promise<void> {
  for (const [name, tags] of [
    ['Blog', ['web']],
    ['Wiki', ['web', 'prod']],
    ['Mail', []],
  ] as const)
    await addMonitor(house.ours, house.tools, {
      type: 'HTTP',
      name,
      url: 'https://web.example.com/',
      tags,
    })
}

const by = { type: 'cli', name: 'test' } as const

const channelTools = ({ clock, sealer, chance }: House) => ({
  now: clock.now(),
  by,
  sealer,
  chance,
  policy: { kinds: new Set(['webhook']), allowsClearWebhooks: false, refusal: () => undefined },
  serverOf: async () => null,
})

const set = (house: House, change: Partial<ChannelConfig>) =>
  editChannel(house.ours, channelTools(house), 1, (config) => ({ ...config, ...change }))

const configs = async ({ ours, sealer }: House) =>
  (await listChannels(ours)).map((it) => configOf(it, sealer))

const config = async (house: House) => (await configs(house))[0]!

describe('what this channel hears, and why not', () => {
  test('all of everything, once the server is linked', async () => {
    await using house = await openHouse()
    await withTags(house)
    expect(words(await house.says(CAT, 'alerts'))).toBe(
      [
        'Alerts come to this channel',
        'Told of: everything',
        'Monitors: all 3',
        'Recoveries: do not ring',
        '[Mute 1 h] [Switch off]',
      ].join('\n'),
    )
  })

  test('all that keeps something from it is named', async () => {
    await using house = await openHouse()
    await withTags(house)
    const now = house.clock.now()
    await set(house, {
      tags: ['web'],
      events: ['target.down', 'target.expiring'],
      mention: 'role:7',
      ringOnUp: true,
      quietHours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
    })
    await house.ours
      .updateTable('channels')
      .set({ failing_since: now - HOUR, last_delivery_at: now - 2 * HOUR })
      .execute()
    const ago = (hours: number) => `<relative ${new Date(now - hours * HOUR).toISOString()}>`
    expect(words(await house.says(CAT, 'alerts show'))).toBe(
      [
        `Alerts come to this channel · nothing gets through, first noticed ${ago(1)}`,
        'Told of: outages, what expires',
        'Monitors: tag web · Blog, Wiki (2 of 3)',
        'Recoveries: ring',
        'Outages call: the role 7',
        'Quiet: 22:00 to 07:00 by the clocks of Europe/Berlin, but for outages',
        `Last told: ${ago(2)}`,
        '[Mute 1 h] [Switch off]',
      ].join('\n'),
    )
  })

  test('quiet hours that are on now, and a channel that monitors have to name', async () => {
    await using house = await openHouse()
    await withTags(house)
    const hour = new Date(house.clock.now()).getUTCHours()
    const clock = (hours: number) => `${String((hour + hours) % 24).padStart(2, '0')}:00`
    const quietHours = { from: clock(0), to: clock(2), timezone: 'UTC' }
    house.clock.step(MINUTE)
    await set(house, { isDefault: false, quietHours })
    const shown = words(await house.says(CAT, 'alerts'))
    expect(shown).toMatch(/^Alerts come to this channel · outages only until <clock/)
    expect(shown).toContain('Monitors: only those that name it · none now')
  })

  test('switched off by the platform: why, and how it comes back', async () => {
    await using house = await openHouse()
    await switchOffPlace(house.db, house.clock.now(), SERVER, 'the channel was deleted')
    const reply = await house.says(CAT, 'alerts')
    expect(words(reply)).toMatch(
      /^No alerts come to this channel · off: the channel was deleted\n[^]*\[Switch on\]$/,
    )
    await house.presses(BOB, reply.actions[0]!.press)
    expect(await config(house)).toMatchObject({ isActive: true })
  })

  test('others are told besides, a row each; where a webhook goes to stays unsaid', async () => {
    await using house = await openHouse()
    await createChannel(house.ours, channelTools(house), {
      name: 'On-call',
      type: 'webhook',
      tags: ['prod'],
      events: ['target.down'],
      webhookInfo: { url: 'https://hooks.example.com/secret' },
    })
    const shown = words(await house.says(CAT, 'alerts'))
    expect(shown).toContain('Told besides:\nup On-call webhook · on · outages · tag prod')
    expect(shown).not.toContain('hooks.example.com')
    const elsewhere = await house.desk.runLine({ actor: CAT, place: OTHER }, 'alerts')
    expect(words(elsewhere)).toBe(
      [
        'No alerts come to this channel',
        'Let them: /uptime alerts on',
        'Told besides:',
        'up Ops Discord · on',
        'up On-call webhook · on · outages · tag prod',
        '[Switch on]',
      ].join('\n'),
    )
  })
})

describe('a change', () => {
  test.each([
    ['off', { isActive: false }, /^No alerts come to this channel · off: switched off by Bob/],
    ['on web Prod', { tags: ['web', 'prod'] }, /tags web, prod · Blog, Wiki \(2 of 3\)/],
    ['on web, prod', { tags: ['web', 'prod'] }, /tags web, prod/],
    ['on all', { tags: [], targets: null }, /Monitors: all 3/],
    ['on nobody', { tags: ['nobody'] }, /tag nobody · none now/],
    [
      'level down',
      { events: ['target.down', 'target.up', 'target.reminder'] },
      /Told of: outages, recoveries, reminders/,
    ],
    ['level ALL', { events: [] }, /Told of: everything/],
    ['mention <@&77>', { mention: 'role:77' }, /Outages call: the role 77/],
    ['mention <@!77>', { mention: 'user:77' }, /Outages call: the person 77/],
    ['mention role:5', { mention: 'role:5' }, /the role 5/],
    ['mention @everyone', { mention: 'everyone' }, /Outages call: everyone/],
    ['mention me', { mention: 'user:2' }, /the person 2/],
    ['mention none', { mention: null }, /Recoveries/],
    ['ring on', { ringOnUp: true }, /Recoveries: ring/],
    ['ring recoveries=off', { ringOnUp: false }, /Recoveries: do not ring/],
  ])('alerts %s', async (line, expected, shown) => {
    await using house = await openHouse()
    await withTags(house)
    await set(house, { targets: [3] })
    const reply = await house.says(BOB, `alerts ${line}`)
    expect(words(reply)).toMatch(shown)
    expect(await config(house)).toMatchObject(expected)
  })

  test('muted for a while, and no longer', async () => {
    await using house = await openHouse()
    const reply = await house.says(BOB, 'alerts mute for 2h')
    const until = house.clock.now() + 2 * HOUR
    expect(words(reply)).toMatch(
      new RegExp(`· muted until <clock ${new Date(until).toISOString()}>\n[^]*\\[Unmute\\]`),
    )
    expect(await config(house)).toMatchObject({ mutedUntil: until })
    await house.presses(BOB, reply.actions[0]!.press)
    expect(await config(house)).toMatchObject({ mutedUntil: null })
    const shown = await house.says(BOB, 'alerts')
    await house.presses(BOB, shown.actions[0]!.press)
    expect(await config(house)).toMatchObject({ mutedUntil: house.clock.now() + HOUR })
    await house.says(BOB, 'alerts mute off')
    expect(await config(house)).toMatchObject({ mutedUntil: null })
  })

  test('a place becomes a channel, and hears at once of what goes on', async () => {
    await using house = await openHouse()
    await house.falls(await house.add('Shop'))
    const there: Ask = { actor: BOB, place: { ...OTHER, title: 'x'.repeat(80) } }
    expect(words(await house.desk.runLine(there, 'alerts level down'))).toBe(
      'No alerts come to this channel yet. First: /uptime alerts on',
    )
    await house.desk.runLine(there, 'alerts on')
    expect(await configs(house)).toMatchObject([
      { name: 'Ops' },
      { name: `${'x'.repeat(49)}…`, discordInfo: { channelId: '902' }, isActive: true },
    ])
    const queued = house.ours.selectFrom('notifications').select('event')
    expect(await queued.where('channel_id', '=', 3).execute()).toEqual([{ event: 'alert' }])
  })

  test('a chat whose name is too long for a channel can be changed', async () => {
    await using house = await openHouse()
    await house.ours
      .updateTable('channels')
      .set({ name: 'y'.repeat(99) })
      .execute()
    await house.says(BOB, 'alerts ring on')
    expect(await config(house)).toMatchObject({ ringOnUp: true, name: `${'y'.repeat(49)}…` })
  })

  test('a viewer may look, and no more', async () => {
    await using house = await openHouse()
    const before = await configs(house)
    for (const line of ['on', 'off', 'level all', 'mute 2h', 'mention none', 'ring on', 'here']) {
      const reply = await house.says(CAT, `alerts ${line}`)
      expect(words(reply)).toBe(
        'Changing alerts needs the manager role. Ann and the administrators here have it.',
      )
      expect(reply).toMatchObject({ audience: 'asker', exitCode: 1 })
    }
    expect(await configs(house)).toEqual(before)
  })

  test.each([
    ['on Ünsinn', /must be 1 to 40 of a-z .*, not "ünsinn"\.\nTry: \/uptime alerts on prod web/],
    ['level loud', /"level" must be all or down, not "loud"\.\nTry: .*alerts level down/],
    ['level', /"level" is required/],
    ['mute yesterday', /"for" must be off, or at most 30d such as 2h, not "yesterday"/],
    ['mute 31d', /"for" must be off, or at most 30d such as 2h, not "31d"/],
    ['mention Ops', /"whom" must be a role or a person such as @Ops, .*, not "Ops"/],
    ['ring loud', /"recoveries" must be on or off, not "loud"/],
    ['loud', /There is no command alerts loud\./],
  ])('alerts %s is refused in a sentence', async (line, sentence) => {
    await using house = await openHouse()
    const before = await configs(house)
    const reply = await house.says(ANN, `alerts ${line}`)
    expect(words(reply)).toMatch(sentence)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 2 })
    expect(await configs(house)).toEqual(before)
  })
})

describe('a Telegram topic', () => {
  async function withGroup() {
    const house = await openHouse()
    await house.linkTo(house.ours, { actor: DAN, place: GROUP })
    return Object.assign(house, {
      tells: (line: string, threadId: string | null = '12') =>
        house.desk.runLine({ actor: DAN, place: { ...GROUP, threadId } }, line),
    })
  }

  test('takes the alerts of its chat over', async () => {
    await using house = await withGroup()
    expect(words(await house.tells('alerts here', '34'))).toMatch(/^Alerts come to this topic\n/)
    expect(words(await house.tells('alerts here', '34'))).toMatch(/^Alerts come to this topic\n/)
    expect((await listChannels(house.ours)).map((it) => [it.channel_id, it.thread_id])).toEqual([
      ['901', null],
      ['-100500', '34'],
    ])
    expect(words(await house.tells('alerts here', null))).toMatch(/^Alerts come to this chat\n/)
  })

  test('asks which, where several are told', async () => {
    await using house = await withGroup()
    await house.tells('alerts on', '34')
    const reply = await house.tells('alerts here', '56')
    expect(words(reply)).toBe(
      'Alerts come to 2 places, so it is not clear which one is to move: Night shift, Night shift. Switch this topic on, and the other one off there.',
    )
    expect(reply).toMatchObject({ exitCode: 1 })
  })

  test('calls people only, as there are no roles', async () => {
    await using house = await withGroup()
    expect(words(await house.tells('alerts mention everyone'))).toMatch(
      /"whom" must be me, user:ID or none, not "everyone"/,
    )
    expect(words(await house.tells('alerts mention me'))).toContain('Outages call: the person 9')
  })
})

describe('in a terminal', () => {
  const ask: Ask = { actor: { ...ANN, standing: 'creator' }, place: TERMINAL }

  test('all channels are listed', async () => {
    await using house = await openHouse()
    await house.says(BOB, 'alerts mute 2h')
    expect(words(await house.desk.runLine(ask, 'alerts'))).toMatch(
      /^1 of 1 channels on\npaused Ops Discord · muted until <.*>\nWhat a chat is told is changed there/,
    )
  })

  test.each(['on', 'off', 'level all', 'mute 2h', 'mention me', 'ring on', 'here'])(
    'alerts %s needs a chat',
    async (line) => {
      await using house = await openHouse()
      const reply = await house.desk.runLine(ask, `alerts ${line}`)
      expect(words(reply)).toBe(
        'A terminal is told nothing: type this in the chat that it is about.',
      )
      expect(reply).toMatchObject({ exitCode: 1 })
    },
  )
})
