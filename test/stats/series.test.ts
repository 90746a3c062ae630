import { expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import { readSteps, readWholes, recordSamples, slowTime } from '../../src/stats/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const FIVE = { from: START, stepMs: 5 * MINUTE, count: 4 }

test('steps: what was seen, what was down, and what nobody saw', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '....xxxx..     ??x..')
  await drawIncident(house, monitor.id, 5, 9)
  const steps = await readSteps(house.account, monitor.id, FIVE)
  expect(
    steps.map(({ at, observedMs, downMs, checks, failures }) => [
      (at - START) / MINUTE,
      observedMs / MINUTE,
      downMs / MINUTE,
      checks,
      failures,
    ]),
  ).toEqual([
    [0, 5, 0, 5, 1],
    [5, 5, 4, 5, 3],
    [10, 0, 0, 0, 0],
    [15, 3, 0, 5, 1],
  ])
  expect(steps[2]).toMatchObject({ minMs: null, avgMs: null, maxMs: null })
})

test('response times are those of good looks', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  const accountId = house.account.accountId
  const look = (minute: number, status: string, ms: number) => ({
    monitorId: monitor.id,
    accountId,
    at: START + minute * MINUTE,
    status,
    code: 'ok',
    ms,
    observedMs: MINUTE,
  })
  await recordSamples(house.db, [
    look(1, 'up', 100),
    look(2, 'degraded', 400),
    look(3, 'down', 9000),
    // The last instant of a step is its own, the first one the step's before.
    look(5, 'up', 101),
    look(6, 'up', 7),
  ])
  const [first, second] = await readSteps(house.account, monitor.id, FIVE)
  expect(first).toMatchObject({ minMs: 100, avgMs: 200, maxMs: 400, degraded: 1, failures: 1 })
  expect(second).toMatchObject({ minMs: 7, avgMs: 7, maxMs: 7, degraded: 0 })
  const end = START + 20 * MINUTE
  expect(await slowTime(house.account, monitor.id, START, end)).toEqual({
    ms: 400,
    isOfDays: false,
  })
  expect(await slowTime(house.account, monitor.id, START + 6 * MINUTE, end)).toMatchObject({
    ms: null,
  })
  const wholes = await readWholes(house.account, [monitor.id], START, end)
  expect(wholes).toEqual(new Map([[monitor.id, { observedMs: 5 * MINUTE, downMs: 0, avgMs: 152 }]]))
})

test('a look that speaks for longer than a step fills those before it', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  const look = { monitorId: monitor.id, accountId: house.account.accountId, code: 'ok', ms: 7 }
  await recordSamples(house.db, [
    { ...look, at: START + 17 * MINUTE, status: 'up', observedMs: 12 * MINUTE },
  ])
  const steps = await readSteps(house.account, monitor.id, FIVE)
  expect(steps.map((it) => [it.observedMs / MINUTE, it.checks])).toEqual([
    [0, 0],
    [5, 0],
    [5, 0],
    [2, 1],
  ])
})

test('another account reads nothing', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.....')
  const other = bindAccount(house.db, house.account.accountId + 1)
  const [first] = await readSteps(other, monitor.id, FIVE)
  expect(first).toMatchObject({ checks: 0, observedMs: 0 })
  expect(await slowTime(other, monitor.id, START, START + 20 * MINUTE)).toMatchObject({ ms: null })
})
