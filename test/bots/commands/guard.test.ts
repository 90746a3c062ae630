import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../../bots/commands/catalogue.ts'
import type { Actor, Ask } from '../../../bots/commands/desk.ts'
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
  [
    'check shop',
    'responder',
    { up: /answers in 182 ms/, down: /answers in/, paused: /It is paused/ },
  ],
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
    'delete shop',
    'manager',
    { up: /Delete Shop\?/, down: /1 incident, all/, paused: /Delete Shop\?/ },
  ],
] as const

/** All that a command could leave behind. */
const traces = async ({ ours, looker }: House) => [
  await ours.selectFrom('monitors').selectAll().execute(),
  await ours.selectFrom('incidents').selectAll().execute(),
  await ours.selectFrom('confirmations').selectAll().execute(),
  await ours.selectFrom('audit_logs').selectAll().execute(),
  [...looker.looked],
]

const STATES: readonly State[] = ['up', 'down', 'paused']
const ROLES = ['viewer', 'responder', 'manager', 'owner'] as const
const PEOPLE = { viewer: CAT, responder: RESPONDER, manager: BOB, owner: ANN } as const

test('the table names every command that needs a role', () => {
  expect(new Set(LINES.map(([line]) => line.split(' ')[0]))).toEqual(
    new Set(COMMANDS.filter(({ role }) => role !== null).map(({ card }) => card.name)),
  )
})

describe.each(STATES)('with a monitor that is %s', (state) => {
  describe.each(LINES)('%s', (line, needed, answers) => {
    test.each(ROLES)('by a %s', async (role) => {
      await using house = await openHouse()
      await shopThatIs(house, state)
      if (role === 'responder')
        await house.ours.updateTable('chat_links').set({ default_role: 'responder' }).execute()
      const before = await traces(house)
      const reply = await house.says(PEOPLE[role], line)
      const may = ROLES.indexOf(role) >= ROLES.indexOf(needed)
      const refusal = new RegExp(
        `^\\w.* needs the ${needed} role. Ann and the administrators here have it.$`,
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

describe('a button carries no right', () => {
  const PRESSES = [
    'v1:ack:1',
    'v1:pause:1:60',
    'v1:pause:1:60a',
    'v1:check:1',
    'v1:resume:1',
    'v1:delask:1',
    'v1:ackm:1',
  ]

  test.each(PRESSES)('%s pressed by a viewer is refused', async (press) => {
    await using house = await openHouse()
    await shopThatIs(house, 'down')
    const reply = await house.presses(CAT, press)
    expect(words(reply)).toMatch(/ needs the (?:responder|manager) role/)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 1 })
  })

  test.each([...PRESSES, 'v1:show:1', 'v1:inc:1', 'v1:incs:1:1', 'v1:del:1:abc', 'v1:keep:1:abc'])(
    '%s with an id of another account is no longer there',
    async (press) => {
      await using house = await openHouse()
      await shopThatIs(house, 'down')
      const reply = await house.desk.press({ actor: EVE, place: ELSEWHERE }, press)
      expect(words(reply)).toMatch(/^(?:That is no longer there|That question is answered or over)/)
      expect(await house.ours.selectFrom('monitors').select('is_active').execute()).toEqual([
        { is_active: 1 },
      ])
    },
  )

  test.each([
    'v2:ack:1',
    'v1:dance:1',
    'v1:ack',
    'v1:ack:../1',
    '',
    'x'.repeat(200),
    'v1:constructor:1',
  ])('%s is from an older Uptalk, and the state follows', async (press) => {
    await using house = await openHouse()
    await shopThatIs(house, 'down')
    expect(house.desk.pressCard(press)).toBeUndefined()
    expect(words(await house.presses(CAT, press))).toMatch(
      /^This button is from an older Uptalk\. 1 of 1 is down\ndown Shop/,
    )
  })

  test('every button there is fits the wire and belongs to a command', async () => {
    await using house = await openHouse()
    await shopThatIs(house, 'down')
    for (let more = 0; more < 25; more += 1) await house.add(`More ${more}`)
    for (const line of [
      '',
      'list',
      'list down',
      'show shop',
      'incidents',
      'check shop',
      'ack shop',
      'pause more',
      'delete shop',
      'pause shop',
      'add x.example.com',
    ])
      for (const { press } of (await house.says(ANN, line)).actions) {
        expect(press).toMatch(/^v1:[a-z]+:[0-9a-z]+(?::[0-9a-z]+)?$/)
        expect(press.length).toBeLessThanOrEqual(64)
        expect(house.desk.pressCard(press)).toBeDefined()
        const answer = words(await house.presses(ANN, press))
        expect(answer).not.toMatch(/older Uptalk|Something broke/)
      }
  })
})

describe('completion', () => {
  test('offers states, what begins as typed first, at most 25, and the id as value', async () => {
    await using house = await openHouse()
    await shopThatIs(house, 'down')
    await house.isUp(await house.add('Workshop'))
    const ask: Ask = { actor: CAT, place: SERVER }
    expect(await house.desk.complete(ask, 'show', 'monitor', 'SHO')).toEqual([
      { label: '🔴 Shop · down 12 s', value: '#1' },
      { label: '🟢 Workshop · 182 ms', value: '#2' },
    ])
    for (let more = 0; more < 40; more += 1) await house.add(`More ${more} ${'x'.repeat(40)}`)
    const all = await house.desk.complete(ask, 'show', 'monitor', '')
    expect(all).toHaveLength(25)
    expect(Math.max(...all.map(({ label }) => label.length))).toBeLessThanOrEqual(100)
    expect(all[0]).toEqual({ label: '🔴 Shop · down 12 s', value: '#1' })
  })

  test('of ack are the open incidents', async () => {
    await using house = await openHouse()
    await shopThatIs(house, 'down')
    const ask: Ask = { actor: ANN, place: SERVER }
    expect(await house.desk.complete(ask, 'ack', 'incident', 'sh')).toEqual([
      { label: '🔴 Shop · down 12 s · #1', value: '#1' },
    ])
  })

  test('is empty for who may not give the command, for other accounts and for nonsense', async () => {
    await using house = await openHouse()
    await shopThatIs(house, 'up')
    const { desk } = house
    expect(await desk.complete({ actor: CAT, place: SERVER }, 'delete', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: EVE, place: ELSEWHERE }, 'show', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: ANN, place: SERVER }, 'dance', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: ANN, place: SERVER }, 'show', 'name', '')).toEqual([])
    expect(house.logged).toEqual([])
  })
})
