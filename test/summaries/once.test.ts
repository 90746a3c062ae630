import * as fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { HOUR, localDate, MINUTE } from '../../src/kernel/index.ts'
import { addChannel } from '../../src/notifications/index.ts'
import {
  addSummary,
  editSummary,
  listSummaries,
  planAnew,
  sendDue,
} from '../../src/summaries/index.ts'
import { by, House } from '../support/house.ts'
import { Days } from './days.ts'

const BERLIN = 'Europe/Berlin'

describe('by the ticks', () => {
  test('half past two on the spring day, which has none: one, after the gap', async () => {
    await using days = await Days.open('2027-03-28T00:50:00Z')
    await days.add({ timezone: BERLIN, cron: '30 2 * * *' })
    await days.start()
    await days.until('2027-03-28T02:30:00Z')
    expect(await days.sent()).toEqual(['day 2027-03-28 at 2027-03-28T01:00'])
    expect(await days.next()).toBe('2027-03-29T00:30')
  })

  test('half past two on the autumn day, which has two: one, at the first', async () => {
    await using days = await Days.open('2027-10-31T00:20:00Z')
    await days.add({ timezone: BERLIN, cron: '30 2 * * *' })
    await days.start()
    await days.until('2027-10-31T02:30:00Z')
    expect(await days.sent()).toEqual(['day 2027-10-31 at 2027-10-31T00:30'])
    expect(await days.next()).toBe('2027-11-01T01:30')
  })

  test.each([
    // The clocks of São Paulo went from 23:59 to 01:00: that day has no midnight.
    ['America/Sao_Paulo', '2018-11-04T02:50:00Z', ['day 2018-11-04 at 2018-11-04T03:00']],
    // Those of Beirut went back from midnight to 23:00 of the day before.
    ['Asia/Beirut', '2027-10-30T20:50:00Z', ['day 2027-10-31 at 2027-10-30T22:00']],
    ['Asia/Gaza', '2012-03-29T21:50:00Z', ['day 2012-03-30 at 2012-03-29T22:00']],
    // Samoa left out the 30th of December.
    ['Pacific/Apia', '2011-12-30T09:50:00Z', ['day 2011-12-31 at 2011-12-30T10:00']],
  ])('midnight of %s when its clocks change: one', async (timezone, from, expected) => {
    await using days = await Days.open(from)
    await days.add({ timezone, cron: '0 0 * * *' })
    await days.start()
    await days.until(new Date(Date.parse(from) + 2 * HOUR).toISOString())
    expect(await days.sent()).toEqual(expected)
  })

  test.each([
    ['just before', '2027-03-02T08:58:00Z'],
    ['at', '2027-03-02T09:00:00Z'],
    ['just after', '2027-03-02T09:01:00Z'],
  ])('a restart %s the time: one', async (_, at) => {
    await using days = await Days.open('2027-03-02T08:55:00Z')
    await days.add()
    await days.start()
    await days.until(at)
    await days.away(at)
    await days.until('2027-03-02T09:05:00Z')
    expect(await days.sent()).toEqual(['day 2027-03-02 at 2027-03-02T09:00'])
  })

  test.each([
    ['an hour: told at start', '2027-03-02T09:55:00Z', ['day 2027-03-02 at 2027-03-02T09:55']],
    ['three hours: not told', '2027-03-02T11:55:00Z', []],
  ])('away over the time for %s; the next day comes', async (_, back, expected) => {
    await using days = await Days.open('2027-03-02T08:55:00Z')
    await days.add()
    await days.start()
    await days.away(back)
    await days.until('2027-03-02T12:00:00Z')
    expect(await days.sent()).toEqual(expected)
    expect(await days.next()).toBe('2027-03-03T09:00')
  })

  test('a clock set back two hours after it was told: not again, and the ticks go on', async () => {
    await using days = await Days.open('2027-03-02T08:55:00Z')
    await days.add()
    await days.start()
    await days.until('2027-03-02T09:05:00Z')
    await days.set('2027-03-02T07:05:00Z')
    await days.until('2027-03-02T07:10:00Z')
    await days.add({ period: 'week', cron: '20 7 * * *' })
    await days.until('2027-03-02T09:05:00Z')
    expect(await days.sent()).toEqual([
      'day 2027-03-02 at 2027-03-02T09:00',
      'week 2027-03-02 at 2027-03-02T07:20',
    ])
  })

  test('a clock set forward over it: once', async () => {
    await using days = await Days.open('2027-03-02T08:30:00Z')
    await days.add()
    await days.start()
    await days.until('2027-03-02T08:35:00Z')
    await days.set('2027-03-02T09:35:00Z')
    await days.until('2027-03-02T09:40:00Z')
    await days.set('2027-03-02T08:41:00Z')
    await days.until('2027-03-02T09:05:00Z')
    expect(await days.sent()).toEqual(['day 2027-03-02 at 2027-03-02T09:35'])
  })

  test('a clock that was years ahead for a while costs nothing', async () => {
    await using days = await Days.open('2027-03-02T08:30:00Z')
    await days.add()
    await days.start()
    await days.set('2030-01-01T12:00:00Z')
    await days.until('2030-01-01T12:02:00Z')
    expect(await days.next()).toBe('2030-01-02T09:00')
    await days.set('2027-03-02T08:32:00Z')
    await days.until('2027-03-02T09:02:00Z')
    expect(await days.sent()).toEqual(['day 2027-03-02 at 2027-03-02T09:00'])
  })

  test('nor one that was set right while we were away', async () => {
    await using days = await Days.open('2030-01-01T12:00:00Z')
    await days.add()
    await days.away('2027-03-02T08:58:00Z')
    await days.until('2027-03-02T09:02:00Z')
    expect(await days.sent()).toEqual(['day 2027-03-02 at 2027-03-02T09:00'])
  })
})

