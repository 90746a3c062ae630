import { expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/kernel/index.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

/** Looks a minute apart from `start`: `.` well in 10 ms and one more for each, `x` down, `?` unseen. */
async function draw(house: House, monitorId: number, start: number, picture: string) {
  await recordSamples(
    house.db,
    picture.split('').map((mark, minute) => ({
      monitorId,
      accountId: house.ours.id,
      at: start + (minute + 1) * MINUTE - 1,
      status:
        mark === '.' ? ('up' as const) : mark === 'x' ? ('down' as const) : ('unknown' as const),
      code: mark === '.' ? 'ok' : 'connect_refused',
      ms: 10 + minute,
      observedMs: mark === '?' ? 0 : MINUTE,
    })),
  )
}

const START = Date.parse('2027-03-01T10:00:00Z')

test('an hour: uptime, response times, checks and failures, down and observed seconds', async () => {
  await using house = await openHouse()
  const { id } = await house.add()
  await draw(house, id, START, `${'.'.repeat(40)}xxxxx${'.'.repeat(10)}?????`)
  await addIncident(house, house.ours, id, {
    startedAt: START + 40 * MINUTE,
    resolvedAt: START + 45 * MINUTE,
  })
  const { json } = await house.ask('GET', `/api/target_stats_hourlies?target.id=${id}`)
  expect(json).toMatchObject({
    totalItems: 1,
    member: [
      {
        target: `/api/targets/${id}`,
        date: '2027-03-01T10:00:00.000Z',
        uptime: 90.909,
        minResponseTime: 10,
        maxResponseTime: 64,
        avgResponseTime: 36,
        p95ResponseTime: 62,
        checks: 60,
        failures: 5,
        downtimeSeconds: 300,
        observedSeconds: 3300,
      },
    ],
  })
  const [row] = json['member'] as { '@id': string }[]
  expect((await house.ask('GET', row!['@id'])).json).toMatchObject({
    checks: 60,
    downtimeSeconds: 300,
  })
  const key = house.theirs.keys.admin
  expect((await house.ask('GET', row!['@id'], { key })).status).toBe(404)
  expect(
    (await house.ask('GET', `/api/target_stats_hourlies?target.id=${id}`, { key })).json[
      'totalItems'
    ],
  ).toBe(0)
})

test('hours and days come newest first, empty ones not at all, and by their dates', async () => {
  await using house = await openHouse()
  const { id } = await house.add()
  await draw(house, id, START, '...')
  await draw(house, id, START + 2 * HOUR, '...')
  await draw(house, id, START + 24 * HOUR, '...')
  const dates = async (query: string, by = 'hourlies') =>
    (
      (await house.ask('GET', `/api/target_stats_${by}?${query}`)).json['member'] as {
        date: string
      }[]
    ).map(({ date }) => date.slice(5, 13))
  expect(await dates('')).toEqual(['03-02T10', '03-01T12', '03-01T10'])
  expect(await dates('order[date]=asc')).toEqual(['03-01T10', '03-01T12', '03-02T10'])
  expect(await dates('date[before]=2027-03-01')).toEqual(['03-01T12', '03-01T10'])
  expect(await dates('date[strictly_after]=2027-03-01T10:00:00Z')).toEqual(['03-02T10', '03-01T12'])
  expect(await dates('itemsPerPage=1&page=2')).toEqual(['03-01T12'])
  expect(await dates('', 'dailies')).toEqual(['03-02T00', '03-01T00'])
  expect(await dates('date[after]=2027-03-02', 'dailies')).toEqual(['03-02T00'])
  expect((await house.ask('GET', '/api/target_stats_dailies/1000001')).status).toBe(404)
  expect((await house.ask('GET', '/api/target_stats_dailies?date[after]=2026-13-01')).status).toBe(
    400,
  )
})
