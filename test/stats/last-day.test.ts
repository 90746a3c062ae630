import { expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import { keepLastDay } from '../../src/stats/index.ts'
import { HandClock } from '../support/clock.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

const NOW = START + 10 * MINUTE

/** Each look at it takes 100 ms, as if reading did. */
class SlowClock extends HandClock {
  #looked = 0
  override monotonic(): number {
    this.#looked += 100
    return super.monotonic() + this.#looked
  }
}

async function houseOf(monitors: number) {
  const house = await House.open()
  const ids: number[] = []
  for (let at = 0; at < monitors; at += 1) {
    const { monitor } = await house.add({ name: `shop ${at}` })
    await draw(house, monitor.id, '.....')
    ids.push(monitor.id)
  }
  return { house, ids }
}

test('all monitors together, however many, with their outages', async () => {
  const { house, ids } = await houseOf(120)
  await using _ = house
  await drawIncident(house, ids[70]!, 2, 4)
  const lastDay = keepLastDay(new HandClock(NOW))
  expect(await lastDay(house.account)).toEqual({ observedMs: 600 * MINUTE, downMs: 2 * MINUTE })
})

test('what is read at once is read each time', async () => {
  const { house, ids } = await houseOf(1)
  await using _ = house
  const lastDay = keepLastDay(new HandClock(NOW))
  expect(await lastDay(house.account)).toMatchObject({ downMs: 0 })
  await drawIncident(house, ids[0]!, 2, 4)
  expect(await lastDay(house.account)).toMatchObject({ downMs: 2 * MINUTE })
})

test('what takes long is read once for all, kept a while, and shown while it is read anew', async () => {
  const { house, ids } = await houseOf(1)
  await using _ = house
  const clock = new SlowClock(NOW)
  const lastDay = keepLastDay(clock)
  const asked = await Promise.all([lastDay(house.account), lastDay(house.account)])
  expect(asked[1]).toBe(asked[0])
  await drawIncident(house, ids[0]!, 2, 4)
  expect(await lastDay(house.account)).toBe(asked[0])
  await clock.turn(6 * SECOND)
  expect(await lastDay(house.account)).toBe(asked[0])
  await until('the newer one', async () => (await lastDay(house.account)).downMs === 2 * MINUTE)
})

test('what is too old is not shown', async () => {
  const { house, ids } = await houseOf(1)
  await using _ = house
  const clock = new SlowClock(NOW)
  const lastDay = keepLastDay(clock)
  await lastDay(house.account)
  await drawIncident(house, ids[0]!, 2, 4)
  await clock.turn(11 * MINUTE)
  expect(await lastDay(house.account)).toMatchObject({ downMs: 2 * MINUTE })
})
