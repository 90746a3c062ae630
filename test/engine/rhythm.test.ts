import { expect, test } from 'vitest'
import { bindAccount } from '../../src/storage/index.ts'
import { askForCheck, pauseMonitor, readAnswer, resumeMonitor } from '../../src/monitors/index.ts'
import { Slots } from '../../src/engine/slots.ts'
import { Eye, refused, unseen, well } from '../support/eye.ts'
import { readSamples } from '../support/history.ts'
import { House } from '../support/house.ts'
import { HOUR } from '../../src/kernel/index.ts'
import { observedTime, uptimePercent } from '../../src/stats/index.ts'
import { until } from '../support/until.ts'

const looked = (house: House, eye: Eye, count: number, step = 200) =>
  until(`${count} looks`, async () => {
    if (eye.looks.length < count) await house.clock.turn(step)
    return eye.looks.length >= count
  })

test('a look that is still running makes the next one skipped and counted, never queued', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  await house.add({ intervalSeconds: 10 })
  const { end } = eye.hang()
  house.start()
  await looked(house, eye, 1)
  await house.clock.turn(35_000)
  expect(eye.looks).toHaveLength(1)
  expect(house.engine.counts().skipped).toBeGreaterThanOrEqual(3)
  eye.sees = () => well
  end(well)
  await house.clock.turn(15_000)
  expect(eye.looks.length).toBeLessThanOrEqual(3)
})

test('after a sleep nothing is made up for: no burst, and the gap is charged to nobody', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  for (let more = 0; more < 20; more += 1)
    await house.add({ name: `m${more}`, intervalSeconds: 60 })
  house.start()
  await looked(house, eye, 40)
  const before = eye.looks.length
  house.clock.step(3_600_000)
  await house.clock.turn(400)
  expect(eye.looks.length - before).toBeLessThanOrEqual(2)
  await house.clock.turn(61_000)
  expect(eye.looks.length - before).toBeLessThanOrEqual(22)
  await house.clock.turn(1500)
  const longest = Math.max(...(await readSamples(house)).map(({ observedMs }) => observedMs))
  expect(longest).toBeLessThanOrEqual(61_000)
})

test('a clock set back neither stops the looks nor repeats them', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  await house.add({ intervalSeconds: 60 })
  house.start()
  await looked(house, eye, 3)
  house.clock.step(-7_200_000)
  await house.clock.turn(300_000)
  expect(eye.looks.length).toBeGreaterThanOrEqual(7)
  expect(eye.looks.length).toBeLessThanOrEqual(9)
})

test('a suspicion is followed up after retrySeconds, also when the clock steps in between', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  await house.add({ intervalSeconds: 86_400, policy: { retrySeconds: 30 } })
  eye.sees = () => refused
  house.start()
  await looked(house, eye, 1)
  await house.clock.turn(29_000)
  expect(eye.looks).toHaveLength(1)
  house.clock.step(600_000)
  await house.clock.turn(31_000)
  expect(eye.looks).toHaveLength(2)
  await until('told', async () => {
    await house.clock.turn(250)
    return house.pager.posts.length === 1
  })
})

test('who asks during a running look joins it, and it is kept', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add()
  const { end } = eye.hang()
  house.start()
  await looked(house, eye, 1)
  const asked = [1, 2, 3].map(() => house.engine.check(house.account, monitor.id))
  let turns = 0
  await until('all have joined', () => (turns += 1) > 30)
  end(well)
  const ids = (await Promise.all(asked)).map(({ id }) => id)
  expect(new Set(ids).size).toBe(1)
  expect(ids[0]).toBeGreaterThan(0)
  expect(eye.looks).toHaveLength(1)
  expect(await house.db.selectFrom('checks').select('id').execute()).toEqual([{ id: ids[0] }])
})

test('a paused monitor is looked at when asked, and nothing else comes of it', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add({ policy: { confirmations: 1 } })
  await pauseMonitor(house.account, house.change, monitor.id, null)
  eye.sees = () => refused
  house.start()
  const check = await house.engine.check(house.account, monitor.id)
  expect(check).toMatchObject({ cause: 'manual', outcome: { status: 'down' } })
  await house.clock.turn(120_000)
  expect(eye.looks).toHaveLength(1)
  const state = await house.db.selectFrom('monitor_states').selectAll().executeTakeFirst()
  expect(state).toMatchObject({ status: 'pending', last_status: null })
  expect(await house.db.selectFrom('incidents').selectAll().execute()).toEqual([])
})

test("another account's monitor is not there", async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add()
  house.start()
  await expect(house.engine.check(bindAccount(house.db, 99), monitor.id)).rejects.toMatchObject({
    code: 'monitor_unknown',
  })
})

