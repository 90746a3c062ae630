import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { deleteMonitor } from '../../src/monitors/index.ts'
import { forgetOld } from '../../src/retention/index.ts'
import { forgetChecks, packHistory } from '../../src/stats/index.ts'
import { draw, drawIncident, readSamples, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const count = async (house: House, table: 'hour_stats' | 'incidents' | 'checks') =>
  (await house.db.selectFrom(table).selectAll().execute()).length

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
    explain query plan select s.monitor_id, s.at from monitors m
    cross join packed_samples s on s.monitor_id = m.id where s.at < ${1} limit ${1}`.execute(
    house.db,
  )
  for (const { detail } of plan.rows) said.push(detail)
  expect(said.join('\n')).toMatch(/SEARCH s USING PRIMARY KEY \(monitor_id=\? AND at<\?\)/)
  expect(await forgetChecks(house.db, START, START, 10)).toBe(0)
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
  await forgetOld(house.db, house.clock.now(), 7 * DAY)
  expect([await count(house, 'hour_stats'), await count(house, 'incidents')]).toEqual([0, 1])
  expect(await readSamples(house)).toEqual([])
  await house.db.updateTable('notifications').set({ state: 'sent' }).execute()
  await forgetOld(house.db, house.clock.now(), 7 * DAY)
  expect(await count(house, 'incidents')).toBe(0)
})
