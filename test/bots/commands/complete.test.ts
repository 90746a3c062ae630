import { describe, expect, test } from 'vitest'
import type { Ask } from '../../../bots/commands/desk.ts'
import { ANN, CAT, ELSEWHERE, EVE, openHouse, SERVER } from './house.ts'

async function houseWithShopDown() {
  const house = await openHouse()
  await house.add('Shop')
  await house.falls(1)
  return house
}

describe('completion', () => {
  test('offers states, what begins as typed first, at most 25, and the id as value', async () => {
    await using house = await houseWithShopDown()
    await house.isUp(await house.add('Workshop'))
    const ask: Ask = { actor: CAT, place: SERVER }
    expect(await house.desk.complete(ask, 'show', 'monitor', 'SHO')).toEqual([
      { label: '🔴 Shop · down 12 s', value: '#1' },
      { label: '🟢 Workshop · 182 ms', value: '#2' },
    ])
    for (let more = 0; more < 40; more += 1) await house.add(`More ${more} ${'x'.repeat(40)}`)
    const all = await house.desk.complete(ask, 'show', 'monitor', '')
    expect(all).toHaveLength(25)
    expect(Math.max(...all.map(({ label }) => label.length))).toBeLessThanOrEqual(100)
    expect(all[0]).toEqual({ label: '🔴 Shop · down 12 s', value: '#1' })
  })

  test('of ack are the open incidents', async () => {
    await using house = await houseWithShopDown()
    const ask: Ask = { actor: ANN, place: SERVER }
    expect(await house.desk.complete(ask, 'ack', 'incident', 'sh')).toEqual([
      { label: '🔴 Shop · down 12 s · #1', value: '#1' },
    ])
  })

  test('is empty for who may not give the command, for other accounts and for nonsense', async () => {
    await using house = await houseWithShopDown()
    const { desk } = house
    expect(await desk.complete({ actor: CAT, place: SERVER }, 'delete', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: EVE, place: ELSEWHERE }, 'show', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: ANN, place: SERVER }, 'dance', 'monitor', '')).toEqual([])
    expect(await desk.complete({ actor: ANN, place: SERVER }, 'show', 'name', '')).toEqual([])
    expect(house.logged).toEqual([])
  })
})
