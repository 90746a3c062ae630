import { expect, test } from 'vitest'
import { type Messenger, queueAlert } from '../../src/notifications/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { addIncident, linked } from './history.ts'
import { openReceiver } from '../support/receiver.ts'
import { type House, openHouse } from './house.ts'

async function told(house: House): Promise<number> {
  const { id } = await house.add()
  const incident = await addIncident(house, house.ours, id)
  const db = bindAccount(house.db, house.ours.id)
  await db.updateTable('incidents').set({ told_at: 1 }).execute()
  await queueAlert(db, house.clock.now(), incident)
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
        discordInfo: { channelId: '700001' },
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
  await house.db
    .insertInto('messages')
    .values({
      account_id: house.ours.id,
      channel_id: 1,
      incident_id: incident,
      message_id: 'm',
      shown_rev: 1,
      posted_at: 1,
    })
    .execute()
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

const webhook = (url: string, more: object = {}) => ({
  name: 'Program',
  type: 'webhook',
  webhookInfo: { url, headers: { 'X-Team': 'ops', Authorization: 'Bearer abc' } },
  ...more,
})

test('a webhook is made, tried, changed; its secret is shown once and its place to its owners', async () => {
  await using receiver = await openReceiver()
  await using house = await openHouse()
  const made = await house.ask('POST', '/api/channels', {
    body: webhook(receiver.url, { tags: ['prod'], events: ['target.down'] }),
    headers: { 'idempotency-key': 'one' },
  })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({
    type: 'webhook',
    isActive: true,
    isDefault: true,
    events: ['target.down'],
    targets: null,
    tags: ['prod'],
    mutedUntil: null,
    quietHours: null,
    mention: null,
    ringOnUp: false,
    isFailing: false,
    offReason: null,
    lastDeliveryAt: null,
    secret: expect.stringMatching(/^whsec_/) as string,
    webhookInfo: { url: receiver.url, headers: { 'x-team': 'ops', authorization: '[redacted]' } },
  })
  const again = await house.ask('POST', '/api/channels', {
    body: webhook(receiver.url, { tags: ['prod'], events: ['target.down'] }),
    headers: { 'idempotency-key': 'one' },
  })
  expect(again.json).toMatchObject({ id: made.json['id'], secret: null })
  const at = `/api/channels/${Number(made.json['id'])}`
  const read = await house.ask('GET', at)
  expect(read.json).not.toHaveProperty('secret')
  // As it was read it is sent back: nothing changes, nothing stored is lost.
  expect((await house.ask('PATCH', at, { body: read.json })).json).toEqual(read.json)
  expect((await house.ask('GET', at, { key: house.ours.keys.read })).json).toMatchObject({
    webhookInfo: {
      url: `${new URL(receiver.url).origin}/[redacted]`,
      headers: { 'x-team': '[redacted]', authorization: '[redacted]' },
    },
  })
  expect((await house.ask('POST', `${at}/test`)).json).toMatchObject({
    status: 'sent',
    error: null,
  })
  expect(receiver.got[0]).toMatchObject({ type: 'test', headers: { authorization: 'Bearer abc' } })
  receiver.answers.push(500)
  expect((await house.ask('POST', `${at}/test`)).json).toMatchObject({
    status: 'failed',
    error: 'HTTP 500',
  })
  expect((await house.ask('GET', '/api/user_notifications?channel=webhook')).json).toMatchObject({
    totalItems: 2,
    member: [
      { event: 'test', status: 'failed', attempts: 1, error: 'HTTP 500', target: null },
      { event: 'test', status: 'sent', subject: 'A test' },
    ],
  })
  const rotated = await house.ask('POST', `${at}/rotate_secret`)
  expect(rotated.json['secret']).toMatch(/^whsec_/)
  expect(rotated.json['secret']).not.toBe(made.json['secret'])
  const patched = await house.ask('PATCH', at, {
    body: {
      webhookInfo: { headers: { 'X-Team': null } },
      quietHours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
      mutedUntil: '2027-03-01T16:00:00Z',
      events: null,
    },
  })
  expect(patched.json).toMatchObject({
    webhookInfo: { url: receiver.url, headers: { authorization: '[redacted]' } },
    quietHours: { from: '22:00', to: '07:00', timezone: 'Europe/Berlin' },
    mutedUntil: '2027-03-01T16:00:00.000Z',
    events: [],
  })
  expect(
    (await house.ask('PATCH', at, { body: { quietHours: { to: '08:00' } } })).json,
  ).toMatchObject({ quietHours: { from: '22:00', to: '08:00', timezone: 'Europe/Berlin' } })
  const { text } = await house.ask('GET', '/api/audit_logs')
  for (const secret of ['whsec_', 'Bearer abc', receiver.url]) expect(text).not.toContain(secret)
  const rows = JSON.stringify(await house.db.selectFrom('channels').selectAll().execute())
  for (const secret of ['whsec_', 'Bearer abc', '/hook']) expect(rows).not.toContain(secret)
})

test('what a channel cannot be is refused, each field by name', async () => {
  await using house = await openHouse()
  await linked(house, house.theirs, 's2')
  const { id: foreign } = await house.add({}, house.theirs)
  const cases: readonly (readonly [object, string, string])[] = [
    [webhook('http://example.com'), 'webhookInfo.url', 'format'],
    [webhook('https://u:p@example.com'), 'webhookInfo.url', 'format'],
    [webhook('ftp://example.com'), 'webhookInfo.url', 'format'],
    [{ name: 'x', type: 'webhook' }, 'webhookInfo', 'required'],
    [webhook('https://a.example', { webhookInfo: { url: 5 } }), 'webhookInfo.url', 'type'],
    [
      webhook('', { webhookInfo: { url: 'https://a.example', headers: { host: 'b' } } }),
      'webhookInfo.headers.host',
      'format',
    ],
    [webhook('https://a.example', { name: '' }), 'name', 'length'],
    [webhook('https://a.example', { events: ['down'] }), 'events[0]', 'enum'],
    [
      webhook('https://a.example', { targets: [`/api/targets/${foreign}`] }),
      'targets[0]',
      'not_found',
    ],
    [webhook('https://a.example', { targets: ['/api/targets/999'] }), 'targets[0]', 'not_found'],
    [webhook('https://a.example', { tags: ['A B'] }), 'tags[0]', 'format'],
    [webhook('https://a.example', { mutedUntil: 'soon' }), 'mutedUntil', 'format'],
    [
      webhook('https://a.example', { quietHours: { from: '22', to: '07:00' } }),
      'quietHours.from',
      'format',
    ],
    [
      webhook('https://a.example', { quietHours: { from: '07:00', to: '07:00' } }),
      'quietHours.to',
      'range',
    ],
    [webhook('https://a.example', { mention: 'role:1' }), 'mention', 'type'],
    [webhook('https://a.example', { emailInfo: { to: [] } }), 'emailInfo', 'unknown_field'],
    [webhook('https://a.example', { colour: 1 }), 'colour', 'unknown_field'],
    [{ name: 'x' }, 'type', 'required'],
    [{ name: 'x', type: 'pigeon' }, 'type', 'enum'],
    [{ name: 'x', type: 'terminal' }, 'type', 'enum'],
    [{ name: 'x', type: 'email', emailInfo: { to: ['a@b.example'] } }, 'type', 'conflict'],
    [{ name: 'x', type: 'discord', discordInfo: { channelId: '1' } }, 'type', 'conflict'],
  ]
  for (const [body, path, code] of cases) {
    const { status, json, text } = await house.ask('POST', '/api/channels', { body })
    expect(status, text).toBe(422)
    expect(json['violations'], text).toContainEqual(
      expect.objectContaining({ propertyPath: path, code }),
    )
    expect(text).not.toContain('u:p')
  }
  expect((await house.ask('GET', '/api/channels')).json['totalItems']).toBe(0)
})

test('a chat can be told that is linked to the account, and no other', async () => {
  const servers: Record<string, string> = { 11: 's1', 22: 's2', 12: 's1' }
  const discord: Messenger = {
    post: async () => ({ kind: 'done', messageId: '1' }),
    edit: async () => ({ kind: 'done', messageId: '1' }),
    serverOf: async ({ channelId }) => servers[channelId] ?? null,
  }
  await using house = await openHouse({}, 'allow', { discord })
  await linked(house, house.ours, 's1')
  await linked(house, house.theirs, 's2')
  const add = (channelId: string, more: object = {}) =>
    house.ask('POST', '/api/channels', {
      body: { name: 'ops', type: 'discord', discordInfo: { channelId }, ...more },
    })
  const made = await add('11', { mention: '<@&77>', ringOnUp: true })
  expect([made.status, made.json]).toMatchObject([
    201,
    { mention: 'role:77', ringOnUp: true, discordInfo: { channelId: '11' } },
  ])
  expect((await add('11')).status).toBe(409)
  for (const foreign of ['22', '33'])
    expect((await add(foreign)).json).toMatchObject({
      violations: [{ propertyPath: 'discordInfo.channelId', code: 'not_found' }],
    })
  expect((await add('11', { mention: 'Ann' })).json).toMatchObject({
    violations: [{ propertyPath: 'mention', code: 'format' }],
  })
  const at = `/api/channels/${Number(made.json['id'])}`
  const move = (channelId: string) =>
    house.ask('PATCH', at, { body: { discordInfo: { channelId } } })
  expect((await move('22')).status).toBe(422)
  expect((await move('12')).json).toMatchObject({ discordInfo: { channelId: '12' } })
  expect((await house.ask('PATCH', at, { body: { type: 'webhook' } })).json).toMatchObject({
    violations: [{ propertyPath: 'type', code: 'immutable' }],
  })
  expect((await house.ask('POST', `${at}/test`)).json).toMatchObject({ status: 'sent' })
  expect((await house.ask('POST', `${at}/rotate_secret`)).status).toBe(409)
})

test('a target names the channels that hear of it, and whom it escalates to', async () => {
  await using house = await openHouse()
  const { json } = await house.ask('POST', '/api/channels', {
    body: webhook('https://a.example', { isDefault: false }),
  })
  const foreign = await house.ask('POST', '/api/channels', {
    body: webhook('https://b.example'),
    key: house.theirs.keys.admin,
  })
  const mine = `/api/channels/${Number(json['id'])}`
  const { id } = await house.add()
  const patch = (alertPolicy: object) =>
    house.ask('PATCH', `/api/targets/${id}`, { body: { alertPolicy } })
  expect(
    (await patch({ channels: [mine], escalateAfterSeconds: 600, escalateTo: [mine] })).json,
  ).toMatchObject({
    alertPolicy: { channels: [mine], escalateAfterSeconds: 600, escalateTo: [mine] },
  })
  for (const wrong of [`/api/channels/${Number(foreign.json['id'])}`, '/api/channels/99', 'x', 5])
    expect((await patch({ channels: [mine, wrong] })).json).toMatchObject({
      violations: [{ propertyPath: 'alertPolicy.channels[1]', code: 'not_found' }],
    })
  expect((await patch({ escalateAfterSeconds: 59 })).json).toMatchObject({
    violations: [{ propertyPath: 'alertPolicy.escalateAfterSeconds', code: 'range' }],
  })
  await house.ask('DELETE', mine)
  expect((await house.ask('GET', `/api/targets/${id}`)).json).toMatchObject({
    alertPolicy: { channels: [], escalateTo: [] },
  })
  expect((await patch({ channels: null })).json).toMatchObject({ alertPolicy: { channels: null } })
})

test('a key seen in a URL is told of once, to those who want to hear', async () => {
  await using house = await openHouse()
  for (const more of [{}, { events: ['target.down'] }])
    await house.ask('POST', '/api/channels', { body: webhook('https://a.example', more) })
  for (let time = 0; time < 2; time += 1)
    await house.ask('GET', `/api/targets?api_key=${house.ours.keys.read}`)
  expect((await house.ask('GET', '/api/user_notifications')).json).toMatchObject({
    totalItems: 1,
    member: [{ event: 'key.exposed', status: 'pending', subject: 'An API key was seen in a URL' }],
  })
})
