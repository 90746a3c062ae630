import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createLinkCode } from '../../../src/accounts/index.ts'
import { MINUTE } from '../../../src/kernel/index.ts'
import { listChannels, switchOffPlace } from '../../../src/notifications/index.ts'
import type { Actor, Ask, Place } from '../../../bots/commands/desk.ts'
import { ANN, type House, openHouse, SERVER, words } from './house.ts'

const GROUP: Place = {
  platform: 'telegram',
  serverId: '-100500',
  channelId: '-100500',
  threadId: '12',
  isPrivate: false,
  title: 'Night shift',
}
const DAN: Actor = { userId: '9', displayName: 'Dan', standing: 'administrator' }

const codeOf = ({ ours, clock, chance }: House) =>
  createLinkCode(ours, clock.now(), chance, { type: 'cli', name: 'test' })

const link = (house: House, ask: Ask, code: string) => house.desk.runLine(ask, `link ${code}`)

const channels = async ({ ours }: House) =>
  (await listChannels(ours)).map(({ kind, name, channel_id, thread_id, is_active }) => [
    kind,
    name,
    channel_id,
    thread_id,
    is_active,
  ])

test('an administrator ties a group; its topic hears alerts from then on', async () => {
  await using house = await openHouse()
  const reply = await link(house, { actor: DAN, place: GROUP }, (await codeOf(house)).toLowerCase())
  expect(words(reply)).toBe(
    'This chat belongs to the account main now.\nAlerts come to this topic from now on, and every morning at 9 how the day before was.\nNext: /uptime add https://example.com',
  )
  expect(await channels(house)).toEqual([
    ['discord', 'Ops', '901', null, 1],
    ['telegram', 'Night shift', '-100500', '12', 1],
  ])
  expect(words(await house.desk.runLine({ actor: DAN, place: GROUP }, 'whoami'))).toContain(
    'You are Dan, owner here',
  )
})

test('a member may not, and the code stays good; in private anybody may', async () => {
  await using house = await openHouse()
  const code = await codeOf(house)
  const member: Actor = { ...DAN, standing: 'member' }
  expect(words(await link(house, { actor: member, place: GROUP }, code))).toBe(
    'Linking this chat needs somebody who administers it.',
  )
  const place: Place = { ...GROUP, serverId: '9', channelId: '9', threadId: null, isPrivate: true }
  expect(words(await link(house, { actor: member, place }, code))).toContain(
    'Alerts come to this chat',
  )
})

test('spent, expired and wrong codes look the same; five of them are a pause', async () => {
  await using house = await openHouse()
  const ask: Ask = { actor: DAN, place: GROUP }
  const expired = await codeOf(house)
  await house.clock.turn(11 * MINUTE)
  const spent = await codeOf(house)
  await link(house, { actor: DAN, place: { ...GROUP, serverId: '5', channelId: '5' } }, spent)
  const said = [expired, spent, 'ABCD-2345', 'ABCD-2346', 'ABCD-2347']
  for (const code of said) {
    const reply = await link(house, ask, code)
    expect(words(reply)).toMatch(/^That code is not one of ours, or it is used up or expired/)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 1 })
  }
  expect(words(await link(house, ask, await codeOf(house)))).toBe(
    'Five wrong codes came from here; try again in 15 min.',
  )
})

test('a place that is linked says to whom, and the terminal needs no link', async () => {
  await using house = await openHouse()
  const ask: Ask = { actor: { ...ANN, standing: 'creator' }, place: SERVER }
  expect(words(await link(house, ask, await codeOf(house)))).toBe(
    'This place belongs to the account main already.',
  )
  const terminal: Place = { ...SERVER, platform: 'terminal', serverId: 'main', isPrivate: true }
  expect(words(await link(house, { ...ask, place: terminal }, 'ABCD-2345'))).toContain(
    'needs no link',
  )
})

