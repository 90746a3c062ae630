import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/kernel/index.ts'
import { getMonitor, listOutlines, pauseMonitor, resumeMonitor } from '../../src/monitors/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { type LastColumns, packHistory, shapeOf, tellLatest } from '../../src/stats/index.ts'
import { toTimings, writeLooks } from '../../src/stats/journal-format.ts'
import { Tail } from '../../src/stats/tail.ts'
import { Eye, refused } from '../support/eye.ts'
import { readSamples } from '../support/history.ts'
import { House, sealer } from '../support/house.ts'
import { until } from '../support/until.ts'

/** A good answer that took `ms`, from a server at `address`. */
const answer = (ms: number, address = '192.0.2.1'): Outcome => ({
  status: 'up',
  code: 'ok',
  message: `HTTP 200 in ${ms} ms`,
  durationMs: ms,
  timings: { dns: 0.4, connect: 2.5, firstByte: ms - 3, total: ms + 0.2 },
  details: { address, family: 4 },
})

/** Looks on until so many are made and written down. */
async function looked(house: House, eye: Eye, count: number): Promise<void> {
  await until(`${count} looks`, async () => {
    if (eye.looks.length < count) await house.clock.turn(200)
    return eye.looks.length >= count
  })
  await house.clock.turn(1500)
}

const stateOf = async (house: House) => (await getMonitor(house.account, sealer, 1)).state
const rowOf = (house: House) =>
  house.db
    .selectFrom('monitor_states')
    .select(['last_check_at', 'last_ms', 'last_good_at'])
    .executeTakeFirstOrThrow()

/** A monitor that answers each time in a millisecond more. */
async function watching() {
  const eye = new Eye()
  eye.sees = () => answer(100 + eye.looks.length)
  const house = await House.open({ probe: eye.probe })
  await house.add()
  house.start()
  return { eye, house }
}

test('what is seen is shown within a second, though its row is written to only now and then', async () => {
  const { eye, house } = await watching()
  await using _ = house
  await looked(house, eye, 1)
  const first = await rowOf(house)
  for (let more = 2; more <= 4; more += 1) {
    await looked(house, eye, more)
    const { at } = (await readSamples(house)).at(-1)!
    const state = await stateOf(house)
    expect(state).toMatchObject({
      lastCheckAt: at,
      lastMs: 100 + more,
      lastMessage: `HTTP 200 in ${100 + more} ms`,
      lastGoodAt: at,
      latest: answer(100 + more),
    })
    const [outline] = await listOutlines(house.account)
    expect(outline!.state).toMatchObject({ lastCheckAt: at, lastMessage: state.lastMessage })
  }
  expect(await rowOf(house)).toEqual(first)
})

test('it is the same after a restart, and after the journal has forgotten it', async () => {
  const { eye, house } = await watching()
  await using _ = house
  await looked(house, eye, 3)
  const before = await stateOf(house)
  await house.stop()
  house.start()
  expect(await stateOf(house)).toEqual(before)
  await house.stop()
  await packHistory(house.db, house.clock.now() + 2 * HOUR, async () => {
    expect(await stateOf(house)).toEqual(before)
    return true
  })
  expect(await stateOf(house)).toEqual(before)
  expect(await rowOf(house)).toMatchObject({ last_check_at: before.lastCheckAt, last_ms: 103 })
})

test('what changes beside the times is shown at once, and only then written out', async () => {
  const { eye, house } = await watching()
  await using _ = house
  const outcomes = async () =>
    (await house.db.selectFrom('journal').select('outcomes').execute()).filter(
      (row) => row.outcomes !== null,
    ).length
  await looked(house, eye, 4)
  expect(await outcomes()).toBe(0)
  eye.sees = () => answer(50, '192.0.2.2')
  await looked(house, eye, 5)
  expect((await stateOf(house)).latest).toEqual(answer(50, '192.0.2.2'))
  eye.sees = () => answer(60, '192.0.2.2')
  await looked(house, eye, 7)
  expect((await stateOf(house)).latest).toEqual(answer(60, '192.0.2.2'))
  expect(await outcomes()).toBe(1)
})

