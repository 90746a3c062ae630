import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Actor, Ask, Named, Place } from '../../../bots/commands/desk.ts'
import { press } from '../../../bots/commands/compose.ts'
import { listGrants } from '../../../src/accounts/index.ts'
import { DAY } from '../../../src/kernel/index.ts'
import { forgetOld } from '../../../src/retention/index.ts'
import { ANN, BOB, CAT, ELSEWHERE, EVE, type House, openHouse, SERVER, words } from './house.ts'

const person = ({ userId, displayName }: Actor, word: string | null = userId): Named => ({
  kind: 'person',
  id: userId,
  displayName,
  word,
})
const OPS: Named = { kind: 'role', id: '70', displayName: 'Ops', word: '70' }

const DAN: Actor = { userId: '9', displayName: 'Dan', standing: 'administrator' }
const GROUP: Place = {
  platform: 'telegram',
  serverId: '-100500',
  channelId: '-100500',
  threadId: null,
  isPrivate: false,
  title: 'Night shift',
}

const roleOf = async (house: House, actor: Actor): Promise<string> => {
  const [first = '', why = ''] = words(await house.says(actor, 'whoami')).split('\n')
  return `${/, (?:and )?(.*?)(?: here)?$/.exec(first)![1]}: ${why.replace('Why: ', '')}`
}

const deeds = ({ ours }: House) =>
  ours
    .selectFrom('audit_logs')
    .select(['actor_type', 'actor', 'place', 'action', 'subject', 'changes'])
    .where('action', 'in', ['role.give', 'role.take', 'link.update'])
    .orderBy('id')
    .execute()

test('a role is given, changed and taken away, and each time it is written down', async () => {
  await using house = await openHouse()
  expect(await roleOf(house, CAT)).toBe('viewer: everybody here is at least viewer')
  const give = (role: string) => house.says(ANN, `access ${CAT.userId} ${role}`, [person(CAT)])
  expect(words(await give('Responder'))).toBe('Cat is responder here now.')
  expect(await roleOf(house, CAT)).toBe('responder: given by Ann')
  expect(words(await give('responder'))).toBe('Cat is responder here already.')
  expect(words(await give('manager'))).toBe('Cat is manager here now, and was responder.')
  expect(words(await give('none'))).toBe('Cat is no longer manager here.')
  expect(words(await give('none'))).toBe('Cat has been given no role here.')
  expect(await roleOf(house, CAT)).toBe('viewer: everybody here is at least viewer')
  await house.says(ANN, 'access default responder')
  const who = 'Cat (person 3)'
  const from = { actor_type: 'chat', actor: 'Ann', place: 'Ops', subject: '/api/chat_links/1' }
  const change = (action: string, changes: object) => ({
    ...from,
    action,
    changes: JSON.stringify(changes),
  })
  expect(await deeds(house)).toEqual([
    change('role.give', { who: [null, who], role: ['none', 'responder'] }),
    change('role.give', { who: [who, who], role: ['responder', 'manager'] }),
    change('role.take', { who: [who, null], role: ['manager', 'none'] }),
    change('link.update', { defaultRole: ['viewer', 'responder'] }),
  ])
})

test("a role of the server's own is everybody's who has it, by the ask itself", async () => {
  await using house = await openHouse()
  const inOps: Actor = { ...CAT, roleIds: ['900', '70'] }
  await house.says(ANN, 'access give 70 manager', [OPS])
  expect(await roleOf(house, inOps)).toBe('manager: by the role @Ops, given by Ann')
  expect(await roleOf(house, CAT)).toBe('viewer: everybody here is at least viewer')
  await house.says(ANN, 'access take 70', [OPS])
  expect(await roleOf(house, inOps)).toBe('viewer: everybody here is at least viewer')
})

test('a refusal names who could', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  const refusal = async () => words(await house.says(CAT, 'pause shop'))
  await house.says(ANN, 'access 70 responder', [OPS])
  expect(await refusal()).toBe(
    'Pausing needs the responder role. Ann, @Ops and the administrators here have it.',
  )
  expect(words(await house.says(CAT, 'access show'))).toBe(
    'Looking at who may do what needs the owner role. Ann has it.',
  )
  for (const id of ['11', '12', '13', '14'])
    await house.says(ANN, `access ${id} owner`, [{ ...OPS, kind: 'person', id, word: id }])
  expect(words(await house.says(BOB, 'unlink'))).toBe(
    'Unlinking needs the owner role. Ann, Ops, Ops, Ops and 1 more have it.',
  )
})