test('when the bot is put out its channels are off, when it is back they are on', async () => {
  await using house = await openHouse()
  await house.desk.placeLeft(SERVER, 'the bot was removed')
  expect(await channels(house)).toEqual([['discord', 'Ops', '901', null, 0]])
  const { left_at } = await house.ours
    .selectFrom('chat_links')
    .select('left_at')
    .executeTakeFirstOrThrow()
  expect(left_at).toBe(house.clock.now())
  await house.desk.placeBack(SERVER)
  expect(await channels(house)).toEqual([['discord', 'Ops', '901', null, 1]])
})

test('a group that refused a message is told again once the bot is back, though nobody said it had left', async () => {
  await using house = await openHouse()
  await link(house, { actor: DAN, place: GROUP }, await codeOf(house))
  await switchOffPlace(house.db, house.clock.now(), GROUP, 'Forbidden: bot was kicked')
  expect((await channels(house))[1]?.at(-1)).toBe(0)
  await house.desk.placeBack(GROUP)
  expect((await channels(house))[1]?.at(-1)).toBe(1)
  await switchOffPlace(house.db, house.clock.now(), SERVER, 'the channel was deleted')
  await house.desk.placeBack(SERVER)
  expect((await channels(house))[0]?.at(-1)).toBe(0)
})

test('a group that becomes a supergroup keeps its link and its topic', async () => {
  await using house = await openHouse()
  await link(house, { actor: DAN, place: GROUP }, await codeOf(house))
  await house.desk.placeMoved(GROUP, '-100900')
  // Platforms say so twice.
  await house.desk.placeMoved(GROUP, '-100900')
  const place: Place = { ...GROUP, serverId: '-100900', channelId: '-100900' }
  expect(words(await house.desk.runLine({ actor: DAN, place }, 'whoami'))).toContain('owner here')
  expect((await channels(house))[1]).toEqual(['telegram', 'Night shift', '-100900', '12', 1])
})

test('a channel that was switched off is told again when one who may says link there', async () => {
  await using house = await openHouse()
  await link(house, { actor: DAN, place: GROUP }, await codeOf(house))
  await switchOffPlace(house.db, house.clock.now(), GROUP, 'not enough rights')
  const viewer: Ask = { actor: { ...DAN, userId: '10', standing: 'member' }, place: GROUP }
  expect(words(await link(house, viewer, 'x'))).toContain('needs somebody who administers it')
  expect(words(await link(house, { actor: DAN, place: GROUP }, 'x'))).toBe(
    'Alerts come to this topic again.',
  )
  expect((await channels(house)).at(-1)).toEqual(['telegram', 'Night shift', '-100500', '12', 1])
  expect(words(await link(house, { actor: DAN, place: GROUP }, 'x'))).toBe(
    'This place belongs to the account main already.',
  )
})

test('telling a channel again is written down with who did it, all of it or nothing', async () => {
  await using house = await openHouse()
  await link(house, { actor: DAN, place: GROUP }, await codeOf(house))
  await switchOffPlace(house.db, house.clock.now(), GROUP, 'not enough rights')
  const deeds = () =>
    house.ours.selectFrom('audit_logs').select(['actor', 'action', 'subject']).execute()
  const before = await deeds()
  await sql`create trigger refuse before insert on audit_logs begin select raise(abort, 'no'); end`.execute(
    house.db,
  )
  await link(house, { actor: DAN, place: GROUP }, 'x')
  expect((await channels(house)).at(-1)?.at(-1)).toBe(0)
  await sql`drop trigger refuse`.execute(house.db)
  await link(house, { actor: DAN, place: GROUP }, 'x')
  expect((await channels(house)).at(-1)?.at(-1)).toBe(1)
  expect((await deeds()).slice(before.length)).toEqual([
    {
      actor: 'Dan',
      action: 'channel.reopen',
      subject: expect.stringMatching(/^\/api\/channels\/\d+$/),
    },
  ])
})
