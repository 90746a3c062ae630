import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addMonitor, editMonitor, pauseMonitor, slotAfter } from '../../src/monitors/index.ts'
import { Eye } from '../support/eye.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

test('the next slot is after now, within the interval, keeps its rhythm whenever it is asked, and is shared by those of the same 20 ms', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 10, max: 86_400 }),
      fc.integer({ min: -1e12, max: 4e12 }),
      (id, seconds, now) => {
        const interval = seconds * 1000
        const next = slotAfter(id, interval, now)
        expect(next > now && next <= now + interval).toBe(true)
        expect(Math.abs(next % 20)).toBe(0)
        expect(slotAfter(id, interval, next - 1)).toBe(next)
        expect(slotAfter(id, interval, next)).toBe(next + interval)
      },
    ),
  )
})

test('a thousand neighbours are spread evenly over the minute', () => {
  const tenths = Array.from({ length: 10 }, () => 0)
  for (let id = 1; id <= 1000; id += 1)
    tenths[Math.floor((slotAfter(id, 60_000, 0) - 1) / 6000)]! += 1
  expect(Math.min(...tenths)).toBeGreaterThan(60)
  expect(Math.max(...tenths)).toBeLessThan(140)
})

test('equal values change nothing, not even the revision; the type stays', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  const same = await editMonitor(house.account, house.change, monitor.id, (it) => ({ ...it }))
  expect(same.monitor.rev).toBe(monitor.rev)
  await expect(
    editMonitor(house.account, house.change, monitor.id, (it) => ({ ...it, type: 'SSL' })),
  ).rejects.toMatchObject({ violations: [{ path: 'type', code: 'immutable' }] })
  expect(await house.db.selectFrom('audit_logs').select('action').execute()).toEqual([
    { action: 'monitor.create' },
  ])
})

test('all that is wrong is said at once, a reference is taken once, and a plan holds what it holds', async () => {
  await using house = await House.open()
  await expect(
    house.add({ name: '', intervalSeconds: 1, tags: ['Not Good'], url: 'shop', extra: 1 }),
  ).rejects.toMatchObject({
    violations: expect.arrayContaining(
      ['name', 'intervalSeconds', 'tags[0]', 'url', 'extra'].map((path) =>
        expect.objectContaining({ path }),
      ),
    ),
  })
  await house.add({ externalRef: 'a' })
  await expect(house.add({ externalRef: 'a' })).rejects.toMatchObject({ code: 'reference_taken' })
  const full = { ...house.change, limits: { plan: 'free', monitors: 1, minIntervalSeconds: 60 } }
  const wanted = { type: 'HTTP', name: 'b', url: 'http://b.example/', intervalSeconds: 60 }
  await expect(addMonitor(house.account, full, wanted)).rejects.toMatchObject({
    code: 'plan_monitors',
  })
})

test('a pause ends by itself, and a monitor with an end is deleted when it has come', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const now = house.clock.now()
  const { monitor } = await house.add({ name: 'resting' })
  await house.add({ name: 'short', expiresAt: now + 30_000 })
  await pauseMonitor(house.account, house.change, monitor.id, now + 20_000)
  house.start()
  await until('looked at again', async () => {
    await house.clock.turn(1000)
    return eye.looks.some(({ name }) => name === 'resting')
  })
  expect(house.clock.now()).toBeGreaterThanOrEqual(now + 20_000)
  await house.clock.turn(20_000)
  expect(await house.db.selectFrom('monitors').select(['name', 'is_active']).execute()).toEqual([
    { name: 'resting', is_active: 1 },
  ])
})