test('what another process asks for is looked at and answered within a second', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add()
  house.start()
  await looked(house, eye, 1)
  const request = await askForCheck(house.account, house.clock.now(), monitor.id)
  expect(await readAnswer(house.account, request)).toBeUndefined()
  await house.clock.turn(400)
  await until('answered', async () => (await readAnswer(house.account, request)) !== undefined)
  expect(await readAnswer(house.account, request)).toMatchObject({ outcome: { status: 'up' } })
  expect(eye.looks).toHaveLength(2)
})

test('time paused and time not seen are charged to nobody', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add({ intervalSeconds: 10, timeoutSeconds: 60 })
  house.start()
  await looked(house, eye, 3)
  await pauseMonitor(house.account, house.change, monitor.id, null)
  await house.clock.turn(20_000)
  await resumeMonitor(house.account, house.change, monitor.id)
  await looked(house, eye, 4)
  await house.clock.turn(1200)
  expect((await readSamples(house)).at(-1)?.observedMs).toBe(1)
  eye.sees = () => unseen
  await looked(house, eye, 7)
  eye.sees = () => well
  await looked(house, eye, 8)
  await house.clock.turn(1200)
  const [last, before] = (await readSamples(house)).toReversed()
  expect(before?.observedMs).toBe(0)
  expect(last?.observedMs).toBeLessThanOrEqual(10_000)
})

test('a monitor that never was up is credited with nothing', async () => {
  const eye = new Eye()
  eye.sees = () => refused
  await using house = await House.open({ probe: eye.probe })
  const { monitor } = await house.add({ intervalSeconds: 10, timeoutSeconds: 5 })
  house.start()
  await looked(house, eye, 5)
  await house.clock.turn(1200)
  expect((await readSamples(house))[0]?.observedMs).toBe(0)
  const now = house.clock.now()
  const times = await observedTime(house.account, [monitor.id], now - HOUR, now)
  expect(uptimePercent(times.get(monitor.id)!)).toBe(0)
})

test('five hundred monitors, a hundred of which hang: the others stay on time', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const hanging = new Set<number>()
  for (let more = 0; more < 500; more += 1) {
    const stuck = more < 100
    const url = stuck ? `http://stuck.example/${more}` : `http://host${more}.example/`
    const { monitor } = await house.add({ name: `m${more}`, url, intervalSeconds: 60 })
    if (stuck) hanging.add(monitor.id)
  }
  const at = new Map<number, number[]>()
  const released = Promise.withResolvers<typeof unseen>()
  eye.sees = (monitor) => {
    at.set(monitor.id, [...(at.get(monitor.id) ?? []), house.clock.now()])
    if (!hanging.has(monitor.id)) return well
    return released.promise
  }
  house.start()
  await looked(house, eye, 408)
  await house.clock.turn(125_000)
  const waits = [...at]
    .filter(([id]) => !hanging.has(id))
    .flatMap(([, times]) => times.slice(2).map((it, index) => it - times[index + 1]!))
  expect(waits.length).toBeGreaterThanOrEqual(400)
  expect(Math.max(...waits)).toBeLessThan(60_500)
  expect(Math.min(...waits)).toBeGreaterThan(59_500)
  // One host is not stormed, however many monitors it has.
  expect([...hanging].filter((id) => at.has(id)).length).toBeLessThanOrEqual(8)
  released.resolve(unseen)
})

test('stopping waits for a running look, and writes down what was held', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  await house.add({ policy: { confirmations: 1 } })
  const { end } = eye.hang()
  house.start()
  await looked(house, eye, 1)
  const stopped = house.stop()
  end(refused)
  await stopped
  expect(await house.db.selectFrom('incidents').selectAll().execute()).toHaveLength(1)
  expect(await readSamples(house)).toHaveLength(1)
})

test('looks that do not end are cut off when we stop, those waiting for them never begin', async () => {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  for (let more = 0; more < 20; more += 1) await house.add()
  eye.hang()
  house.start()
  await looked(house, eye, 8)
  let isStopped = false
  const stopped = house.stop().finally(() => {
    isStopped = true
  })
  await until('stopped', async () => {
    await house.clock.turn(1000)
    return isStopped
  })
  await stopped
  expect(eye.looks).toHaveLength(8)
  expect(await readSamples(house)).toEqual([])
})

test('a port does not make all hosts one, and one host never takes more than its share', async () => {
  const slots = new Slots()
  const running: string[] = []
  const gate = Promise.withResolvers<void>()
  const work = (address: string) =>
    slots.run(address, async () => {
      running.push(address)
      await gate.promise
    })
  const all = [
    ...Array.from({ length: 20 }, (_, at) => work(`host${at}.example:443`)),
    ...Array.from({ length: 20 }, (_, at) => work(`http://one.example:${8000 + at}/`)),
    ...Array.from({ length: 20 }, () => work('localhost:25')),
  ]
  expect(running).toHaveLength(20 + 8 + 20)
  gate.resolve()
  await Promise.all(all)
  expect(running).toHaveLength(60)
})