describe('changed after today’s was told', () => {
  async function told(): Promise<Days> {
    const days = await Days.open('2027-03-02T07:59:00Z')
    await days.add({ timezone: BERLIN })
    await days.start()
    await days.until('2027-03-02T08:01:00Z')
    return days
  }

  test.each([
    // 09:00 of the 2nd in New York is still to come, but that date was told.
    ['a zone in the west', { timezone: 'America/New_York' }, '2027-03-03T14:00'],
    ['a zone in the east', { timezone: 'Asia/Tokyo' }, '2027-03-03T00:00'],
    ['a later time today', { cron: '0 18 * * *' }, '2027-03-03T17:00'],
    ['an earlier time', { cron: '0 7 * * *' }, '2027-03-03T06:00'],
    ['whom it is about', { tags: ['web'] }, '2027-03-03T08:00'],
  ])('%s: the next is tomorrow’s, and it comes', async (_, changed, next) => {
    await using days = await told()
    await days.edit(changed)
    expect(await days.next()).toBe(next)
    for (const today of ['2027-03-02T13:59:00Z', '2027-03-02T16:59:00Z', `${next}:00Z`]) {
      await days.away(today)
      await days.until(new Date(Date.parse(today) + 2 * MINUTE).toISOString())
    }
    expect(await days.sent()).toEqual([
      'day 2027-03-02 at 2027-03-02T08:00',
      `day 2027-03-03 at ${next}`,
    ])
  })

  test('switched off and on again: tomorrow’s', async () => {
    await using days = await told()
    await days.edit({ isActive: false })
    expect(await days.next()).toBeNull()
    await days.edit({ isActive: true, cron: '30 9 * * *' })
    expect(await days.next()).toBe('2027-03-03T08:30')
  })

  test('another channel has its own', async () => {
    await using days = await told()
    await addChannel(days.house.account, days.house.clock.now(), {
      kind: 'pager',
      name: 'other',
      linkId: null,
      channelId: 'c2',
      threadId: null,
    })
    await days.edit({ channel: 2, cron: '10 9 * * *' })
    await days.until('2027-03-02T08:15:00Z')
    expect(await days.sent()).toEqual([
      'day 2027-03-02 at 2027-03-02T08:00',
      'day 2027-03-02 at 2027-03-02T08:10',
    ])
  })
})

test('a channel is told of the day and of the week at one time', async () => {
  await using days = await Days.open('2027-03-01T08:59:00Z')
  await days.add()
  await days.add({ period: 'week' })
  await days.start()
  await days.until('2027-03-01T09:01:00Z')
  expect(await days.sent()).toEqual([
    'day 2027-03-01 at 2027-03-01T09:00',
    'week 2027-03-01 at 2027-03-01T09:00',
  ])
})

test('one that is due is owed still where something else of it is changed', async () => {
  await using house = await House.open({ startsAt: Date.parse('2027-03-02T08:00:00Z') })
  const tools = { now: house.clock.now(), by }
  const { id } = await house.account
    .transaction()
    .execute((tx) => addSummary(tx, tools, { channel: 1 }))
  const now = house.clock.now() + 90 * MINUTE
  await editSummary(house.account, { now, by }, id, (it) => ({ ...it, tags: ['web'] }))
  await sendDue(house.db, now)
  expect(await house.db.selectFrom('notifications').select('occasion').execute()).toEqual([
    { occasion: 'day 2027-03-02' },
  ])
})

