import { expect, test } from 'vitest'
import { listIncidents } from '../../src/incidents/index.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { getBucket, listBuckets, observedTime, readSteps } from '../../src/stats/index.ts'
import { House } from '../support/house.ts'
import { KumaHome } from './kuma-home.ts'
import { takeKuma } from './take.ts'

const NOW = Date.parse('2027-03-02T14:20:00Z')
const MIDNIGHT = Date.parse('2027-03-02T00:00:00Z')
const pages = { limit: 50, offset: 0 }

test('an outage over midnight is charged to both days, to the minute', async () => {
  await using house = await House.open({ startsAt: NOW })
  using kuma = new KumaHome(1)
  const id = kuma.monitor()
  // 23:31 to 23:50 well, 23:51 to 00:05 down, 00:06 to 00:30 well.
  kuma.draw(id, MIDNIGHT - 30 * MINUTE, `${'.'.repeat(20)}${'x'.repeat(15)}${'.'.repeat(25)}`)
  const { taken } = await takeKuma(house, kuma.file)
  expect(taken).toMatchObject([{ reference: `kuma:${id}`, checks: 60, outages: 1 }])

  expect(await listIncidents(house.account, {}, pages)).toMatchObject([
    {
      started_at: MIDNIGHT - 9 * MINUTE,
      resolved_at: MIDNIGHT + 6 * MINUTE,
      end_reason: 'resolved',
      code: 'http_status',
      http_status: 503,
      message: 'Request failed with status code 503',
      failures: 15,
      last_good_at: MIDNIGHT - 10 * MINUTE,
      last_good_ms: 100,
      told_at: null,
    },
  ])
  const { buckets } = await listBuckets(house.account, 'hour', { monitorId: 1 }, pages)
  expect(buckets).toMatchObject([
    // 00:00 to 00:30, of which 00:00 to 00:05 failed: six minutes until it was well.
    {
      at: MIDNIGHT,
      checks: 31,
      failures: 6,
      observedMs: 30 * MINUTE,
      downMs: 6 * MINUTE,
      uptime: 80,
    },
    // 23:31 to 23:59 were looked at, 23:31 for the first time: it speaks for its own moment.
    {
      at: MIDNIGHT - HOUR,
      checks: 29,
      failures: 9,
      observedMs: 29 * MINUTE + 1,
      downMs: 9 * MINUTE,
    },
  ])
  expect(await getBucket(house.account, 'day', 1, MIDNIGHT - DAY)).toMatchObject({
    checks: 29,
    observedMs: 29 * MINUTE + 1,
    downMs: 9 * MINUTE,
    minMs: 100,
    avgMs: 100,
    p95Ms: 100,
  })
  const span = await observedTime(house.account, [1], MIDNIGHT - 5 * MINUTE, MIDNIGHT + 10 * MINUTE)
  expect(span.get(1)).toEqual({ observedMs: 15 * MINUTE, downMs: 11 * MINUTE })
})

test('what Uptime Kuma did not know is observed by nobody', async () => {
  await using house = await House.open({ startsAt: NOW })
  using kuma = new KumaHome(1)
  const id = kuma.monitor({ maxretries: 2 })
  const from = MIDNIGHT + 10 * HOUR
  // Tried again twice, then down; a maintenance; a gap of 20 minutes.
  kuma.draw(id, from, `....??xx..mmm...${' '.repeat(20)}....`)
  await takeKuma(house, kuma.file)
  const bucket = await getBucket(house.account, 'hour', 1, from)
  // Up to :04 three and a moment, the second failure and the recovery (:08, :09), :10, :14 to :16,
  // a moment at :37, then three.
  expect(bucket).toMatchObject({ checks: 17, failures: 2, downMs: 2 * MINUTE })
  expect(bucket!.observedMs).toBe(12 * MINUTE + 2)
  expect(await listIncidents(house.account, {}, pages)).toMatchObject([
    { started_at: from + 7 * MINUTE, resolved_at: from + 9 * MINUTE },
  ])
})

test('an outage that is still on ends where the source ends, and nobody is told', async () => {
  await using house = await House.open({ startsAt: NOW })
  using kuma = new KumaHome(1)
  const id = kuma.monitor()
  kuma.draw(id, NOW - 10 * MINUTE, '.....xxxx')
  await takeKuma(house, kuma.file)
  expect(await listIncidents(house.account, {}, pages)).toMatchObject([
    { started_at: NOW - 4 * MINUTE, resolved_at: NOW - MINUTE, end_reason: 'paused' },
  ])
  house.start()
  await house.clock.turn(5 * MINUTE)
  await house.stop()
  const { count } = await house.db
    .selectFrom('notifications')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('incident_id', '=', 1)
    .executeTakeFirstOrThrow()
  expect(count).toBe(0)
})

