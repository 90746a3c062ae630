import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { buildDesk } from '../../../bots/commands/index.ts'
import type { Ask } from '../../../bots/commands/desk.ts'
import { Fault } from '../../../src/kernel/index.ts'
import { refuseMetadata, ANN, countingChance, openHouse, SERVER, words } from './house.ts'

const at = (account: string): Ask => ({
  actor: { userId: 'root', displayName: 'root', standing: 'member' },
  place: { ...SERVER, platform: 'terminal', serverId: account },
})

const ask: Ask = { actor: ANN, place: SERVER }

test('a bug is one plain sentence with a ref, the rest is in the log', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  house.looker.outcome = new TypeError('cannot read properties of /srv/secret')
  const reply = await house.says(ANN, 'check shop')
  const [, ref] = /\(ref ([a-z0-9]{4})\)/.exec(words(reply)) ?? []
  expect(words(reply)).toBe(
    `Something broke on my side (ref ${ref}). Your monitors are still being watched.`,
  )
  expect(reply).toMatchObject({ audience: 'asker', exitCode: 70 })
  expect(house.logged).toEqual([
    {
      event: 'command broke',
      fields: { ref, err: house.looker.outcome, command: 'check' },
    },
  ])
})

test('a server that does not answer is exit code 3', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  house.looker.outcome = new Fault('engine_silent', { wait: '75 s' })
  const reply = await house.says(ANN, 'check shop')
  expect(words(reply)).toMatch(/^The running Uptalk did not look within 75 s/)
  expect(reply.exitCode).toBe(3)
})

test('a database that takes nothing in is no bug, and is said to be one that does not', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  await sql`pragma query_only = on`.execute(house.db)
  const reply = await house.says(ANN, 'pause shop')
  expect(words(reply)).toMatch(/^The database takes nothing in now/)
  expect(reply).toMatchObject({ audience: 'asker', exitCode: 3 })
})

test('nothing throws, whatever is broken', async () => {
  const house = await openHouse()
  await house[Symbol.asyncDispose]()
  const { desk, logged } = house
  for (const line of ['', 'status', 'show x', 'whoami', 'add https://x.example'])
    expect(words(await desk.runLine(ask, line))).toMatch(/^Something broke on my side/)
  expect(words(await desk.run(ask, 'list', {}))).toMatch(/^Something broke/)
  expect(words(await desk.press(ask, 'v1:show:1'))).toMatch(/^Something broke/)
  expect(words(await desk.press(ask, 'nonsense'))).toMatch(/^Something broke/)
  expect(await desk.complete(ask, 'show', 'monitor', '')).toEqual([])
  await desk.placeLeft(SERVER, 'gone')
  await desk.placeBack(SERVER)
  await desk.placeMoved(SERVER, '1')
  expect(logged.map(({ event }) => event).slice(-4)).toEqual([
    'completion broke',
    'place not switched off',
    'place not switched on',
    'place not moved',
  ])
})

describe('slips are told with what would be right', () => {
  test.each([
    ['stauts', 'There is no command stauts.\nDid you mean status? /uptime status'],
    [
      'pause shop every=5m',
      'every= is no option of pause; it takes monitor, for, reason.\nTry: /uptime pause',
    ],
    ['whoami now', 'I do not know what now is for; whoami takes none at all.'],
    ['show', '"monitor" is required.\nTry: /uptime show shop'],
    ['pause shop for=1m', '"for" must be 5m to 30d, not "1m".'],
  ])('%s', async (line, says) => {
    await using house = await openHouse()
    const reply = await house.says(ANN, line)
    expect(words(reply)).toContain(says)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 2 })
  })
})

test('options a platform left empty are as if not given', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  const reply = await house.desk.run(ask, 'status', { monitor: ' ' })
  expect(words(reply)).toMatch(/^1 of 1 wait/)
  expect(words(await house.desk.run(ask, 'dance', {}))).toMatch(/^There is no command dance/)
})

test('the terminal is owner of the account it names, and of no other', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  const { db, clock, sealer, looker } = house
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const desk = buildDesk({
    db,
    clock,
    chance: countingChance(),
    log,
    sealer,
    looker,
    refusal: refuseMetadata,
  })
  expect(words(await desk.runLine(at('main'), 'delete shop'))).toMatch(/^Delete Shop\?/)
  expect(words(await desk.runLine(at('rivals'), 'list'))).toMatch(
    /^Nothing is watched yet. uptalk add/,
  )
  expect(words(await desk.runLine(at('nobody'), 'list'))).toBe('There is no account "nobody".')
})
