import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { commandOf, COMMANDS } from '../../../bots/commands/catalogue.ts'
import type { Actor, Ask } from '../../../bots/commands/desk.ts'
import { wordsOf } from '../../../bots/commands/line.ts'
import { MINUTE } from '../../../src/kernel/index.ts'
import { pauseMonitor } from '../../../src/monitors/index.ts'
import { ANN, BOB, CAT, ELSEWHERE, EVE, type House, openHouse, SERVER, words } from './house.ts'

const RESPONDER: Actor = { ...CAT, userId: '4', displayName: 'Rex' }

type State = 'up' | 'down' | 'paused'

async function shopThatIs(house: House, state: State): Promise<void> {
  const id = await house.add('Shop')
  if (state === 'up') await house.isUp(id)
  if (state === 'down') await house.falls(id)
  if (state === 'paused')
    await pauseMonitor(house.ours, house.tools, id, house.clock.now() + 60 * MINUTE)
}

/** Every command as one would give it to a monitor called Shop, and who may. */
const LINES = [
  ['status', 'viewer', { up: /All 1|1 is up/, down: /1 of 1 is down/, paused: /1 is paused/ }],
  [
    'list',
    'viewer',
    { up: /up Shop up/, down: /down Shop down 12 s/, paused: /paused Shop paused/ },
  ],
  ['show shop', 'viewer', { up: /Shop is up/, down: /Shop is down/, paused: /Shop is paused/ }],
  [
    'incidents',
    'viewer',
    { up: /No incident so far/, down: /1 open · 0 over/, paused: /No incident so far/ },
  ],
  ['check shop', 'responder', { up: /is up · 182 ms/, down: /is up/, paused: /It is paused/ }],
  [
    'pause shop 2h',
    'responder',
    { up: /is paused until/, down: /its outage ends here/, paused: /is paused until/ },
  ],
  [
    'resume shop',
    'responder',
    { up: /is not paused/, down: /is not paused/, paused: /is watched again/ },
  ],
  ['ack shop', 'responder', { up: /has no open/, down: /is on it: Shop/, paused: /has no open/ }],
  [
    'add https://new.example.com',
    'manager',
    { up: /is watched now/, down: /is watched now/, paused: /is watched now/ },
  ],
  [
    'edit shop interval 1m',
    'manager',
    { up: /Shop is changed/, down: /Shop is changed/, paused: /Shop is changed/ },
  ],
  [
    'delete shop',
    'manager',
    { up: /Delete Shop\?/, down: /1 incident, all/, paused: /Delete Shop\?/ },
  ],
  [
    'note shop on it',
    'responder',
    { up: /has had no incident/, down: /Noted at Shop: on it/, paused: /has had no incident/ },
  ],
  [
    'stats shop 7d',
    'viewer',
    { up: /^Shop · no data/, down: /^Shop · no data/, paused: /^Shop · no data/ },
  ],
  ['unlink', 'owner', { up: /Untie this server/, down: /Untie this/, paused: /Untie this/ }],
  [
    'maintenance list',
    'viewer',
    { up: /No maintenance/, down: /No maintenance/, paused: /No maintenance/ },
  ],
  [
    'maintenance start shop',
    'manager',
    { up: /is on for Shop/, down: /is on for Shop/, paused: /is on for Shop/ },
  ],
  [
    'maintenance plan shop 22:00 2h',
    'manager',
    { up: /is planned for Shop/, down: /is planned for Shop/, paused: /is planned for Shop/ },
  ],
  [
    'maintenance end 7',
    'manager',
    { up: /no maintenance #7/, down: /no maintenance #7/, paused: /no maintenance #7/ },
  ],
  [
    'alerts show',
    'viewer',
    {
      up: /^Alerts come to this channel/,
      down: /^Alerts come to this channel/,
      paused: /^Alerts come to this channel/,
    },
  ],
  ['alerts on web', 'manager', { up: /tag web/, down: /tag web/, paused: /tag web/ }],
  [
    'alerts off',
    'manager',
    { up: /^No alerts come/, down: /^No alerts come/, paused: /^No alerts come/ },
  ],
  [
    'alerts level down',
    'manager',
    {
      up: /Told of: outages, recoveries, reminders/,
      down: /Told of: outages, recoveries, reminders/,
      paused: /Told of: outages, recoveries, reminders/,
    },
  ],
  ['alerts mute 2h', 'manager', { up: /muted until/, down: /muted until/, paused: /muted until/ }],
  [
    'alerts mention everyone',
    'manager',
    {
      up: /Outages call: everyone/,
      down: /Outages call: everyone/,
      paused: /Outages call: everyone/,
    },
  ],
  [
    'alerts ring on',
    'manager',
    { up: /Recoveries: ring/, down: /Recoveries: ring/, paused: /Recoveries: ring/ },
  ],
  [
    'alerts here',
    'manager',
    {
      up: /^Alerts come to this channel/,
      down: /^Alerts come to this channel/,
      paused: /^Alerts come to this channel/,
    },
  ],
  [
    'summary show',
    'viewer',
    {
      up: /^Last 24 h · [^]*09:00 every day/,
      down: /^Last 24 h · [^]*09:00 every day/,
      paused: /^Last 24 h · [^]*09:00 every day/,
    },
  ],
  [
    'summary now week',
    'viewer',
    { up: /^Last 7 days/, down: /^Last 7 days/, paused: /^Last 7 days/ },
  ],
  [
    'summary schedule 08:30',
    'manager',
    { up: /08:30 every day/, down: /08:30 every day/, paused: /08:30 every day/ },
  ],
  [
    'summary timezone Asia/Tokyo',
    'manager',
    { up: /goes by Asia.Tokyo/, down: /goes by Asia.Tokyo/, paused: /goes by Asia.Tokyo/ },
  ],
  [
    'access show',
    'owner',
    {
      up: /^Who may do what in this server/,
      down: /^Who may do what in this server/,
      paused: /^Who may do what in this server/,
    },
  ],
  [
    'access user:4 responder',
    'owner',
    {
      up: /^user:4 is responder here now/,
      down: /^user:4 is responder here now/,
      paused: /^user:4 is responder here now/,
    },
  ],
  [
    'access take user:4',
    'owner',
    {
      up: /^user:4 has been given no role/,
      down: /^user:4 has been given no role/,
      paused: /^user:4 has been given no role/,
    },
  ],
  [
    'access default none',
    'owner',
    {
      up: /^Only those with a role/,
      down: /^Only those with a role/,
      paused: /^Only those with a role/,
    },
  ],
  [
    'summary off',
    'manager',
    { up: /^No summary comes/, down: /^No summary comes/, paused: /^No summary comes/ },
  ],
  [
    'board show',
    'viewer',
    { up: /^No board is kept/, down: /^No board is kept/, paused: /^No board is kept/ },
  ],
  [
    'board on',
    'manager',
    { up: /^The board comes to/, down: /^The board comes to/, paused: /^The board comes to/ },
  ],
  [
    'board off',
    'manager',
    { up: /^No board is kept/, down: /^No board is kept/, paused: /^No board is kept/ },
  ],
] as const

/** All that a command could leave behind. */
const traces = async ({ ours, looker }: House) => [
  await ours.selectFrom('monitors').selectAll().execute(),
  await ours.selectFrom('incidents').selectAll().execute(),
  await ours.selectFrom('confirmations').selectAll().execute(),
  await ours.selectFrom('maintenances').selectAll().execute(),
  await ours.selectFrom('channels').selectAll().execute(),
  await ours.selectFrom('summaries').selectAll().execute(),
  await ours.selectFrom('role_grants').selectAll().execute(),
  await ours.selectFrom('chat_links').selectAll().execute(),
  await ours.selectFrom('boards').selectAll().execute(),
  await ours.selectFrom('audit_logs').selectAll().execute(),
  [...looker.looked],
]

const STATES: readonly State[] = ['up', 'down', 'paused']
const ROLES = ['viewer', 'responder', 'manager', 'owner'] as const
const PEOPLE = { viewer: CAT, responder: RESPONDER, manager: BOB, owner: ANN } as const

test('the table names every command that needs a role', () => {
  expect(new Set(LINES.map(([line]) => commandOf(wordsOf(line))?.command.card.name))).toEqual(
    new Set(COMMANDS.filter(({ role }) => role !== null).map(({ card }) => card.name)),
  )
})

describe.each(STATES)('with a monitor that is %s', (state) => {
  describe.each(LINES)('%s', (line, needed, answers) => {
    test.each(ROLES)('by a %s', async (role) => {
      await using house = await openHouse()
      await shopThatIs(house, state)
      if (role === 'responder') await house.says(ANN, 'access user:4 responder')
      const before = await traces(house)
      const reply = await house.says(PEOPLE[role], line)
      const may = ROLES.indexOf(role) >= ROLES.indexOf(needed)
      const refusal = new RegExp(
        `^\\w.* needs the ${needed} role. Ann ${needed === 'owner' ? 'has it' : 'and the administrators here have it'}.$`,
      )
      expect(words(reply)).toMatch(may ? answers[state] : refusal)
      expect(may || reply.audience === 'asker').toBe(true)
      expect(may || isDeepStrictEqual(await traces(house), before)).toBe(true)
    })

    test('by the other account: there is no such monitor', async () => {
      await using house = await openHouse()
      await shopThatIs(house, state)
      await house.add('Theirs', house.theirs)
      const before = await house.ours.selectFrom('monitors').selectAll().execute()
      const eve: Ask = { actor: EVE, place: ELSEWHERE }
      expect(words(await house.desk.runLine(eve, line))).not.toMatch(/Shop|connection refused/)
      expect(words(await house.desk.runLine(eve, line.replace('shop', '#1')))).not.toMatch(/Shop/)
      expect(await house.ours.selectFrom('monitors').selectAll().execute()).toEqual(before)
      const { acknowledged_by } = (await house.ours
        .selectFrom('incidents')
        .select('acknowledged_by')
        .executeTakeFirst()) ?? { acknowledged_by: null }
      expect(acknowledged_by).toBeNull()
    })
  })
})

test('in a place that is not linked everything but help and linking says how to link', async () => {
  await using house = await openHouse()
  const ask: Ask = { actor: ANN, place: { ...SERVER, serverId: '777' } }
  for (const { card, role } of COMMANDS) {
    if (role === null) continue
    expect(words(await house.desk.runLine(ask, card.example))).toBe(
      "This server isn't linked yet. On the machine: npm run uptalk -- link-code, then here: /uptime link CODE",
    )
  }
  expect(words(await house.desk.runLine(ask, 'whoami'))).toContain("isn't linked yet")
  expect(words(await house.desk.runLine(ask, 'help'))).toContain('See: status, list, show')
  expect(await house.desk.complete(ask, 'show', 'monitor', '')).toEqual([])
  expect(words(await house.desk.press(ask, 'v1:show:1'))).toContain("isn't linked yet")
})