test('an outage knows when all was well last, though that look was no news', async () => {
  const { eye, house } = await watching()
  await using _ = house
  await looked(house, eye, 3)
  const { at } = (await readSamples(house)).at(-1)!
  await house.stop()
  house.start()
  eye.sees = () => refused
  await until('told', async () => {
    await house.clock.turn(200)
    return house.pager.posts.length > 0
  })
  const incident = await house.db.selectFrom('incidents').selectAll().executeTakeFirstOrThrow()
  expect(incident).toMatchObject({ last_good_at: at, last_good_ms: 103 })
  expect(await rowOf(house)).toMatchObject({ last_good_at: at })
  expect(await stateOf(house)).toMatchObject({
    lastStatus: 'down',
    lastGoodAt: at,
    lastGoodMs: 103,
  })
})

test('after a pause nothing is known until it is looked at again, but when it was last', async () => {
  const { eye, house } = await watching()
  await using _ = house
  await looked(house, eye, 3)
  const { at } = (await readSamples(house)).at(-1)!
  await pauseMonitor(house.account, house.change, 1, null)
  await house.clock.turn(5 * MINUTE)
  expect(await stateOf(house)).toMatchObject({
    lastCheckAt: at,
    lastMs: 103,
    lastStatus: null,
    lastMessage: null,
    latest: answer(103),
  })
  await resumeMonitor(house.account, house.change, 1)
  await looked(house, eye, 4)
  expect(await stateOf(house)).toMatchObject({ lastStatus: 'up', lastMs: 104 })
})

const tenths = fc.integer({ min: 0, max: 100_000 }).map((it) => it / 10)
const words = fc.array(fc.constantFrom('in', '1', 'took', '{} ms', '1{} ms', '4 ms', '0 ms'), {
  maxLength: 4,
})
/** Two looks whose sentences are often alike. */
const pair = fc
  .tuple(words, fc.oneof(words, fc.constant(null)))
  .chain(([first, second]) => fc.tuple(outcomeOf(first), outcomeOf(second ?? first)))
const outcomeOf = (said: readonly string[]) =>
  fc
    .record({
      durationMs: fc.integer({ min: 0, max: 15 }),
      timings: fc.record({ total: tenths, dns: tenths, body: tenths }, { requiredKeys: ['total'] }),
    })
    .map(({ durationMs, timings }) => ({
      status: 'up',
      code: 'ok',
      message: said.join(' ').replaceAll('{}', String(durationMs)),
      durationMs,
      timings,
      details: { address: '192.0.2.1' },
    }))

test('looks of one shape are told from each other to the letter', () => {
  const counts = { same: 0, other: 0 }
  fc.assert(
    fc.property(pair, ([one, other]) => {
      const isSame = shapeOf(one) === shapeOf(other)
      counts[isSame ? 'same' : 'other'] += 1
      if (!isSame) return
      const tail = new Tail()
      const look = (id: number, { status, code, durationMs: ms, timings }: typeof one) => ({
        id,
        looks: writeLooks([{ monitorId: 1, at: id, status, code, ms, observedMs: 0, timings }]),
        outcomes: id === 1 ? JSON.stringify([[1, JSON.stringify(one)]]) : null,
        through: null,
        monitor: null,
        at: null,
      })
      tail.append([look(1, one), look(2, other)], false)
      const row = { last_check_at: 0, last_status: 'up' } as LastColumns & { latest: null }
      expect(tellLatest({ ...row, latest: null }, tail.latest(1))).toEqual(other)
      const written = { ...row, last_check_at: 1, latest: JSON.stringify(one) }
      expect(tellLatest(written, tail.latest(1))).toEqual(other)
    }),
    { numRuns: 1000 },
  )
  expect(Math.min(counts.same, counts.other)).toBeGreaterThan(50)
  expect(toTimings([1, -1, 0, -1, -1, 25])).toEqual({ dns: 0.1, tls: 0, total: 2.5 })
})
