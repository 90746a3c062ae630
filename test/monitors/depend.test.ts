import { expect, test } from 'vitest'
import { deleteMonitor, editMonitor, getMonitor } from '../../src/monitors/index.ts'
import { House, sealer } from '../support/house.ts'

async function three() {
  const house = await House.open()
  const router = (await house.add({ name: 'router' })).monitor.id
  const server = (await house.add({ name: 'server', dependsOn: [router] })).monitor.id
  const shop = (await house.add({ name: 'shop', dependsOn: [server] })).monitor.id
  const depend = (id: number, dependsOn: readonly number[]) =>
    editMonitor(house.account, house.change, id, (config) => ({ ...config, dependsOn }))
  return { house, router, server, shop, depend }
}

test('nothing depends on itself, by whatever way', async () => {
  const { house, router, server, shop, depend } = await three()
  await using _ = house
  await expect(depend(router, [router])).rejects.toThrow(
    'dependsOn[0] must not lead back to itself: router → router.',
  )
  await expect(depend(router, [shop])).rejects.toThrow(
    'dependsOn[0] must not lead back to itself: router → shop → server → router.',
  )
  const { monitor } = await depend(shop, [router, server])
  expect(monitor.dependsOn).toEqual([router, server])
})

test('what is not there cannot be depended on, and what goes is depended on no more', async () => {
  const { house, router, server, depend } = await three()
  await using _ = house
  await expect(depend(server, [router, 99])).rejects.toThrow(
    'dependsOn[1] must be a monitor of yours.',
  )
  const before = await getMonitor(house.account, sealer, server)
  await deleteMonitor(house.account, house.change, router)
  const after = await getMonitor(house.account, sealer, server)
  expect(after.monitor.dependsOn).toEqual([])
  expect(after.monitor.rev).toBe(before.monitor.rev + 1)
})
