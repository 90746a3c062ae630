import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import {
  averageTimes,
  getBucket,
  listBuckets,
  observedTime,
  packHistory,
  readSteps,
  recordSamples,
  responseTimes,
  slowTime,
} from '../../src/stats/index.ts'
import { packSamples, unpackSamples } from '../../src/stats/pack-format.ts'
import { draw, drawIncident, readSamples, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const goOn = async () => true

const sample = fc.record({
  at: fc.integer({ min: 0, max: HOUR - 1 }),
  status: fc.constantFrom('up', 'degraded', 'down', 'unknown'),
  code: fc.constantFrom('ok', 'slow', 'connect_refused', 'http_status'),
  ms: fc.integer({ min: 0, max: 100_000 }),
  observedMs: fc.integer({ min: 0, max: 2 * DAY }),
  isKeptWhole: fc.boolean(),
})

test('what is packed comes out as it went in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(sample, { selector: ({ at }) => at, maxLength: 80 }), (samples) => {
      const inOrder = samples
        .map((it) => Object.assign(it, { at: START + (it.at % HOUR) }))
        .toSorted((a, b) => a.at - b.at)
      expect(unpackSamples(START, packSamples(START, inOrder))).toEqual(inOrder)
    }),
  )
})

test('a steady monitor takes little', () => {
  const samples = Array.from({ length: 60 }, (_, minute) => ({
    at: START + minute * MINUTE + ((minute * 7919) % 9),
    status: 'up',
    code: 'ok',
    ms: 180 + ((minute * 104_729) % 60),
    observedMs: MINUTE,
    isKeptWhole: false,
  }))
  for (const [index, it] of samples.entries())
    if (index > 0) it.observedMs = it.at - samples[index - 1]!.at
  expect(packSamples(START, samples).length / 60).toBeLessThan(2)
})

test('what no version wrote is refused', () => {
  expect(() => unpackSamples(START, Buffer.from([9, 0]))).toThrow('format 9')
  expect(() => unpackSamples(START, Buffer.from([1, 5, 1]))).toThrow('end too soon')
  expect(() => unpackSamples(START, Buffer.from([2, 5, 1]))).toThrow('end too soon')
})

test('what an older version packed comes out as it went in', () => {
  const packed = 'AQPAqQcYBgkFpgECBXVwIG9rDGRvd24gcmVmdXNlZAACAQECAALg1APoBwEB'
  const look = { status: 'up', code: 'ok', isKeptWhole: false }
  expect(unpackSamples(START, Buffer.from(packed, 'base64'))).toEqual([
    { ...look, at: START + MINUTE, ms: 12, observedMs: MINUTE },
    { ...look, at: START + 2 * MINUTE + 3, ms: 7, observedMs: MINUTE + 3, isKeptWhole: true },
    {
      ...look,
      at: START + 3 * MINUTE + 3,
      status: 'down',
      code: 'refused',
      ms: 90,
      observedMs: SECOND,
    },
  ])
})

/** Looks some seconds to hours apart, each of which speaks for a part of the time since the last. */
const history = fc.array(
  fc.record({
    gap: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 20 * SECOND, max: 10 * MINUTE }) },
      { weight: 1, arbitrary: fc.integer({ min: HOUR, max: 30 * HOUR }) },
    ),
    part: fc.constantFrom(0, 0.5, 1, 1),
    status: fc.constantFrom('up', 'up', 'up', 'degraded', 'down', 'unknown'),
    ms: fc.integer({ min: 1, max: 5000 }),
  }),
  { minLength: 1, maxLength: 60 },
)

const instant = fc.integer({ min: -HOUR, max: 4 * DAY })

