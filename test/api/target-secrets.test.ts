import { expect, test } from 'vitest'
import { openHouse } from './house.ts'

test('secrets are stored, and shown by nobody', async () => {
  await using house = await openHouse()
  const { id } = await house.add({
    httpInfo: {
      method: 'POST',
      body: 'pin=1234',
      headers: { 'X-Plain': 'seen', Authorization: 'Basic hidden', 'X-Session-Id': 'hidden' },
    },
  })
  const shown = async (key: string) =>
    (await house.ask('GET', `/api/targets/${id}`, { key })).json['httpInfo']
  expect(await shown(house.ours.keys.write)).toMatchObject({
    body: '[redacted]',
    headers: { 'x-plain': 'seen', authorization: '[redacted]', 'x-session-id': '[redacted]' },
  })
  expect(await shown(house.ours.keys.read)).toMatchObject({
    body: '[redacted]',
    headers: { 'x-plain': '[redacted]', authorization: '[redacted]' },
  })
  const row = await house.db.selectFrom('monitors').selectAll().executeTakeFirstOrThrow()
  expect(JSON.stringify(row)).not.toMatch(/hidden|1234|seen/)
})
