import { expect, test } from 'vitest'
import { openReceiver } from '../support/receiver.ts'
import { openHouse } from './house.ts'

const channelOf = async (house: Awaited<ReturnType<typeof openHouse>>, url: string, key?: string) =>
  String(
    (
      await house.ask('POST', '/api/channels', {
        body: { name: 'Program', type: 'webhook', webhookInfo: { url } },
        ...(key === undefined ? {} : { key }),
      })
    ).json['@id'],
  )

test('a channel is told how it was, by the clock and on demand', async () => {
  await using receiver = await openReceiver()
  await using house = await openHouse()
  const channel = await channelOf(house, receiver.url)
  const { id } = await house.add()
  const made = await house.ask('POST', '/api/summaries', {
    body: {
      channel,
      cron: '30 8 * * *',
      timezone: 'Europe/Berlin',
      targets: [`/api/targets/${id}`],
    },
  })
  expect([made.status, made.json]).toMatchObject([
    201,
    {
      channel,
      period: 'day',
      cron: '30 8 * * *',
      timezone: 'Europe/Berlin',
      targets: [`/api/targets/${id}`],
      tags: [],
      isActive: true,
      lastSentAt: null,
      nextAt: '2027-03-02T07:30:00.000Z',
    },
  ])
  const at = String(made.json['@id'])
  expect((await house.ask('POST', `${at}/send`)).json).toMatchObject({
    status: 'sent',
    error: null,
  })
  expect(receiver.got[0]).toMatchObject({
    type: 'summary',
    data: {
      summary: {
        period: 'day',
        targets: 1,
        to: '2027-03-01T14:00:00.000Z',
        incidents: 0,
        uptime: null,
        isWhole: false,
      },
    },
  })
  expect((await house.ask('GET', at)).json['lastSentAt']).toMatch(/^2027-03-01T/)
  expect((await house.ask('PATCH', at, { body: made.json })).json['updatedAt']).toBe(
    made.json['updatedAt'],
  )
  expect(
    (await house.ask('PATCH', at, { body: { period: 'week', cron: null, targets: null } })).json,
  ).toMatchObject({ period: 'week', cron: '0 9 * * 1', targets: null })
  expect((await house.ask('PATCH', at, { body: { isActive: false } })).json['nextAt']).toBeNull()
  await house.ask('DELETE', `/api/targets/${id}`)
  await house.ask('DELETE', channel)
  expect((await house.ask('GET', at)).status).toBe(404)
})

test('what a summary cannot be is refused by name, and others have none of it', async () => {
  await using house = await openHouse()
  const channel = await channelOf(house, 'https://a.example')
  const theirs = await channelOf(house, 'https://b.example', house.theirs.keys.admin)
  for (const [body, path, code] of [
    [{}, 'channel', 'required'],
    [{ channel: theirs }, 'channel', 'not_found'],
    [{ channel: '/api/channels/99' }, 'channel', 'not_found'],
    [{ channel, cron: 'soon' }, 'cron', 'format'],
    [{ channel, timezone: 'Mars/Base' }, 'timezone', 'format'],
    [{ channel, period: 'year' }, 'period', 'enum'],
    [{ channel, targets: ['/api/targets/99'] }, 'targets[0]', 'not_found'],
    [{ channel, colour: 1 }, 'colour', 'unknown_field'],
  ] as const) {
    const { status, json, text } = await house.ask('POST', '/api/summaries', { body })
    expect([status, json['violations']], text).toMatchObject([422, [{ propertyPath: path, code }]])
  }
  const made = await house.ask('POST', '/api/summaries', { body: { channel } })
  const second = await house.ask('POST', '/api/summaries', { body: { channel, tags: ['web'] } })
  expect([second.status, second.json]).toMatchObject([
    409,
    { type: '/errors/conflict', propertyPath: 'channel', detail: expect.stringContaining('#1') },
  ])
  const at = String(made.json['@id'])
  const key = house.theirs.keys.admin
  for (const [method, url] of [
    ['GET', at],
    ['DELETE', at],
    ['POST', `${at}/send`],
  ] as const)
    expect((await house.ask(method, url, { key })).status).toBe(404)
  expect((await house.ask('DELETE', at)).status).toBe(204)
})
