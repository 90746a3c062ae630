import { describe, expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { forgetOld } from '../../src/retention/index.ts'
import { listBuckets, observedTime, packHistory, readSteps } from '../../src/stats/index.ts'
import { reportOn } from '../../src/summaries/index.ts'
import { lastWhole } from '../../src/summaries/report.ts'
import { drawIncident, START, watch } from '../support/history.ts'
import { House } from '../support/house.ts'

/** Even looks over some days and an outage, in hours since they began. */
async function drawn(
  days: number,
  outage: readonly [from: number, to: number],
  { from = START, everyMs = 5 * MINUTE } = {},
) {
  const house = await House.open({ startsAt: from })
  const { monitor } = await house.add()
  await watch(house, monitor.id, from, from + days * DAY, { everyMs })
  const [begin, end] = outage.map((hours) => (from - START + hours * HOUR) / MINUTE)
  await drawIncident(house, monitor.id, begin!, end!)
  return { house, id: monitor.id }
}

const packs = (house: House, now: number) => packHistory(house.db, now, async () => true)

// The outage is of an hour; each day with its hours, and the minutes of them that were down.
describe('local days', () => {
  test.each([
    [
      'Asia/Kolkata',
      'midnight at 18:30 UTC',
      '2027-03-01T18:00',
      ['Mon 1 Mar', 24, 30],
      ['Tue 2 Mar', 24, 30],
    ],
    [
      'Asia/Kathmandu',
      'midnight at 18:15 UTC',
      '2027-03-01T18:00',
      ['Mon 1 Mar', 24, 15],
      ['Tue 2 Mar', 24, 45],
    ],
    [
      'Europe/Berlin',
      'the spring day has 23 hours',
      '2027-03-28T00:30',
      ['Sun 28 Mar', 23, 60],
      ['Mon 29 Mar', 24, 0],
    ],
    [
      'Europe/Berlin',
      'the autumn day has 25, 02:30 twice',
      '2027-10-31T00:30',
      ['Sun 31 Oct', 25, 60],
      ['Mon 1 Nov', 24, 0],
    ],
    [
      'Europe/Berlin',
      'over the midnight that ends 23 hours',
      '2027-03-28T21:30',
      ['Sun 28 Mar', 23, 30],
      ['Mon 29 Mar', 24, 30],
    ],
    [
      'America/New_York',
      'the spring day has 23 hours',
      '2027-03-14T06:30',
      ['Sun 14 Mar', 23, 60],
      ['Mon 15 Mar', 24, 0],
    ],
    [
      'America/New_York',
      'over the midnight that begins 25 hours',
      '2027-11-07T03:30',
      ['Sat 6 Nov', 24, 30],
      ['Sun 7 Nov', 25, 30],
    ],
  ] as const)('%s, %s', async (timezone, _, from, first, second) => {
    const downFrom = Date.parse(`${from}Z`)
    const begin = Math.floor(downFrom / DAY) * DAY - 3 * DAY
    const hours = (downFrom - begin) / HOUR
    const { house } = await drawn(7, [hours, hours + 1], { from: begin })
    await using _house = house
    for (const isPacked of [false, true]) {
      if (isPacked) await packs(house, begin + 8 * DAY)
      for (const [day, length, down] of [first, second]) {
        const noon = Date.parse(`${day} ${from.slice(0, 4)} 12:00Z`) + DAY
        const span = lastWhole('day', timezone, noon)
        const news = await reportOn(house.account, 'day', span, timezone, {
          targets: null,
          tags: [],
        })
        expect([(span.to - span.from) / HOUR, news.downMs / MINUTE, news.incidents]).toEqual([
          length,
          down,
          down > 0 ? 1 : 0,
        ])
        // The observed time is all of the day, so the percentage is of 23, 24 or 25 hours.
        expect(news.uptime).toBe(Number((100 * (1 - down / 60 / length)).toFixed(3)))
        expect(wordNews(news).headline[0]).toEqual({ kind: 'text', text: day })
      }
    }
  })
})

describe('further back than is kept', () => {
  const hoursOf = async (house: House, id: number, from: number, to: number) => {
    const times = (await observedTime(house.account, [id], from, to)).get(id)!
    return [times.observedMs / HOUR, times.downMs / HOUR]
  }

  test('looks, 7 days: a span that began before them begins with a whole hour', async () => {
    // Down from the second day at 12:30 on for eight days.
    const { house, id } = await drawn(11, [36.5, 228.5])
    await using _ = house
    const now = START + 11 * DAY + 3 * MINUTE
    await packs(house, now)
    await forgetOld(house.db, now, 7 * DAY)
    // 11 days are 264 hours; from 12:15 of the second day on, the rest of that hour is not known.
    expect(await hoursOf(house, id, START, now)).toEqual([264, 192])
    expect(await hoursOf(house, id, START + 36.25 * HOUR, now)).toEqual([227, 191.5])
    // Within the last seven days it is exact: 6.75 days, of which 60.25 hours are down.
    expect(await hoursOf(house, id, START + 168.25 * HOUR, now)).toEqual([95.75, 60.25])
  })

  test('hours, 90 days: before them figures are of whole days', async () => {
    const { house, id } = await drawn(100, [24, 50 * 24], { everyMs: HOUR })
    await using _ = house
    const now = START + 100 * DAY + 3 * MINUTE
    await packs(house, now)
    await forgetOld(house.db, now, 7 * DAY)
    // All of 100 days; down 49 of them.
    expect(await hoursOf(house, id, START, now)).toEqual([2400, 1176])
    // What begins within a day of which there is but the day begins with the next one.
    expect(await hoursOf(house, id, START + 36.25 * HOUR, now)).toEqual([2352, 1152])
    // Of the 11th day, all down, the hours after the one that had begun are kept.
    expect(await hoursOf(house, id, START + 240.25 * HOUR, now)).toEqual([2159, 959])
    const shown = await readSteps(house.account, id, { from: START, stepMs: DAY, count: 100 })
    expect(shown.map(({ observedMs }) => observedMs / HOUR)).toEqual(shown.map(() => 24))
    expect(shown.reduce((sum, { checks }) => sum + checks, 0)).toBe(2400)
    const { buckets, total } = await listBuckets(
      house.account,
      'day',
      { monitorId: id },
      { limit: 200, offset: 0 },
    )
    // The last look was made at the very beginning of one more.
    expect(total).toBe(101)
    // The second day to the fiftieth.
    expect(buckets.filter(({ uptime }) => uptime === 0)).toHaveLength(49)
  })

  test('days, 2 years: the list ends there, and what is left of an outage is charged', async () => {
    const { house, id } = await drawn(2, [12, 36])
    await using _ = house
    await packs(house, START + 3 * DAY)
    // Two years of 365 days after noon of the first day.
    await forgetOld(house.db, START + 730 * DAY + 12 * HOUR, 7 * DAY)
    const { buckets } = await listBuckets(
      house.account,
      'day',
      { monitorId: id },
      { limit: 9, offset: 0 },
    )
    expect(buckets.map(({ downMs }) => downMs / HOUR)).toEqual([12])
  })

  test('a span that begins in an hour whose look, made a day later, is not kept any more', async () => {
    const house = await House.open({ startsAt: START })
    await using _ = house
    const { monitor } = await house.add({ intervalSeconds: 86_400 })
    // At 10:00 of each day, each for the day before it.
    await watch(house, monitor.id, START - 14 * HOUR, START + 20 * DAY, { everyMs: DAY })
    const now = START + 20 * DAY + 3 * MINUTE
    await packs(house, now)
    // The last look is that of 10:00 of the 20th day, 466 hours after the beginning.
    expect(await hoursOf(house, monitor.id, START + 50.5 * HOUR, now)).toEqual([415.5, 0])
    await forgetOld(house.db, now, 7 * DAY)
    expect(await hoursOf(house, monitor.id, START + 50.5 * HOUR, now)).toEqual([415, 0])
  })
})