test('all is listed for an owner, with who gave what', async () => {
  await using house = await openHouse()
  await house.says(ANN, 'access 70 manager', [OPS])
  await house.says(ANN, 'access 2 owner', [person(BOB)])
  await house.says(BOB, 'access 3 responder', [person(CAT)])
  await house.says(BOB, 'access default none')
  const reply = await house.says(ANN, 'access')
  expect(words(reply)).toBe(
    [
      'Who may do what in this server',
      'Owner: Ann (linked it), whoever made the server, Bob (given by Ann)',
      'Manager: the administrators, @Ops (given by Ann)',
      'Responder: Cat (given by Bob)',
      'Everybody else: nothing, not even a look',
      'Change it: /uptime access give @Bob responder or /uptime access default responder',
    ].join('\n'),
  )
  expect(reply.audience).toBe('asker')
  const shell: Ask = { actor: ANN, place: { ...SERVER, platform: 'terminal', serverId: 'main' } }
  expect(words(await house.desk.runLine(shell, 'access'))).toMatch(
    /^Who may do what where\nOps\nOwner: Ann [^]*Roles are given in the chat/,
  )
  expect(words(await house.desk.runLine(shell, 'access user:3 manager'))).toBe(
    'Roles are given in the chat they are for. Type this there.',
  )
})

test('who linked the place stays its owner, and the default is not given to @everyone', async () => {
  await using house = await openHouse()
  await house.says(ANN, 'access 2 owner', [person(BOB)])
  const before = await deeds(house)
  for (const role of ['viewer', 'none', 'manager'])
    expect(words(await house.says(BOB, `access 1 ${role}`, [person(ANN)]))).toBe(
      'Ann linked this server, and stays its owner.',
    )
  expect(words(await house.says(ANN, 'access default owner'))).toMatch(
    /^"role" must be viewer, responder, manager or none, not "owner"\.\nTry: /,
  )
  const everyone: Named = { kind: 'role', id: '900', displayName: '@everyone', word: '900' }
  expect(words(await house.says(ANN, 'access 900 manager', [everyone]))).toBe(
    'What everybody may do is the default: /uptime access default responder',
  )
  expect(await deeds(house)).toEqual(before)
})

test('where the default is none, who has no role may do nothing at all', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await house.says(ANN, 'access default none')
  const needs = /needs the viewer role\. Ann and the administrators here have it\.$/
  for (const line of ['status', 'list', 'show shop', 'incidents', 'alerts show', 'summary show'])
    expect(words(await house.says(CAT, line))).toMatch(needs)
  expect(await roleOf(house, CAT)).toBe(
    'may do nothing: nobody has a role here but those it is given to',
  )
  expect(words(await house.says(CAT, 'whoami'))).not.toContain('main')
  expect(words(await house.presses(CAT, press('show', id)))).toMatch(needs)
  // A button of another version would else show how everything is.
  expect(words(await house.presses(CAT, 'v0:what'))).toMatch(needs)
  const ask: Ask = { actor: CAT, place: SERVER }
  expect(await house.desk.complete(ask, 'show', 'monitor', '')).toEqual([])
  await house.says(ANN, 'access 3 viewer', [person(CAT)])
  expect(words(await house.says(CAT, 'list'))).toContain('Shop')
  expect(words(await house.says(BOB, 'list'))).toContain('Shop')
})

test('a button pressed by one whose role was taken a moment ago is refused', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await house.says(ANN, 'access 3 manager', [person(CAT)])
  const asked = await house.says(CAT, 'delete shop')
  const confirm = asked.actions.find(({ danger }) => danger === true)!
  await house.says(ANN, 'access take 3', [person(CAT)])
  const presses = [confirm.press, press('pause', id, '60'), press('aloff', 0)]
  for (const it of presses)
    expect(words(await house.presses(CAT, it))).toMatch(/needs the \w+ role/)
  expect(await house.ours.selectFrom('monitors').select('id').execute()).toHaveLength(1)
})

test('what is given in one place is nothing in another, and another account cannot reach it', async () => {
  await using house = await openHouse()
  await house.says(ANN, 'access 3 manager', [person(CAT)])
  const there: Ask = { actor: CAT, place: ELSEWHERE }
  expect(words(await house.desk.runLine(there, 'whoami'))).toContain('Cat, viewer here')
  const eve: Ask = { actor: EVE, place: ELSEWHERE, named: [person(CAT)] }
  expect(words(await house.desk.runLine(eve, 'access take 3'))).toBe(
    'Cat has been given no role here.',
  )
  expect(words(await house.desk.runLine(eve, 'access'))).not.toContain('Cat')
  expect(await roleOf(house, CAT)).toBe('manager: given by Ann')
})