test('a kill at any line leaves it due or told, and one in trouble keeps no other waiting', async () => {
  await using house = await House.open({ startsAt: Date.parse('2027-03-02T08:00:00Z') })
  const tools = { now: house.clock.now(), by }
  for (const period of ['day', 'week'])
    await house.account
      .transaction()
      .execute((tx) => addSummary(tx, tools, { channel: 1, period, cron: '0 9 * * *' }))
  const now = house.clock.now() + 61 * MINUTE
  const state = async () => [
    (await house.db.selectFrom('notifications').selectAll().execute()).length,
    (await listSummaries(house.account)).filter(({ nextAt }) => nextAt! <= now).length,
  ]
  const dies = async (at: string) => {
    await sql
      .raw(`create temp trigger dies ${at} begin select raise(abort, 'killed'); end`)
      .execute(house.db)
    await expect(sendDue(house.db, now)).rejects.toThrow('summaries not sent')
    await sql`drop trigger dies`.execute(house.db)
  }
  await dies('before insert on notifications')
  expect(await state()).toEqual([0, 2])
  await dies('before update on summaries when new.next_at is not null')
  expect(await state()).toEqual([0, 2])
  await dies(`before insert on notifications when new.occasion like 'day%'`)
  expect(await state()).toEqual([1, 1])
  await sendDue(house.db, now)
  await sendDue(house.db, now)
  expect(await state()).toEqual([2, 0])
})

const ZONES = [
  'UTC',
  BERLIN,
  'America/New_York',
  'America/Sao_Paulo',
  'America/Havana',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
] as const
const TICK = 10 * MINUTE

const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('runs' as const), ticks: fc.nat(200) }) },
  fc.record({ kind: fc.constant('away' as const), ticks: fc.nat(300) }),
  fc.record({ kind: fc.constant('set' as const), ticks: fc.integer({ min: -400, max: 400 }) }),
  fc.record({ kind: fc.constant('moves' as const), timezone: fc.constantFrom(...ZONES) }),
  fc.record({ kind: fc.constant('times' as const), hour: fc.nat(23), tens: fc.nat(5) }),
)
const begins = fc.constantFrom(
  '2027-03-13T00:00:00Z',
  '2027-03-27T00:00:00Z',
  '2027-10-30T00:00:00Z',
  '2018-11-03T00:00:00Z',
  '2011-12-29T00:00:00Z',
)

test('whenever the local clock shows the time first, that date is told, and it is told once', async () => {
  await fc.assert(
    fc.asyncProperty(
      begins,
      fc.array(deed, { minLength: 3, maxLength: 12 }),
      async (begin, deeds) => {
        await using house = await House.open({ startsAt: Date.parse(begin) })
        const { clock, account, db } = house
        let [timezone, cron, shown]: [string, string, string] = [BERLIN, '30 2 * * *', '02:30']
        const { id } = await account
          .transaction()
          .execute((tx) => addSummary(tx, { now: clock.now(), by }, { channel: 1, timezone, cron }))
        const change = () =>
          editSummary(account, { now: clock.now(), by }, id, (it) => ({ ...it, timezone, cron }))
        const isTold = async (occasion: string) =>
          (await db.selectFrom('notifications').select('occasion').execute()).filter(
            (it) => it.occasion === occasion,
          ).length
        const localTime = (at: number) =>
          new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, timeStyle: 'short' }).format(at)
        // Where clocks go back, by an hour or half of one, the first of the two is meant.
        const isTime = (now: number) =>
          localTime(now) === shown &&
          ![HOUR, HOUR / 2].some((back) => localTime(now - back) === shown)
        for (const it of deeds) {
          if (it.kind === 'moves') ({ timezone } = it)
          if (it.kind === 'times') {
            cron = `${it.tens}0 ${it.hour} * * *`
            shown = `${String(it.hour).padStart(2, '0')}:${it.tens}0`
          }
          if (it.kind === 'moves' || it.kind === 'times') await change()
          if (it.kind === 'away' || it.kind === 'set') {
            clock.step(it.ticks * TICK)
            await planAnew(db, clock.now())
            await sendDue(db, clock.now())
          }
          for (let tick = 0; it.kind === 'runs' && tick < it.ticks; tick += 1) {
            clock.step(TICK)
            await sendDue(db, clock.now())
            const today = `day ${localDate(timezone, clock.now())}`
            expect(!isTime(clock.now()) || (await isTold(today)) === 1).toBe(true)
          }
          const [{ nextAt } = { nextAt: null }] = await listSummaries(account)
          expect(nextAt).toBeGreaterThan(clock.now())
          expect(await isTold(`day ${localDate(timezone, nextAt!)}`)).toBe(0)
        }
      },
    ),
    { numRuns: 15 },
  )
}, 20_000)