test('looks are kept for a week, hours for 90 days, days for two years, outages for good', async () => {
  await using house = await House.open({ startsAt: NOW })
  using kuma = new KumaHome(1)
  const id = kuma.monitor()
  const hour = `${'.'.repeat(30)}xx${'.'.repeat(28)}`
  for (const days of [1, 6, 8, 89, 91, 720, 740]) kuma.draw(id, MIDNIGHT - days * DAY, hour)
  const { taken } = await takeKuma(house, kuma.file)
  // Those of 740 days ago leave nothing but their outage.
  expect(taken).toMatchObject([{ checks: 6 * 60, outages: 7 }])
  const days = await listBuckets(house.account, 'day', { monitorId: 1 }, pages)
  expect(days.buckets.map((it) => (MIDNIGHT - it.at) / DAY)).toEqual([1, 6, 8, 89, 91, 720])
  // The look at 01:00 is one of the next hour.
  for (const { checks, downMs } of days.buckets)
    expect({ checks, downMs }).toEqual({ checks: 60, downMs: 2 * MINUTE })
  const hours = await listBuckets(house.account, 'hour', { monitorId: 1 }, pages)
  expect(hours.buckets.map((it) => (MIDNIGHT - it.at) / DAY)).toEqual(
    [1, 6, 8, 89].flatMap((it) => [it - 1 / 24, it]),
  )
  const packed = await house.account.selectFrom('packed_samples').select('at').execute()
  expect(packed.map((it) => (MIDNIGHT - it.at) / DAY).toSorted((a, b) => a - b)).toEqual(
    [1, 6].flatMap((it) => [it - 1 / 24, it]),
  )
})

test('version 2 counts by the hour and the day where its checks are gone', async () => {
  await using house = await House.open({ startsAt: NOW })
  using kuma = new KumaHome(2)
  const id = kuma.monitor()
  // Of yesterday's 15:00 only the change to down and back is left.
  const hour = MIDNIGHT - 9 * HOUR
  kuma.draw(id, hour, `${' '.repeat(29)}x${' '.repeat(9)}.`)
  kuma.figures('stat_hourly', id, hour, {
    up: 50,
    down: 10,
    ping: 120.4,
    ping_min: 80,
    ping_max: 200,
  })
  kuma.figures('stat_daily', id, MIDNIGHT - DAY, {
    up: 1430,
    down: 10,
    ping: 110,
    ping_min: 60,
    ping_max: 900,
  })
  // A month ago there is but the day, and one change in it.
  kuma.draw(id, MIDNIGHT - 40 * DAY, '.')
  kuma.figures('stat_daily', id, MIDNIGHT - 40 * DAY, {
    up: 1440,
    down: 0,
    ping: 90,
    ping_min: 50,
    ping_max: 400,
  })
  // Of today there are the checks.
  kuma.draw(id, MIDNIGHT + 10 * HOUR, '.'.repeat(30))
  kuma.figures('stat_hourly', id, MIDNIGHT + 10 * HOUR, {
    up: 30,
    down: 0,
    ping: 100,
    ping_min: 100,
    ping_max: 100,
  })
  const { taken } = await takeKuma(house, kuma.file)
  expect(taken).toMatchObject([{ checks: 1440 + 1440 + 30, outages: 1 }])

  expect(await getBucket(house.account, 'hour', 1, hour)).toMatchObject({
    checks: 60,
    failures: 10,
    observedMs: HOUR,
    downMs: 10 * MINUTE,
    minMs: 80,
    avgMs: 120,
    maxMs: 200,
  })
  expect(await getBucket(house.account, 'day', 1, MIDNIGHT - DAY)).toMatchObject({
    checks: 1440,
    observedMs: DAY,
    downMs: 10 * MINUTE,
    avgMs: 110,
  })
  expect(await getBucket(house.account, 'day', 1, MIDNIGHT - 40 * DAY)).toMatchObject({
    checks: 1440,
  })
  expect(await getBucket(house.account, 'hour', 1, MIDNIGHT - 40 * DAY)).toBeUndefined()
  expect(await getBucket(house.account, 'hour', 1, MIDNIGHT + 10 * HOUR)).toMatchObject({
    checks: 30,
    observedMs: 29 * MINUTE + 1,
    p95Ms: 100,
  })
  const steps = await readSteps(house.account, 1, { from: MIDNIGHT - DAY, stepMs: DAY, count: 1 })
  expect(steps).toMatchObject([{ checks: 1440, downMs: 10 * MINUTE, avgMs: 110 }])
  // A day of which there is nothing but its row is in every figure; one that it began within is not.
  const long = async (from: number) => {
    const { observedMs } = (await observedTime(house.account, [1], from, MIDNIGHT)).get(1)!
    return observedMs / DAY
  }
  expect(await long(MIDNIGHT - 40 * DAY)).toBe(2)
  expect(await long(MIDNIGHT - 40 * DAY + 1)).toBe(1)
  // In steps that are shorter it is spread over all of its own.
  const from = MIDNIGHT - 40 * DAY
  const quarters = await readSteps(house.account, 1, { from, stepMs: 6 * HOUR, count: 5 })
  expect(quarters.map(({ observedMs, checks }) => [observedMs / HOUR, checks])).toEqual([
    [6, 0],
    [6, 1440],
    [6, 0],
    [6, 0],
    [0, 0],
  ])
})