test('figures after packing are the figures before', async () => {
  await using house = await House.open()
  // With the one before it a step of its own.
  for (let more = 0; more < 59; more += 1) await house.add({ name: `other ${more}` })
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.array(fc.tuple(instant, instant), { maxLength: 3 }),
      fc.array(instant, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(instant, instant), { minLength: 1, maxLength: 4 }),
      fc.nat(5),
      fc.nat(96),
      async (looks, downs, packings, spans, lives, held) => {
        const { monitor } = await house.add()
        const { id } = monitor
        await house.db
          .updateTable('monitor_states')
          .set({ judged: JSON.stringify({ streak: { startedAt: START + held * HOUR } }) })
          .where('monitor_id', '=', id)
          .execute()
        let at = START
        const samples = looks.map(({ gap, part, status, ms }) => {
          at += gap
          return {
            monitorId: id,
            accountId: house.account.accountId,
            at,
            status,
            code: status === 'up' ? 'ok' : 'slow',
            ms,
            observedMs: status === 'unknown' ? 0 : Math.floor(gap * part),
          }
        })
        for (const some of [samples.slice(0, 10), samples.slice(10)])
          await recordSamples(house.db, [...some.map((it) => ({ ...it, monitorId: 1 })), ...some])
        let after = -HOUR
        for (const [a, b] of downs.toSorted((one, other) => one[0] - other[0])) {
          const [from, to] = [Math.max(after, Math.min(a, b)), Math.max(a, b)]
          if (from >= to) continue
          await drawIncident(house, id, from / MINUTE, to / MINUTE)
          after = to
        }
        const read = async () => {
          const figures: unknown[] = []
          for (const [a, b] of spans) {
            const [from, to] = [START + Math.min(a, b), START + Math.max(a, b)]
            const count = Math.ceil((to - from) / (10 * MINUTE))
            figures.push(
              await observedTime(house.account, [id], from, to),
              await averageTimes(house.account, [id], from, to),
              await responseTimes(house.account, id, from),
              await slowTime(house.account, id, from, to),
              await readSteps(house.account, id, { from, stepMs: 10 * MINUTE, count }),
            )
          }
          for (const kind of ['hour', 'day'] as const)
            for (const direction of ['asc', 'desc'] as const)
              figures.push(
                await listBuckets(
                  house.account,
                  kind,
                  { monitorId: id },
                  { limit: 50, offset: 1 },
                  direction,
                ),
              )
          figures.push(
            await getBucket(house.account, 'day', id, START),
            await listBuckets(house.account, 'hour', {}, { limit: 5, offset: 3 }),
          )
          return figures
        }
        const before = await read()
        for (const packing of packings.toSorted((a, b) => a - b)) {
          let left = lives
          // Between any two steps, and where it is cut off there and begun again.
          const look = async () => {
            expect(await read()).toEqual(before)
            return (left -= 1) >= 0
          }
          for (let more = 0; more < 2; more += 1) await packHistory(house.db, START + packing, look)
          await packHistory(house.db, START + packing, goOn)
          expect(await read()).toEqual(before)
        }
        await house.db.deleteFrom('monitors').where('id', '=', id).execute()
        await house.db.deleteFrom('hour_stats').execute()
        await house.db.deleteFrom('day_stats').execute()
        await house.db.deleteFrom('packed_samples').execute()
        await house.db.deleteFrom('incidents').execute()
      },
    ),
    { numRuns: 25 },
  )
}, 20_000)

test('an hour is packed once it is over, and a day once all of its hours are', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.'.repeat(26 * 60))
  const counts = async () => [
    (await readSamples(house)).length,
    (await house.db.selectFrom('packed_samples').selectAll().execute()).length,
    (await house.db.selectFrom('hour_stats').selectAll().execute()).length,
    (await house.db.selectFrom('day_stats').selectAll().execute()).length,
  ]
  await packHistory(house.db, START + HOUR + MINUTE, goOn)
  expect(await counts()).toEqual([26 * 60, 0, 0, 0])
  await packHistory(house.db, START + HOUR + 3 * MINUTE, goOn)
  expect(await counts()).toEqual([26 * 60 - 59, 1, 1, 0])
  await packHistory(house.db, START + DAY + 3 * MINUTE, goOn)
  expect(await counts()).toEqual([2 * 60 + 1, 24, 24, 1])
})

test('hours wait for a judgement that is not made yet: an outage counts from its first failure', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, `${'.'.repeat(58)}xxx`)
  const judged = JSON.stringify({
    streak: { kind: 'failing', count: 1, startedAt: START + 59 * MINUTE },
  })
  await house.db.updateTable('monitor_states').set({ judged }).execute()
  await packHistory(house.db, START + 2 * HOUR, goOn)
  expect(await house.db.selectFrom('hour_stats').selectAll().execute()).toEqual([])
  await drawIncident(house, monitor.id, 59, null)
  await house.db.updateTable('monitor_states').set({ judged: null }).execute()
  await packHistory(house.db, START + 2 * HOUR + 3 * MINUTE, goOn)
  const [hour] = await house.db.selectFrom('hour_stats').selectAll().execute()
  expect(hour).toMatchObject({ observed_ms: HOUR, down_ms: MINUTE })
})

test('looks that come in late are packed beside the others', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.'.repeat(30))
  await packHistory(house.db, START + 3 * HOUR, goOn)
  const late = {
    monitorId: monitor.id,
    accountId: house.account.accountId,
    code: 'ok',
    status: 'up',
  }
  await recordSamples(house.db, [{ ...late, at: START + 40 * MINUTE, ms: 99, observedMs: MINUTE }])
  const span = [START, START + HOUR] as const
  const before = await getBucket(house.account, 'hour', monitor.id, START)
  expect(before).toMatchObject({ checks: 31, maxMs: 99, observedMs: 31 * MINUTE })
  await packHistory(house.db, START + 3 * HOUR, goOn)
  expect(await getBucket(house.account, 'hour', monitor.id, START)).toEqual(before)
  expect((await observedTime(house.account, [monitor.id], ...span)).get(monitor.id)).toEqual({
    observedMs: 31 * MINUTE,
    downMs: 0,
  })
})
