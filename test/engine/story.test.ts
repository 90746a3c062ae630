import { expect, test } from 'vitest'
import { pauseMonitor, resumeMonitor } from '../../src/monitors/index.ts'
import { readSamples } from '../support/history.ts'
import { House } from '../support/house.ts'
import { Site } from '../support/site.ts'
import { until } from '../support/until.ts'

/** Moves time on in steps until `site` had `more` visits and their results are written. */
async function pass(house: House, site: Site, more: number): Promise<void> {
  const wanted = site.visits + more
  await until(`${more} more visits`, async () => {
    if (site.visits < wanted) await house.clock.turn(200)
    const { length: count } = await readSamples(house)
    if (site.visits >= wanted && count < site.visits) await house.clock.turn(200)
    return site.visits >= wanted && count >= site.visits
  })
}

test('a site fails and is mended: one incident, one message, edited, one reply', async () => {
  await using house = await House.open()
  await using site = await Site.open()
  const { monitor } = await house.add({ url: site.url })
  house.start()
  await pass(house, site, 2)
  site.status = 500
  await pass(house, site, 1)
  expect(await house.db.selectFrom('incidents').selectAll().execute()).toEqual([])
  await pass(house, site, 1)
  await until('told', () => house.pager.posts.length > 0)
  const [incident] = await house.db.selectFrom('incidents').selectAll().execute()
  expect(incident).toMatchObject({
    monitor_id: monitor.id,
    code: 'http_status',
    failures: 2,
    resolved_at: null,
    http_status: 500,
  })
  expect(incident!.detected_at).toBeGreaterThanOrEqual(incident!.started_at + 20_000)
  expect(house.pager.said).toEqual(['alert'])
  expect(house.pager.posts[0]).toMatchObject({
    silent: false,
    news: { incident: { downCount: 1, watchedCount: 1, expected: 'HTTP 200–299' } },
  })
  site.status = 200
  await pass(house, site, 1)
  await until('told again', () => house.pager.posts.length > 1)
  expect(house.pager.said).toEqual(['alert', 'recovery', 'edited: resolved'])
  expect(house.pager.posts[1]).toMatchObject({ replyTo: 'm1', silent: true })
  await pass(house, site, 3)
  expect(house.pager.said).toHaveLength(3)
})

test('the streak goes on after a restart, and nobody is told twice', async () => {
  await using house = await House.open()
  await using site = await Site.open()
  await house.add({ url: site.url, policy: { confirmations: 3 } })
  house.start()
  await pass(house, site, 1)
  site.status = 503
  await pass(house, site, 2)
  await house.stop()
  house.start()
  await pass(house, site, 1)
  await until('told', () => house.pager.posts.length > 0)
  await house.stop()
  house.start()
  await pass(house, site, 3)
  expect(house.pager.said).toEqual(['alert'])
  expect(await house.db.selectFrom('incidents').select('failures').execute()).toEqual([
    { failures: 3 },
  ])
})

test('pausing ends the outage as paused, resuming looks at once', async () => {
  await using house = await House.open()
  await using site = await Site.open()
  const { monitor } = await house.add({ url: site.url, policy: { confirmations: 1 } })
  site.status = 500
  house.start()
  await pass(house, site, 1)
  await until('told', () => house.pager.posts.length > 0)
  await pauseMonitor(house.account, house.change, monitor.id, null)
  await house.clock.turn(500)
  await until('edited', () => house.pager.edits.length > 0)
  expect(house.pager.said).toEqual(['alert', 'edited: paused'])
  const { visits } = site
  await house.clock.turn(300_000)
  expect(site.visits).toBe(visits)
  site.status = 200
  await resumeMonitor(house.account, house.change, monitor.id)
  await pass(house, site, 1)
  expect(await house.db.selectFrom('monitor_states').select('status').executeTakeFirst()).toEqual({
    status: 'up',
  })
})
