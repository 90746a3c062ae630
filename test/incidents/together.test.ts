import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { recordJudged, remindDue, tellDue } from '../../src/incidents/index.ts'
import { type IncidentId, SECOND } from '../../src/kernel/index.ts'
import type { Monitor } from '../../src/monitors/index.ts'
import { House } from '../support/house.ts'
import { falls, rises } from '../support/outage.ts'

/** Some of eight monitors, so long after the step before: those that are up fall, or those that are down rise. */
const steps = fc.array(
  fc.record({
    picked: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
    falls: fc.boolean(),
    after: fc.integer({ min: 1, max: 45 }).map((seconds) => seconds * SECOND),
  }),
  { maxLength: 8 },
)

type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never

async function eight(house: House): Promise<Monitor[]> {
  const all: Monitor[] = []
  for (let at = 1; at <= 8; at += 1) all.push((await house.add({ name: `m${at}` })).monitor)
  return all
}

/** Everything that was written of those steps, with storms known by whom they are of. */
async function play(script: Steps, together: boolean) {
  await using house = await House.open()
  await house.webhook('http://127.0.0.1:9/')
  const monitors = await eight(house)
  const down = new Set<Monitor>()
  let now = house.clock.now()
  for (const step of script) {
    now += step.after
    const moved = step.picked.map((at) => monitors[at]!).filter((it) => down.has(it) !== step.falls)
    for (const it of moved) down[step.falls ? 'add' : 'delete'](it)
    const judged = moved.map((it) => (step.falls ? falls : rises)(it, now))
    for (const some of together ? [judged] : judged.map((it) => [it]))
      await house.db.transaction().execute((tx) => recordJudged(tx, some))
  }
  const incidents = await house.db.selectFrom('incidents').selectAll().orderBy('id').execute()
  const storms = Map.groupBy(incidents, (it) => it.storm_id)
  const told = (id: IncidentId | null): string => {
    const members = id === null ? undefined : storms.get(id)
    return members === undefined ? String(id) : `storm of ${members.map((it) => it.id).join()}`
  }
  const waiting = await house.db
    .selectFrom('notifications')
    .select(['channel_id', 'incident_id', 'event', 'notice'])
    .where('state', '=', 'pending')
    .execute()
  return {
    incidents: incidents.map(({ id, storm_id, resolved_at, told_at, heard_at }) => {
      const endedAt = incidents.find((it) => it.id === storm_id)?.storm_ended_at
      return { id, storm: told(storm_id), resolved_at, told_at, heard_at, endedAt }
    }),
    waiting: waiting
      .map(({ channel_id, incident_id, event, notice }) => {
        const subject = event === 'fact' ? incident_id : told(incident_id)
        return `${channel_id} ${event} ${subject} ${notice}`
      })
      .toSorted(),
  }
}

test('what is written together is told as what is written one by one', { timeout: 20_000 }, () =>
  fc.assert(
    fc.asyncProperty(steps, async (script) => {
      expect(await play(script, true)).toEqual(await play(script, false))
    }),
    { numRuns: 40 },
  ),
)

test('of those written together only what is of a changed monitor is not written', async () => {
  await using house = await House.open()
  const now = house.clock.now()
  const all = (await eight(house)).map((it, at) => falls(at === 1 ? { ...it, rev: 9 } : it, now))
  const kept = await house.db.transaction().execute((tx) => recordJudged(tx, all))
  expect(kept).toEqual([true, false, ...Array.from({ length: 6 }, () => true)])
  const rows = await house.db.selectFrom('incidents').select('monitor_name').execute()
  expect(rows.map((it) => it.monitor_name)).toEqual(['m1', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'])
})

test('telling reads no history from end to end', async () => {
  const prepare = vi.spyOn(Sqlite.prototype, 'prepare')
  onTestFinished(() => prepare.mockRestore())
  await using house = await House.open()
  await house.webhook('http://127.0.0.1:9/')
  const monitors = await eight(house)
  const now = house.clock.now()
  prepare.mockClear()
  for (const judged of [falls, rises])
    await house.db.transaction().execute((tx) =>
      recordJudged(
        tx,
        monitors.map((it) => judged(it, now)),
      ),
    )
  await tellDue(house.db, now)
  await remindDue(house.db, now)
  const asked = new Set(prepare.mock.calls.map(([text]) => text))
  prepare.mockRestore()
  const long = /^SCAN (?:incidents|i|notifications)\b|notifications_of_account \(account_id=\?\)$/
  const read: string[] = []
  for (const text of asked) {
    if (!/^\s*(?:select|update)\b/i.test(text)) continue
    const plan = sql.raw<{ detail: string }>(`explain query plan ${text.replaceAll('?', '1')}`)
    const { rows } = await plan.execute(house.db)
    for (const { detail } of rows) if (long.test(detail)) read.push(`${detail}: ${text}`)
  }
  expect(asked.size).toBeGreaterThan(20)
  expect(read).toEqual([])
})
