import { expect, test } from 'vitest'
import { HOUR } from '../../src/kernel/index.ts'
import {
  listMonitors,
  listOutlines,
  listPage,
  listTies,
  pauseMonitor,
} from '../../src/monitors/index.ts'
import { House, sealer } from '../support/house.ts'

test('an outline is a view of fewer words, and nothing is unsealed for it', async () => {
  await using house = await House.open()
  await house.add({ name: 'shop', tags: ['prod'], options: { headers: { 'x-key': 'hush' } } })
  const { monitor } = await house.add({ name: 'staging' })
  await pauseMonitor(house.account, house.change, monitor.id, house.clock.now() + HOUR)
  const views = await listMonitors(house.account, sealer, {})
  const outlines = await listOutlines(house.account)
  expect(JSON.stringify(outlines)).not.toContain('hush')
  expect(views).toMatchObject(outlines)
  expect(await listOutlines(house.account, { tags: ['prod'] })).toEqual([outlines[1]])
})

test('a page of views goes without their settings, and nothing is unsealed for it', async () => {
  await using house = await House.open()
  await house.add({ name: 'shop', options: { headers: { 'x-key': 'hush' } } })
  await house.add({ name: 'staging' })
  await house.add({ name: 'shop EU' })
  const page = await listPage(house.account, {}, [], { limit: 2, offset: 1 })
  expect(JSON.stringify(page)).not.toContain('hush')
  expect(page.map(({ monitor }) => monitor.name)).toEqual(['staging', 'shop'])
  expect((await listMonitors(house.account, sealer, {})).slice(1)).toMatchObject(page)
})

test('ties are told by name, in both directions', async () => {
  await using house = await House.open()
  const router = (await house.add({ name: 'router' })).monitor
  const server = (await house.add({ name: 'server', dependsOn: [router.id] })).monitor
  await house.add({ name: 'shop', dependsOn: [server.id] })
  await house.add({ name: 'blog', dependsOn: [server.id, router.id] })
  expect(await listTies(house.account, server)).toEqual({
    dependsOn: ['router'],
    neededBy: ['blog', 'shop'],
  })
})
