import { expect, test } from 'vitest'
import { listOutlines, listStandings, signOf, tallyMonitors } from '../../src/monitors/index.ts'
import { MINUTE } from '../../src/kernel/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { House } from '../support/house.ts'

test('SQLite and we say the same of how each monitor stands', async () => {
  await using house = await House.open()
  const now = house.clock.now()
  const bound = bindAccount(house.db, (await house.add()).monitor.accountId)
  await bound
    .insertInto('maintenances')
    .values({ name: 'move', created_at: 1, updated_at: 1 })
    .execute()
  const statuses = ['up', 'down', 'degraded', 'pending'] as const
  for (const status of statuses)
    for (const [isActive, endsAt] of [
      [1, null],
      [0, null],
      [1, now],
      [1, now + MINUTE],
      [0, now + MINUTE],
    ] as const) {
      const { id, accountId } = (await house.add()).monitor
      await house.db
        .updateTable('monitors')
        .set({ is_active: isActive })
        .where('id', '=', id)
        .execute()
      await house.db
        .updateTable('monitor_states')
        .set({ status })
        .where('monitor_id', '=', id)
        .execute()
      if (endsAt !== null)
        await house.db
          .insertInto('maintenance_spans')
          .values({
            account_id: accountId,
            monitor_id: id,
            maintenance_id: 1,
            started_at: now - MINUTE,
            ended_at: endsAt,
          })
          .execute()
    }
  const signs = (await listOutlines(bound)).map((it) => [it.monitor.id, signOf(it, now)])
  const standings = await listStandings(bound, now)
  expect(new Map(standings.map((it) => [it.id, it.sign]))).toEqual(new Map(signs as never))
  const { counts } = await tallyMonitors(bound, now)
  const counted = Map.groupBy(standings, (it) => it.sign)
  expect(new Map(counts)).toEqual(new Map([...counted].map(([sign, all]) => [sign, all.length])))
})
