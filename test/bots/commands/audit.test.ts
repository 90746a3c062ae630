import { expect, test } from 'vitest'
import { commandOf, COMMANDS } from '../../../bots/commands/catalogue.ts'
import { wordsOf } from '../../../bots/commands/line.ts'
import { createLinkCode } from '../../../src/accounts/index.ts'
import { ANN, BOB, ELSEWHERE, type House, openHouse, SERVER } from './house.ts'

type Before = (house: House, shop: number) => Promise<unknown>

const says =
  (line: string): Before =>
  (house) =>
    house.says(ANN, line)
const falls: Before = (house, shop) => house.falls(shop)

/** A line, what it does to what, and what has to be there before. */
type Deed = readonly [line: string, action: string, subject: string, before: Before]

const deed = (
  line: string,
  action: string,
  subject: string,
  before: Before = async () => {},
): Deed => [line, action, subject, before]

const DEEDS: readonly Deed[] = [
  deed('add https://new.example.com', 'monitor.create', '/api/targets/2'),
  deed('edit shop interval 1m', 'monitor.update', '/api/targets/1'),
  deed('pause shop', 'monitor.pause', '/api/targets/1'),
  deed('pause shop 5h', 'monitor.pause_until', '/api/targets/1', says('pause shop 2h')),
  deed('pause all', 'monitor.pause', '/api/targets/1'),
  deed('pause shop 2h new rack', 'monitor.pause_reason', '/api/targets/1'),
  deed('resume shop', 'monitor.resume', '/api/targets/1', says('pause shop')),
  deed('resume all', 'monitor.resume', '/api/targets/1', says('pause shop')),
  deed('delete shop', 'monitor.delete', '/api/targets/1'),
  deed('ack shop', 'incident.acknowledge', '/api/target_incidents/1', falls),
  deed('note shop on it', 'incident.note', '/api/target_incidents/1', falls),
  deed('maintenance start shop', 'maintenance.create', '/api/maintenances/1'),
  deed('maintenance plan shop 22:00 2h', 'maintenance.create', '/api/maintenances/1'),
  deed(
    'maintenance end 1',
    'maintenance.end',
    '/api/maintenances/1',
    says('maintenance start shop'),
  ),
  deed('alerts on web', 'channel.update', '/api/channels/1'),
  deed('alerts off', 'channel.update', '/api/channels/1'),
  deed('alerts level down', 'channel.update', '/api/channels/1'),
  deed('alerts mute 2h', 'channel.update', '/api/channels/1'),
  deed('alerts mention everyone', 'channel.update', '/api/channels/1'),
  deed('alerts ring on', 'channel.update', '/api/channels/1'),
  deed('alerts here', 'channel.update', '/api/channels/1', ({ ours }) =>
    ours.updateTable('channels').set({ channel_id: '902' }).execute(),
  ),
  deed('summary schedule 08:30', 'summary.update', '/api/summaries/1'),
  deed('summary timezone Asia/Tokyo', 'summary.update', '/api/summaries/1'),
  deed('summary off', 'summary.update', '/api/summaries/1'),
  deed('board on', 'board.create', '/api/chat_links/1'),
  deed('board off', 'board.delete', '/api/chat_links/1', says('board on')),
  deed('access user:4 responder', 'role.give', '/api/chat_links/1'),
  deed('access take user:4', 'role.take', '/api/chat_links/1', says('access user:4 manager')),
  deed('access default none', 'link.update', '/api/chat_links/1'),
  deed('unlink', 'link.delete', '/api/chat_links/1'),
]

/** Shows, or only looks: leaves nothing behind that somebody decided. */
const QUIET = new Set(['check', 'access show'])

test('the table names every command that changes anything', () => {
  const named = new Set(DEEDS.map(([line]) => commandOf(wordsOf(line))!.command.card.name))
  const changing = COMMANDS.filter(
    ({ role, card }) => role !== null && role !== 'viewer' && !QUIET.has(card.name),
  )
  expect(named).toEqual(new Set(changing.map(({ card }) => card.name)))
})

const rowsAfter = ({ ours }: House, id: number) =>
  ours
    .selectFrom('audit_logs')
    .select(['actor_type', 'actor', 'place', 'action', 'subject'])
    .where('id', '>', id)
    .execute()

async function lastRow({ ours }: House): Promise<number> {
  const { last } = await ours
    .selectFrom('audit_logs')
    .select((eb) => eb.fn.max<number>('id').as('last'))
    .executeTakeFirstOrThrow()
  return last
}

test.each(DEEDS)(
  '%s is written down: who, where, %s of %s',
  async (line, action, subject, before) => {
    await using house = await openHouse()
    const shop = await house.add('Shop')
    await before(house, shop)
    const last = await lastRow(house)
    const reply = await house.says(ANN, line)
    const confirm = reply.actions.find(({ danger }) => danger === true)
    if (confirm !== undefined) await house.presses(ANN, confirm.press)
    const rows = await rowsAfter(house, last)
    expect(rows).toContainEqual({ actor_type: 'chat', actor: 'Ann', place: 'Ops', action, subject })
    for (const row of rows)
      expect(row).toMatchObject({ actor_type: 'chat', actor: 'Ann', place: 'Ops' })
  },
)

test('so is a link, in the account it goes to and in no other', async () => {
  await using house = await openHouse()
  const last = await lastRow(house)
  const code = await createLinkCode(house.ours, house.clock.now(), house.chance, {
    type: 'cli',
    name: 'test',
  })
  const place = { ...SERVER, serverId: '777', channelId: '778', title: 'Branch' }
  await house.desk.runLine({ actor: BOB, place }, `link ${code}`)
  const [, ...rows] = await rowsAfter(house, last)
  expect(rows).toContainEqual({
    actor_type: 'chat',
    actor: 'Bob',
    place: 'Branch',
    action: 'chat_link.create',
    subject: '/api/chat_links/3',
  })
  const theirs = await house.theirs.selectFrom('audit_logs').select('place').execute()
  expect(new Set(theirs.map((it) => it.place))).toEqual(new Set([null, ELSEWHERE.title]))
})
