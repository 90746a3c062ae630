import { expect, test } from 'vitest'
import { queueAlert } from '../../src/notifications/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { addIncident, linked } from './history.ts'
import { type House, openHouse } from './house.ts'

async function told(house: House): Promise<number> {
  const { id } = await house.add()
  const incident = await addIncident(house, house.ours, id)
  const db = bindAccount(house.db, house.ours.id)
  await db.updateTable('incidents').set({ told_at: 1 }).execute()
  await queueAlert(db, house.clock.now(), { id: incident, severity: 'down', rev: 1 })
  return incident
}

test('a channel says what it is told of, and whether telling works', async () => {
  await using house = await openHouse()
  await linked(house, house.ours, 's1')
  await linked(house, house.theirs, 's2')
  const { json } = await house.ask('GET', '/api/channels')
  expect(json).toMatchObject({
    totalItems: 1,
    member: [
      {
        id: 1,
        name: 'alerts',
        type: 'discord',
        isActive: true,
        events: [],
        isFailing: false,
        offReason: null,
        discordInfo: { channelId: 'channel of s1' },
      },
    ],
  })
  for (const method of ['GET', 'PATCH', 'DELETE'])
    expect(
      (await house.ask(method, '/api/channels/2', method === 'PATCH' ? { body: {} } : {})).status,
    ).toBe(404)
  expect((await house.ask('GET', '/api/channels?type=telegram')).json['totalItems']).toBe(0)
})

test('what a channel does not want to hear it is not told', async () => {
  await using house = await openHouse()
  await linked(house, house.ours, 's1')
  const patched = await house.ask('PATCH', '/api/channels/1', {
    body: { name: 'quiet', events: ['target.expiring', 'target.expiring'] },
  })
  expect(patched.json).toMatchObject({ name: 'quiet', events: ['target.expiring'] })
  await told(house)
  expect((await house.ask('GET', '/api/user_notifications')).json['totalItems']).toBe(0)
  // Now it is wanted, and still going on.
  await house.ask('PATCH', '/api/channels/1', { body: { isActive: false } })
  await house.ask('PATCH', '/api/channels/1', { body: { isActive: true, events: null } })
  expect((await house.ask('GET', '/api/user_notifications')).json).toMatchObject({
    member: [{ event: 'target.down', status: 'pending', subject: 'Shop is down' }],
  })
  for (const body of [
    { events: ['target.nothing'] },
    { events: 'all' },
    { name: '' },
    { type: 'x', colour: 1 },
  ])
    expect((await house.ask('PATCH', '/api/channels/1', { body })).status).toBe(422)
})

test('a channel that is switched off or deleted is told nothing more', async () => {
  await using house = await openHouse()
  await linked(house, house.ours, 's1')
  await told(house)
  const off = await house.ask('PATCH', '/api/channels/1', { body: { isActive: false } })
  expect(off.json).toMatchObject({
    isActive: false,
    offReason: expect.stringMatching(/^switched off by upty_/) as string,
  })
  expect(
    (await house.ask('GET', '/api/user_notifications?status=suppressed')).json['totalItems'],
  ).toBe(1)
  expect(
    (await house.ask('DELETE', '/api/channels/1', { key: house.ours.keys.write })).status,
  ).toBe(403)
  expect((await house.ask('DELETE', '/api/channels/1')).status).toBe(204)
  expect((await house.ask('DELETE', '/api/channels/1')).status).toBe(404)
})

test('what was told is listed: where, about what, how it went', async () => {
  await using house = await openHouse()
  await linked(house, house.ours, 's1')
  const incident = await told(house)
  await house.db
    .updateTable('notifications')
    .set({ state: 'failed', attempts: 3, error: 'HTTP 500' })
    .execute()
  const { json } = await house.ask(
    'GET',
    '/api/user_notifications?channel=discord&status=failed&target.id=1',
  )
  expect(json).toMatchObject({
    totalItems: 1,
    member: [
      {
        channel: 'discord',
        channelRef: '/api/channels/1',
        event: 'target.down',
        status: 'failed',
        target: '/api/targets/1',
        incident: `/api/target_incidents/${incident}`,
        attempts: 3,
        error: 'HTTP 500',
        sentAt: null,
      },
    ],
  })
  expect((await house.ask('GET', '/api/user_notifications/1')).json).toMatchObject({ id: 1 })
  const key = house.theirs.keys.admin
  expect((await house.ask('GET', '/api/user_notifications/1', { key })).status).toBe(404)
  expect((await house.ask('GET', '/api/user_notifications?channel=pigeon')).status).toBe(400)
  await house.ask('DELETE', '/api/targets/1')
  // Its end is told as well.
  expect((await house.ask('GET', '/api/user_notifications')).json).toMatchObject({
    member: [
      { target: null, incident: null, status: 'pending' },
      { target: null, incident: null, status: 'failed' },
    ],
  })
})

test('a linked chat can be given another role, and unlinked with its channels', async () => {
  await using house = await openHouse()
  await linked(house, house.ours, 's1')
  expect((await house.ask('GET', '/api/chat_links')).json).toMatchObject({
    member: [
      {
        platform: 'discord',
        chatId: 's1',
        title: 'Team',
        channel: '/api/channels/1',
        defaultRole: 'viewer',
        linkedBy: 'Ann',
      },
    ],
  })
  expect(
    (await house.ask('PATCH', '/api/chat_links/1', { body: { defaultRole: 'responder' } })).json,
  ).toMatchObject({ defaultRole: 'responder' })
  expect(
    (await house.ask('PATCH', '/api/chat_links/1', { body: { defaultRole: 'owner' } })).status,
  ).toBe(422)
  const key = house.theirs.keys.admin
  for (const method of ['GET', 'DELETE'])
    expect((await house.ask(method, '/api/chat_links/1', { key })).status).toBe(404)
  expect((await house.ask('DELETE', '/api/chat_links/1')).status).toBe(204)
  expect((await house.ask('GET', '/api/channels')).json['totalItems']).toBe(0)
})
