import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { deleteMonitor } from '../../src/monitors/index.ts'
import { forgetOld } from '../../src/retention/index.ts'
import { forgetChecks, getBucket, packHistory, responseTimes } from '../../src/stats/index.ts'
import { draw, drawIncident, readSamples, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const count = async (
  house: House,
  table: 'hour_stats' | 'packed_samples' | 'incidents' | 'checks',
) => (await house.db.selectFrom(table).selectAll().execute()).length

test('looks are forgotten when they are old, incidents are not', async () => {
  await using house = await House.open()
  const [{ monitor }, other] = [await house.add(), await house.add({ name: 'other' })]
  await draw(house, monitor.id, '.'.repeat(3 * 60 - 1))
  await draw(house, other.monitor.id, '.'.repeat(3 * 60 - 1))
  await drawIncident(house, monitor.id, 1, 2)
  await packHistory(house.db, START + 4 * HOUR, async () => true)
  await forgetOld(house.db, START + 7 * DAY + 90 * MINUTE, 7 * DAY)
  const left = await house.db
    .selectFrom('packed_samples')
    .select(['monitor_id', 'at'])
    .orderBy('monitor_id')
    .orderBy('at')
    .execute()
  // An hour goes once all of it is old.
  expect(left.map(({ at }) => (at - START) / HOUR)).toEqual([1, 2, 1, 2])
  expect(await count(house, 'hour_stats')).toBe(6)
  expect(await count(house, 'incidents')).toBe(1)
})

test('old looks are found by key, without reading all the others', async () => {
  await using house = await House.open()
  const said: string[] = []
  const plan = await sql<{ detail: string }>`
    explain query plan select s.at, s.monitor_id from accounts o
    cross join packed_samples s on s.account_id = o.id where s.at < ${1} limit ${1}`.execute(
    house.db,
  )
  for (const { detail } of plan.rows) said.push(detail)
  expect(said.join('\n')).toMatch(/SEARCH s USING PRIMARY KEY \(account_id=\? AND at<\?\)/)
  expect(await forgetChecks(house.db, START, START, 10)).toBe(0)
})

test('hours stay as long as their looks, which are found by them', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.'.repeat(3 * 60 - 1))
  await packHistory(house.db, START + 4 * HOUR, async () => true)
  await forgetOld(house.db, START + 200 * DAY + 90 * MINUTE, 200 * DAY)
  expect(await count(house, 'hour_stats')).toBe(2)
  const { checks } = (await getBucket(house.account, 'hour', monitor.id, START + HOUR))!
  expect((await responseTimes(house.account, monitor.id, START)).count).toBe(checks + 60)
})

test('kept checks go in steps, the oldest first', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  for (let at = 1; at <= 10; at += 1)
    await house.account
      .insertInto('checks')
      .values({
        monitor_id: monitor.id,
        cause: 'manual',
        started_at: at,
        finished_at: at,
        outcome: '{}',
      })
      .execute()
  expect(await forgetChecks(house.db, 8, 8, 4)).toBe(4)
  expect(await forgetChecks(house.db, 8, 8, 4)).toBe(3)
  expect(await count(house, 'checks')).toBe(3)
})

test('a deleted monitor takes its history along, but its outage stays until that has been told', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.'.repeat(62))
  await packHistory(house.db, START + HOUR + 3 * MINUTE, async () => true)
  await drawIncident(house, monitor.id, 1, null)
  await house.account
    .insertInto('messages')
    .values({ channel_id: 1, incident_id: 1, message_id: 'm', shown_rev: 0, posted_at: 1 })
    .execute()
  await deleteMonitor(house.account, house.change, monitor.id)
  expect(await count(house, 'packed_samples')).toBe(0)
  await forgetOld(house.db, house.clock.now(), 7 * DAY)
  expect([await count(house, 'hour_stats'), await count(house, 'incidents')]).toEqual([0, 1])
  expect(await readSamples(house)).toEqual([])
  await house.db.updateTable('notifications').set({ state: 'sent' }).execute()
  await forgetOld(house.db, house.clock.now(), 7 * DAY)
  expect(await count(house, 'incidents')).toBe(0)
})
