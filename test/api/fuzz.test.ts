import { expect, test } from 'vitest'
import { fuzzHouse } from '../fuzz/house.ts'

test.each([1, 2, 3, 4])('whatever is asked of house %i is answered in order', async (seed) => {
  const { statuses, troubles } = await fuzzHouse(seed, 150)
  expect(troubles).toEqual([])
  // Most of it must get past the door to be worth asking.
  expect(statuses[200]! + (statuses[422] ?? 0)).toBeGreaterThan(20)
})
