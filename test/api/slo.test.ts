import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { type House, openHouse } from './house.ts'

const patch = async (house: House, id: number, slo: unknown) =>
  house.ask('PATCH', `/api/targets/${id}`, { body: { slo } })

/** Ten minutes of looks up to now, of which the last few were down. */
async function fell(house: House, id: number, minutes: number): Promise<void> {
  const now = house.clock.now()
  const accountId = house.ours.id
  await recordSamples(
    house.db,
    Array.from({ length: 10 }, (_, ago) => ({
      monitorId: id,
      accountId,
      at: now - ago * MINUTE,
      status: ago < minutes ? 'down' : 'up',
      code: 'ok',
      ms: 5,
      observedMs: MINUTE,
    })),
  )
  await bindAccount(house.db, accountId)
    .insertInto('incidents')
    .values({
      monitor_id: id,
      monitor_name: 'Shop',
      url: 'https://shop.example/',
      severity: 'down',
      started_at: now - minutes * MINUTE,
      detected_at: now,
      code: 'connect_refused',
      message: 'refused',
      failures: 2,
    })
    .execute()
}

test('an objective is set, shown with its budget, and taken away', async () => {
  await using house = await openHouse()
  const { id, slo: none } = await house.add()
  expect(none).toBeNull()
  const set = await patch(house, id, { objective: 99.9 })
  expect(set.json['slo']).toEqual({
    objective: 99.9,
    days: 30,
    budgetSeconds: 2592,
    budgetLeftSeconds: 2592,
    downtimeSeconds: 0,
    uptime: null,
    burnRate: 0,
    isBurning: false,
  })
  await fell(house, id, 3)
  const { json } = await house.ask('GET', `/api/targets/${id}`)
  expect(json['slo']).toMatchObject({
    budgetLeftSeconds: 2412,
    downtimeSeconds: 180,
    uptime: 70,
    burnRate: 50,
  })
  const list = await house.ask('GET', '/api/targets')
  expect(list.text).not.toContain('slo')
  expect((await patch(house, id, null)).json['slo']).toBeNull()
})

test('a patch changes what it names; what was read may be sent back, and changes nothing', async () => {
  await using house = await openHouse()
  const { id } = await house.add({ slo: { objective: 99.95, days: 7 } })
  expect((await patch(house, id, { objective: 99 })).json['slo']).toMatchObject({
    objective: 99,
    days: 7,
  })
  expect((await patch(house, id, { days: null })).json['slo']).toMatchObject({ days: 30 })
  const read = await house.ask('GET', `/api/targets/${id}`)
  const sent = await house.ask('PATCH', `/api/targets/${id}`, { body: read.json })
  expect(sent.status).toBe(200)
  const rows = await house.db.selectFrom('monitors').select('rev').execute()
  expect(rows).toEqual([{ rev: 3 }])
})

test('a set of targets says it, and the second time nothing is left to do', async () => {
  await using house = await openHouse()
  const target = { externalRef: 'shop', type: 'HTTP', name: 'Shop', url: 'https://shop.example/' }
  const apply = async (slo: unknown) =>
    (
      await house.ask('PUT', '/api/targets?managedBy=git:infra', {
        body: { targets: [{ ...target, slo }] },
        headers: { 'content-type': 'application/json' },
      })
    ).json
  await apply({ objective: 99.9 })
  expect(await apply({ objective: 99.9, days: 30 })).toMatchObject({ unchanged: 1, updated: 0 })
  expect(await apply({ objective: 99.5 })).toMatchObject({
    updated: 1,
    changes: [
      {
        diff: {
          slo: [
            { objective: 99.9, days: 30 },
            { objective: 99.5, days: 30 },
          ],
        },
      },
    ],
  })
  expect(await apply({ objective: 100 })).toMatchObject({
    violations: [{ propertyPath: 'targets[0].slo.objective' }],
  })
})

describe('is refused', () => {
  test.each<[string, unknown, string]>([
    ['100 %', { objective: 100 }, 'slo.objective range'],
    ['less than half', { objective: 49.9 }, 'slo.objective range'],
    ['four decimals', { objective: 99.9999 }, 'slo.objective range'],
    ['words', { objective: 'three nines' }, 'slo.objective type'],
    ['nothing of it', {}, 'slo.objective required'],
    ['no day', { objective: 99, days: 0 }, 'slo.days range'],
    ['91 days', { objective: 99, days: 91 }, 'slo.days range'],
    ['half a day', { objective: 99, days: 1.5 }, 'slo.days type'],
    ['a number', 99.9, 'slo type'],
    ['a list', [99.9], 'slo type'],
    ['a field we do not know', { objective: 99, day: 7 }, 'slo.day unknown_field'],
  ])('%s', async (_, slo, trouble) => {
    await using house = await openHouse()
    const { id } = await house.add()
    const { status, json } = await patch(house, id, slo)
    const violations = json['violations'] as { propertyPath: string; code: string }[]
    expect([status, ...violations.map((it) => `${it.propertyPath} ${it.code}`)]).toEqual([
      422,
      trouble,
    ])
  })
})
