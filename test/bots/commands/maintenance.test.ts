import { describe, expect, test } from 'vitest'
import { cronOf, parseMoment } from '../../../bots/commands/moments.ts'
import { editAccount } from '../../../src/accounts/index.ts'
import { HOUR, MINUTE, toIso } from '../../../src/kernel/index.ts'
import { settleMaintenances } from '../../../src/maintenance/index.ts'
import { addMonitor } from '../../../src/monitors/index.ts'
import { ANN, BOB, CAT, type House, openHouse, SERVER, words } from './house.ts'

/** Monday, 15:00 in Berlin. */
const NOW = Date.parse('2027-03-01T14:00:00Z')

async function berlinHouse(...names: string[]): Promise<House> {
  const house = await openHouse()
  const by = { type: 'cli', name: 'test' } as const
  await editAccount(house.ours, NOW, by, { timezone: 'Europe/Berlin' })
  for (const name of names) await house.isUp(await house.add(name))
  return house
}

const rows = ({ ours }: House) =>
  ours.selectFrom('maintenances').selectAll().orderBy('id').execute()

/** From when to when (by UTC), how often, and for whom. */
async function planned(house: House): Promise<string[]> {
  return (await rows(house)).map((it) =>
    [
      it.cron ?? toIso(it.starts_at!).slice(5, 16),
      it.cron === null ? toIso(it.ends_at!).slice(5, 16) : `${it.duration_ms! / MINUTE} min`,
      it.targets ?? it.tags,
    ].join(' '),
  )
}

describe('times as people type them, on a Monday at 15:00 in Berlin', () => {
  test.each([
    ['22:00', '2027-03-01T21:00'],
    ['15:00', '2027-03-02T14:00'],
    ['9:05', '2027-03-02T08:05'],
    ['now', '2027-03-01T14:00'],
    ['today 16:00', '2027-03-01T15:00'],
    ['today 14:00', '2027-03-01T13:00'],
    ['tonight 22:00', '2027-03-01T21:00'],
    ['Tonight 02:00', '2027-03-02T01:00'],
    ['tomorrow 02:00', '2027-03-02T01:00'],
    ['sat 02:00', '2027-03-06T01:00'],
    ['Saturday 02:00', '2027-03-06T01:00'],
    ['mon 16:00', '2027-03-01T15:00'],
    ['monday 14:00', '2027-03-08T13:00'],
    ['2027-04-02 22:00', '2027-04-02T20:00'],
    ['2027-04-02T22:00', '2027-04-02T20:00'],
    // Clocks go from 02:00 to 03:00, and from 03:00 to 02:00.
    ['2027-03-28 02:30', '2027-03-28T01:30'],
    ['2027-10-31 02:30', '2027-10-31T00:30'],
  ])('%s', (typed, at) => {
    expect(toIso(parseMoment(typed, 'Europe/Berlin', NOW)!).slice(0, 16)).toBe(at)
  })

  test.each(['', 'soon', '24:00', '22', 'tonight', 'sat', '2027-02-30 10:00', 'sunny 10:00'])(
    '%j is none',
    (typed) => {
      expect(parseMoment(typed, 'Europe/Berlin', NOW)).toBeUndefined()
    },
  )

  test('what is daily or weekly goes on as it begins, by the clocks there', () => {
    const from = parseMoment('sat 02:30', 'Europe/Berlin', NOW)!
    expect(cronOf('daily', from, 'Europe/Berlin')).toBe('30 2 * * *')
    expect(cronOf('Weekly', from, 'Europe/Berlin')).toBe('30 2 * * 6')
    expect(cronOf('0 4 * * 1-5', from, 'Europe/Berlin')).toBe('0 4 * * 1-5')
  })
})

