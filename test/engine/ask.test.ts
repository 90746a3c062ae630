import { expect, test } from 'vitest'
import { ensureAccount } from '../../src/accounts/index.ts'
import { askRunning } from '../../src/engine/index.ts'
import { type Clock, SECOND, systemClock } from '../../src/kernel/index.ts'
import {
  addMonitor,
  answerRequest,
  type Check,
  claimRequests,
  type Looker,
} from '../../src/monitors/index.ts'
import { bindAccount, buildSealer, openDatabase } from '../../src/storage/index.ts'
import { HandClock } from '../support/clock.ts'

async function openHouse() {
  const db = await openDatabase(':memory:')
  const clock = new HandClock()
  const sealer = buildSealer('x'.repeat(32), { random: () => 0, bytes: (it) => new Uint8Array(it) })
  const [ours, theirs] = [
    bindAccount(db, (await ensureAccount(db, 1, 'business', 'ours')).id),
    bindAccount(db, (await ensureAccount(db, 1, 'business', 'theirs')).id),
  ]
  const limits = { plan: 'business', monitors: null, minIntervalSeconds: 10 }
  const tools = { now: clock.now(), by: { type: 'cli', name: 'x' }, sealer, limits } as const
  const { monitor } = await addMonitor(ours, tools, {
    type: 'HTTP',
    name: 'Shop',
    url: 'http://x/',
  })
  return {
    db,
    clock,
    ours,
    theirs,
    id: monitor.id,
    requests: () => db.selectFrom('check_requests').selectAll().execute(),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

const checkOf = (monitorId: number): Check => ({
  id: 9,
  monitorId,
  cause: 'manual',
  startedAt: 1,
  finishedAt: 2,
  outcome: { status: 'up', code: 'ok', message: '', durationMs: 1, timings: { total: 1 } },
})

test('the process that watches answers through the row, which is then gone', async () => {
  await using house = await openHouse()
  const { db, clock, ours, id } = house
  const asked = askRunning(clock).check(ours, id)
  await clock.asleep()
  const [request] = await claimRequests(db, clock.now())
  const check = checkOf(id)
  await answerRequest(db, request!.id, check)
  await clock.turn(50)
  expect(await asked).toEqual(check)
  expect(await house.requests()).toEqual([])
})

test('nobody answers: after 75 s that is said, and nothing is left to be done late', async () => {
  await using house = await openHouse()
  // Every wait passes at once.
  let passed = 0
  const clock: Clock = {
    ...systemClock,
    now: () => passed,
    monotonic: () => passed,
    sleep: async (ms) => {
      passed += ms
    },
  }
  await expect(askRunning(clock).check(house.ours, house.id)).rejects.toThrow(
    'The running Uptalk did not look within 75 s; its log says why. Ask again in a moment.',
  )
  expect(passed).toBe(75 * SECOND)
  expect(await house.requests()).toEqual([])
})

test("another account's monitor is not asked for", async () => {
  await using house = await openHouse()
  await expect(askRunning(house.clock).check(house.theirs, house.id)).rejects.toThrow(
    `There is no monitor #${house.id}.`,
  )
  expect(await house.requests()).toEqual([])
})

test('a monitor deleted meanwhile is said to be gone', async () => {
  await using house = await openHouse()
  const { clock, ours, id } = house
  const asked = askRunning(clock)
    .check(ours, id)
    .catch((error: unknown) => error)
  await clock.asleep()
  await ours.deleteFrom('monitors').where('id', '=', id).execute()
  await clock.turn(50)
  expect(await asked).toMatchObject({ name: 'Fault', code: 'monitor_unknown' })
})

test('the one who was asked ended meanwhile: who asked looks, and nothing is left to be done late', async () => {
  await using house = await openHouse()
  const { clock, ours, id } = house
  let isNobodyThere = false
  const looked: number[] = []
  const looker: Looker = {
    check: async (_, asked) => {
      looked.push(asked)
      return checkOf(asked)
    },
    nudge: () => {},
  }
  const asked = askRunning(clock, { isNobodyThere: () => isNobodyThere, looker }).check(ours, id)
  for (let turn = 0; turn < 30; turn += 1) {
    await clock.asleep()
    await clock.turn(50)
  }
  expect(looked).toEqual([])
  isNobodyThere = true
  for (let turn = 0; turn < 20 && looked.length === 0; turn += 1) {
    await clock.asleep()
    await clock.turn(50)
  }
  expect(await asked).toEqual(checkOf(id))
  expect(await house.requests()).toEqual([])
})
