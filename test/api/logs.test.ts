import { expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { openHouse } from './house.ts'
import { until } from '../support/until.ts'

test('requests can be read back: whose key, what, how it ended; never a key or a query', async () => {
  await using house = await openHouse()
  await house.ask('GET', '/api/targets?search=secret', { headers: { 'x-request-id': 'request-1' } })
  await house.ask('DELETE', '/api/targets/99', { key: house.ours.keys.write })
  await house.ask('GET', '/api/me', { key: house.theirs.keys.read })
  await house.ask('GET', '/api/me', { key: null })
  await house.clock.turn(1000)
  await until('written', async () => {
    const rows = await house.db.selectFrom('request_logs').selectAll().execute()
    return rows.length === 3
  })
  const { json, text } = await house.ask('GET', '/api/request_logs')
  expect(json).toMatchObject({
    totalItems: 2,
    member: [
      { method: 'DELETE', path: '/api/targets/99', status: 404 },
      { method: 'GET', path: '/api/targets', status: 200, requestId: 'request-1' },
    ],
  })
  expect(text).not.toContain('secret')
  const count = async (query: string) =>
    (await house.ask('GET', `/api/request_logs?${query}`)).json['totalItems']
  expect(await count('status=404')).toBe(1)
  expect(await count(`keyPrefix=${house.ours.keys.admin.slice(0, 9)}`)).toBe(1)
  expect(await count(`keyPrefix=${house.ours.keys.admin.slice(0, 9)}****`)).toBe(1)
  expect(await count('requestedAt[after]=2030-01-01')).toBe(0)
  expect((await house.ask('GET', '/api/request_logs?status=9')).status).toBe(400)
  expect((await house.ask('GET', '/api/request_logs', { key: house.ours.keys.write })).status).toBe(
    403,
  )
})

test('changes can be read back: who, what, from what to what', async () => {
  await using house = await openHouse()
  const { id } = await house.add()
  await house.ask('PATCH', `/api/targets/${id}`, {
    body: { name: 'Shop EU', httpInfo: { headers: { 'x-token': 'hush' } } },
  })
  await house.add({ name: 'Theirs' }, house.theirs)
  const { json, text } = await house.ask('GET', `/api/audit_logs?subject=/api/targets/${id}`)
  expect(json).toMatchObject({
    totalItems: 2,
    member: [
      {
        actorType: 'key',
        actor: house.ours.keys.admin.slice(0, 9),
        action: 'monitor.update',
        subject: `/api/targets/${id}`,
        changes: { name: ['Shop', 'Shop EU'], headers: ['[redacted]', '[redacted]'] },
      },
      { action: 'monitor.create' },
    ],
  })
  expect(text).not.toContain('hush')
  const count = async (query: string) =>
    (await house.ask('GET', `/api/audit_logs?${query}`)).json['totalItems']
  expect(await count('action=monitor.create')).toBe(1)
  expect(await count('actorType=chat')).toBe(0)
  expect(await count('changedAt[before]=2020-01-01')).toBe(0)
})

test('notes stay with their incident, and are told where it is told', async () => {
  await using house = await openHouse()
  const { id } = await house.add()
  const incident = await addIncident(house, house.ours, id, { resolvedAt: house.clock.now() })
  const url = `/api/target_incidents/${incident}`
  const { status, json } = await house.ask('POST', `${url}/notes`, {
    body: { text: ' The disk was full. ' },
  })
  expect([status, json['notes']]).toEqual([
    201,
    [
      {
        id: 1,
        text: 'The disk was full.',
        author: house.ours.keys.admin.slice(0, 9),
        createdAt: '2027-03-01T14:00:00.000Z',
      },
    ],
  ])
  expect((await house.ask('GET', '/api/target_incidents')).json).toMatchObject({
    member: [{ notes: [{ text: 'The disk was full.' }] }],
  })
  for (const text of ['', ' ', 'x'.repeat(1001), 7])
    expect((await house.ask('POST', `${url}/notes`, { body: { text } })).status).toBe(422)
  const asked = { body: { text: 'x' }, key: house.theirs.keys.write }
  expect((await house.ask('POST', `${url}/notes`, asked)).status).toBe(404)
})
