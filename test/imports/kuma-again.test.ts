import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DAY, HOUR } from '../../src/kernel/index.ts'
import { House } from '../support/house.ts'
import { KumaHome } from './kuma-home.ts'
import { takeKuma } from './take.ts'

const TABLES = ['incidents', 'hour_stats', 'day_stats', 'packed_samples'] as const

/** All that is known of monitors that are there, whatever their ids. */
async function contents(house: House) {
  const monitors = await house.account
    .selectFrom('monitors')
    .select(['id', 'name', 'is_active', 'external_ref', 'managed_by'])
    .orderBy('name')
    .execute()
  const rows = await Promise.all(
    monitors.flatMap(({ id }) =>
      TABLES.map(async (table) => {
        const found = await house.account
          .selectFrom(table)
          .selectAll()
          .where('monitor_id', '=', id)
          .execute()
        return found.map((row) => Object.assign(row, { id: null, monitor_id: null }))
      }),
    ),
  )
  return [monitors.map((it) => Object.assign(it, { id: null })), ...rows]
}

function openKumaHome(now: number): KumaHome {
  const kuma = new KumaHome(1)
  for (const name of ['docs', 'shop']) {
    const id = kuma.monitor({ name, active: name === 'shop' ? 1 : 0 })
    for (const days of [20, 1, 0])
      kuma.draw(id, now - days * DAY - 3 * HOUR, `${'.'.repeat(100)}xx${'.'.repeat(60)}`)
  }
  return kuma
}

test('a second run takes nothing twice, and what was changed here stays so', async () => {
  await using house = await House.open()
  using kuma = openKumaHome(house.clock.now())
  await takeKuma(house, kuma.file)
  await house.db.updateTable('monitors').set({ name: 'mine' }).where('name', '=', 'shop').execute()
  const before = await contents(house)
  kuma.monitor({ name: 'new' })
  expect(await takeKuma(house, kuma.file)).toMatchObject({
    taken: [{ name: 'new' }],
    known: [{ name: 'docs' }, { name: 'shop' }],
  })
  await house.db.deleteFrom('monitors').where('name', '=', 'new').execute()
  expect(await contents(house)).toEqual(before)
})

test('a trial changes nothing and says the same', async () => {
  await using house = await House.open()
  using kuma = openKumaHome(house.clock.now())
  kuma.monitor({ type: 'push' })
  const trial = await takeKuma(house, kuma.file, { isTrial: true })
  expect(await contents(house)).toEqual([[]])
  expect(await house.account.selectFrom('audit_logs').selectAll().execute()).toEqual([])
  expect(await takeKuma(house, kuma.file)).toEqual(trial)
  expect(trial.taken).toMatchObject([{ outages: 3 }, { outages: 3 }])
})

test.each([
  ['insert on monitors', '1'],
  ['insert on incidents', '1'],
  ['insert on incidents', "new.monitor_name = 'shop'"],
  ['insert on day_stats', '1'],
  ['insert on packed_samples', '1'],
  ['insert on hour_stats', 'new.monitor_id = 2'],
  ['update on monitors', '1'],
])('broken off at %s (%s), it is run again and ends as if it never was', async (event, when) => {
  await using whole = await House.open()
  await using house = await House.open()
  using kuma = openKumaHome(house.clock.now())
  await takeKuma(whole, kuma.file)
  await sql`
    create trigger broken before ${sql.raw(event)} when ${sql.raw(when)}
    begin select raise(abort, 'broken'); end`.execute(house.db)
  await expect(takeKuma(house, kuma.file)).rejects.toThrow('broken')
  await sql`drop trigger broken`.execute(house.db)
  const unfinished = await house.account.selectFrom('monitors').selectAll().execute()
  // Nobody looks at what is not all here yet.
  for (const it of unfinished.filter(({ managed_by: by }) => by !== null))
    expect(it).toMatchObject({ is_active: 0, managed_by: 'uptalk import' })
  await takeKuma(house, kuma.file)
  expect(await contents(house)).toEqual(await contents(whole))
})