describe('a typed line', () => {
  test.each([
    ['start shop for=1h', '03-01T14:00 03-01T15:00 [1]'],
    ['start shop', '03-01T14:00 03-01T15:00 [1]'],
    ['start all 30m', '03-01T14:00 03-01T14:30 []'],
    ['start Main 2d', '03-01T14:00 03-03T14:00 [2]'],
    ['shop 2h', '03-01T14:00 03-01T16:00 [1]'],
    ['shop tonight 22:00 2h', '03-01T21:00 03-01T23:00 [1]'],
    ['Main site tonight 22:00 2h', '03-01T21:00 03-01T23:00 [2]'],
    ['shop for 2h', '03-01T14:00 03-01T16:00 [1]'],
    ['plan shop 22:00 2h', '03-01T21:00 03-01T23:00 [1]'],
    ['plan shop from=tonight 22:00 to=23:30', '03-01T21:00 03-01T22:30 [1]'],
    ['plan shop from="sat 02:00" for=90m', '03-06T01:00 03-06T02:30 [1]'],
    ['plan shop from sat 23:00 to 01:00', '03-06T22:00 03-07T00:00 [1]'],
    ['plan shop to 01:00 from sat 23:00', '03-06T22:00 03-07T00:00 [1]'],
    ['plan all 2027-04-02 22:00 2027-04-03 01:00', '04-02T20:00 04-02T23:00 []'],
    ['plan shop to=16:00', '03-01T14:00 03-01T15:00 [1]'],
    ['plan shop from=sat 02:30 for=2h repeat=weekly', '30 2 * * 6 120 min [1]'],
    ['shop 02:30 2h daily', '30 2 * * * 120 min [1]'],
    ['plan shop for=2h repeat="0 4 * * 1-5"', '0 4 * * 1-5 120 min [1]'],
  ])('maintenance %s', async (line, expected) => {
    await using house = await berlinHouse('Shop', 'Main site')
    const reply = await house.says(BOB, `maintenance ${line}`)
    expect([await planned(house), reply.exitCode ?? 0]).toEqual([[expected], 0])
  })

  test.each([
    ['plan shop', /"for" is required/],
    ['plan shop from=soon for=2h', /"from" must be a time such as .*, not "soon"\./],
    ['plan shop from="today 14:00" for=2h', /"from" must be yet to come/],
    ['plan shop from=22:00 to="today 20:00"', /"to" must be after the beginning/],
    ['plan shop from=22:00 to=23:00 for=1h', /"to" and "for" say the same/],
    ['plan shop from=22:00 for=25h repeat=daily', /"for" must be at most 24h where it repeats/],
    ['plan shop from=22:00 for=1h repeat=often', /"repeat" must be daily, weekly, or five cron/],
    ['start shop for=100d', /"for" must be 1m to 90d/],
    ['start shop yesterday', /"for" must be 1m to 90d, not "yesterday"/],
    ['start nothing', /There is no monitor nothing/],
    ['end 9', /There is no maintenance #9/],
    ['end nothing', /There is no maintenance nothing/],
    ['start shop every=5', /every= is no option of maintenance start/],
  ])('maintenance %s is refused', async (line, sentence) => {
    await using house = await berlinHouse('Shop')
    const reply = await house.says(BOB, `maintenance ${line}`)
    expect(words(reply)).toMatch(sentence)
    expect(reply).toMatchObject({ audience: 'asker' })
    expect(await rows(house)).toEqual([])
  })

  test('a name that fits several is asked about, and the button does it', async () => {
    await using house = await berlinHouse('Shop one', 'Shop two')
    const reply = await house.says(BOB, 'maintenance start shop 2h')
    expect(words(reply)).toContain('could be 2 monitors')
    await house.presses(BOB, reply.actions[1]!.press)
    expect(await planned(house)).toEqual(['03-01T14:00 03-01T16:00 [2]'])
    const plan = await house.says(BOB, 'maintenance plan shop 22:00 2h')
    expect([words(plan), plan.actions]).toEqual([expect.stringContaining('could be 2'), []])
  })
})

test('a tag covers whoever carries it, and so says the answer', async () => {
  await using house = await berlinHouse('Shop')
  const web = { type: 'HTTP', url: 'https://web.example.com/', tags: ['web'] }
  for (const name of ['Blog', 'Wiki']) await addMonitor(house.ours, house.tools, { ...web, name })
  expect(words(await house.says(BOB, 'maintenance plan web 22:00 2h'))).toBe(
    [
      'Maintenance is planned for tag web: Blog, Wiki',
      'For: tag web: Blog, Wiki',
      'From: <clock 2027-03-01T21:00:00.000Z>',
      'To: <clock 2027-03-01T23:00:00.000Z> · 2 h',
      'Number: #1',
      'Looks go on; nobody is told, and the time is not charged to the uptime.',
      '[Call off] [List]',
    ].join('\n'),
  )
})

describe('its life', () => {
  test('planned, on, ended: each answer says what is next', async () => {
    await using house = await berlinHouse('Shop')
    const started = await house.says(BOB, 'maintenance start shop 1h')
    expect(words(started)).toContain(
      'Maintenance is on for Shop until <clock 2027-03-01T15:00:00.000Z>',
    )
    await house.says(BOB, 'maintenance shop tomorrow 02:00 2h daily')
    const list = await house.says(CAT, 'maintenance')
    expect(words(list)).toBe(
      [
        '1 maintenance on · 1 planned',
        'maintenance Shop #1 · maintenance until <clock 2027-03-01T15:00:00.000Z> · Shop',
        'pending Shop #2 · from <clock 2027-03-02T01:00:00.000Z> to <clock 2027-03-02T03:00:00.000Z> · repeats 0 2 * * * · Shop',
        '[End Shop #1]',
      ].join('\n'),
    )
    expect(words(await house.presses(CAT, list.actions[0]!.press))).toMatch(/needs the manager/)
    expect(words(await house.presses(BOB, list.actions[0]!.press))).toMatch(/^The .* is over/)
    expect(words(await house.presses(BOB, list.actions[0]!.press))).toMatch(/is not on just now/)
    expect(words(await house.says(CAT, 'maintenance list'))).toMatch(/^1 planned/)
  })

  test('one that comes once is called off; one that recurs only when that is meant', async () => {
    await using house = await berlinHouse('Shop')
    await house.says(BOB, 'maintenance plan shop 22:00 1h')
    expect(words(await house.says(BOB, 'maintenance end #1'))).toMatch(/is called off/)
    await house.says(BOB, 'maintenance plan shop 22:00 1h daily')
    const asked = await house.says(BOB, 'maintenance end shop')
    expect(words(asked)).toMatch(/not on just now; it comes again/)
    expect(await rows(house)).toHaveLength(1)
    await house.presses(BOB, asked.actions[0]!.press)
    expect(await rows(house)).toEqual([])
    expect(words(await house.says(CAT, 'maintenance'))).toContain('No maintenance is on or planned')
    expect(words(await house.presses(BOB, asked.actions[0]!.press))).toMatch(/no longer there/)
  })

  test('one that recurs goes on after its window is ended', async () => {
    await using house = await berlinHouse('Shop')
    await house.says(BOB, 'maintenance plan shop from=15:30 for=1h repeat=daily')
    house.clock.step(45 * MINUTE)
    expect(words(await house.says(BOB, 'maintenance end shop'))).toMatch(
      /is over[^]*It goes on as planned:[^]*From: <clock 2027-03-02T14:30/,
    )
  })
})

describe('where states are shown', () => {
  async function houseInMaintenance(): Promise<House> {
    const house = await berlinHouse('Shop', 'Blog')
    await house.falls(1)
    await house.says(BOB, 'maintenance start shop 1h')
    await settleMaintenances(house.db, house.clock.now(), false)
    return house
  }
  const UNTIL = 'until <clock 2027-03-01T15:00:00.000Z>'

  test('status counts it apart, and it is nobody’s outage', async () => {
    await using house = await houseInMaintenance()
    const status = await house.says(CAT, 'status')
    expect(words(status)).toMatch(/^1 is up/)
    expect(words(status)).toContain(
      `maintenance Shop maintenance ${UNTIL} · down 12 s · connection refused`,
    )
    expect(words(status)).toContain('1 in maintenance')
    expect(status).toMatchObject({ exitCode: 0, sign: 'up', value: { maintenance: 1, down: 0 } })
    house.clock.step(HOUR)
    expect(words(await house.says(CAT, 'status'))).toMatch(/^1 of 2 is down/)
  })

  test('list shows it and finds it', async () => {
    await using house = await houseInMaintenance()
    expect(words(await house.says(CAT, 'list'))).toMatch(/^2 monitors · 1 in maintenance, 1 up/)
    expect(words(await house.says(CAT, 'list maintenance'))).toMatch(
      /^1 of 2 monitors · maintenance/,
    )
    expect(words(await house.says(CAT, 'list down'))).toMatch(/^0 of 2 monitors · down/)
  })

  test('show says until when, and what lies under it', async () => {
    await using house = await houseInMaintenance()
    const show = await house.says(CAT, 'show shop')
    expect(words(show)).toContain(`Shop is in maintenance ${UNTIL}`)
    expect(words(show)).toContain('State: down')
    expect(show).toMatchObject({ sign: 'maintenance', exitCode: 0 })
  })

  test('choices have its sign', async () => {
    await using house = await houseInMaintenance()
    const ask = { actor: ANN, place: SERVER }
    const labels = async (command: string, option: string, typed: string) =>
      (await house.desk.complete(ask, command, option, typed)).map(({ label }) => label)
    expect(await labels('show', 'monitor', 'shop')).toEqual(['🔧 Shop · maintenance'])
    expect(await labels('maintenance start', 'monitor', '')).toContain('all monitors')
    expect(await labels('maintenance end', 'id', 'sho')).toEqual(['#1 Shop · on'])
  })

  test('show tells what a monitor stands on, and what on it', async () => {
    await using house = await berlinHouse('Router')
    const shop = { type: 'HTTP', name: 'Shop', url: 'https://shop.example.com/', dependsOn: [1] }
    await addMonitor(house.ours, house.tools, shop)
    expect(words(await house.says(CAT, 'show shop'))).toContain('Depends on: Router')
    expect(words(await house.says(CAT, 'show router'))).toContain('Needed by: Shop')
    expect(words(await house.says(CAT, 'show router'))).not.toContain('Depends on')
  })
})

test('help shows the group as one word, and all of it when asked', async () => {
  await using house = await berlinHouse()
  expect(words(await house.says(CAT, 'help maintenance'))).toContain('maintenance end <id>')
  expect(words(await house.says(CAT, 'help maintenance plan'))).toContain('Role: manager')
})