async function withGroup(house: House): Promise<Ask> {
  const ask: Ask = { actor: DAN, place: GROUP }
  await house.linkTo(house.ours, ask)
  return ask
}

test('on Telegram it is a mention, an answer, or a number; an unknown @name says what works', async () => {
  await using house = await openHouse()
  const ask = await withGroup(house)
  const says = async (line: string, named: readonly Named[] = []) =>
    words(await house.desk.runLine({ ...ask, named }, line))
  expect(await says('access Cat Smith manager', [person(CAT, 'Cat  Smith')])).toBe(
    'Cat is manager here now.',
  )
  expect(await says('access @cat_s responder', [person(CAT, '@Cat_S')])).toBe(
    'Cat is responder here now, and was manager.',
  )
  expect(await says('access none', [person(CAT, null)])).toBe('Cat is no longer responder here.')
  expect(await says('access give manager', [person(CAT, null)])).toBe('Cat is manager here now.')
  expect(await says('access take', [person(CAT, null)])).toBe('Cat is no longer manager here.')
  expect(await says('access 123456 responder')).toBe('user:123456 is responder here now.')
  expect(await says('access @nobody manager')).toBe(
    [
      'I do not know who @nobody is.',
      'Telegram lets me know people by what they say here, not by their @name. What works:',
      'Answer a message of theirs with /uptime access manager',
      'Let them say something to me here first, such as /uptime whoami, and then give the @name',
      'Or give the number that /uptime whoami tells them: /uptime access 123456 manager',
    ].join('\n'),
  )
  expect(await says('access manager')).toMatch(/^Say whose role it is to be\.\n/)
  expect(await says('access role:70 manager')).toMatch(/^I do not know who role:70 is/)
  expect(await says('access @nobody boss')).toMatch(/^"role" must be viewer, [^]*not "boss"\.\nTry/)
  expect(await says('access @nobody')).toMatch(/^"role" is required\.\nTry: /)
  expect(await says('whoami')).toContain('Your number: 9')
})

test('an anonymous administrator is manager, never owner, whoever linked and whatever is given', async () => {
  await using house = await openHouse()
  const nobody: Actor = { userId: '', displayName: 'Night shift', standing: 'administrator' }
  const ask: Ask = { actor: nobody, place: GROUP }
  await house.linkTo(house.ours, ask)
  expect(words(await house.desk.runLine(ask, 'whoami'))).toContain('Night shift, manager here')
  expect(words(await house.desk.runLine(ask, 'access 3 owner'))).toBe(
    'Giving roles needs the owner role. Whoever made this chat has it.',
  )
})

test('the roles go where the link goes: to the supergroup, and away with it', async () => {
  await using house = await openHouse()
  const ask = await withGroup(house)
  await house.desk.runLine(ask, 'access 123456 manager')
  await house.desk.placeMoved(GROUP, '-100900')
  const moved: Place = { ...GROUP, serverId: '-100900', channelId: '-100900' }
  const given: Actor = { ...CAT, userId: '123456' }
  expect(words(await house.desk.runLine({ actor: given, place: moved }, 'whoami'))).toContain(
    'Cat, manager here',
  )
  await house.desk.placeLeft(moved, 'removed')
  await house.clock.turn(31 * DAY)
  await forgetOld(house.db, house.clock.now(), DAY)
  expect(await house.ours.selectFrom('role_grants').selectAll().execute()).toEqual([])

  await house.says(ANN, 'access 3 manager', [person(CAT)])
  const { actions } = await house.says(ANN, 'unlink')
  await house.presses(ANN, actions[0]!.press)
  expect(await house.ours.selectFrom('role_grants').selectAll().execute()).toEqual([])
  await house.linkTo(house.ours, { actor: { ...ANN, standing: 'administrator' }, place: SERVER })
  expect(await roleOf(house, CAT)).toBe('viewer: everybody here is at least viewer')
})

test('nothing is given that is not written down', async () => {
  await using house = await openHouse()
  const link = await house.ours.selectFrom('chat_links').select('id').executeTakeFirstOrThrow()
  await sql`create trigger refuse before insert on audit_logs begin select raise(abort, 'no'); end`.execute(
    house.db,
  )
  await house.says(ANN, 'access 3 manager', [person(CAT)])
  await house.says(ANN, 'access default none')
  expect(await listGrants(house.ours, link.id)).toEqual([])
  expect(await roleOf(house, CAT)).toBe('viewer: everybody here is at least viewer')
})
