import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import {
  deleteMaintenance,
  editMaintenance,
  endMaintenance,
  getMaintenance,
  isOn,
  nextStart,
  planMaintenance,
  settleMaintenances,
} from '../../src/maintenance/index.ts'
import { deleteMonitor } from '../../src/monitors/index.ts'
import { observedTime, uptimePercent } from '../../src/stats/index.ts'
import { Eye, refused, well } from '../support/eye.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

const T0 = Date.parse('2027-03-01T14:00:00Z')
const minute = (count: number): number => T0 + count * MINUTE

const plan = (house: House, [from, to]: readonly [number, number], more: object = {}) =>
  planMaintenance(house.account, house.change, {
    name: 'night work',
    startsAt: minute(from),
    endsAt: minute(to),
    ...more,
  })

/** Moves time to a minute and lets windows begin and end, as the engine does each second. */
async function settleAt(house: House, at: number, isChanged = false): Promise<void> {
  house.clock.step(minute(at) - house.clock.now())
  await settleMaintenances(house.db, house.clock.now(), isChanged)
}

/** `shop 10-30`: who was in maintenance from which minute to which. */
async function spans(house: House): Promise<string[]> {
  const rows = await house.db
    .selectFrom('maintenance_spans as s')
    .innerJoin('monitors as m', 'm.id', 's.monitor_id')
    .select(['m.name', 's.started_at', 's.ended_at'])
    .orderBy('s.started_at')
    .orderBy('m.name')
    .execute()
  const of = (at: number): number => (at - T0) / MINUTE
  return rows.map((it) => `${it.name} ${of(it.started_at)}-${of(it.ended_at)}`)
}

describe('who is covered', () => {
  test.each<[what: string, fields: object, names: string[]]>([
    ['all, where nobody is named', {}, ['blog', 'shop', 'wiki']],
    ['those that are named', { targets: [1] }, ['shop']],
    ['those with a tag', { tags: ['web'] }, ['blog', 'wiki']],
    ['those with any of two tags', { tags: ['web', 'db'] }, ['blog', 'shop', 'wiki']],
    ['both, each once', { targets: [1, 2], tags: ['web'] }, ['blog', 'shop', 'wiki']],
    ['nobody, where the list is empty', { targets: [] }, []],
    ['nobody, where no one has the tag', { tags: ['none'] }, []],
    ['nobody, where it is switched off', { isActive: false }, []],
  ])('%s', async (_, fields, names) => {
    await using house = await House.open()
    await house.add({ name: 'shop', tags: ['db'] })
    await house.add({ name: 'blog', tags: ['web'] })
    await house.add({ name: 'wiki', tags: ['web'] })
    await plan(house, [10, 30], fields)
    await settleAt(house, 9)
    expect(await spans(house)).toEqual([])
    await settleAt(house, 10)
    await settleAt(house, 11)
    expect(await spans(house)).toEqual(names.map((name) => `${name} 10-30`))
  })

  test('who comes while a window is on, from then', async () => {
    await using house = await House.open()
    await house.add({ name: 'shop' })
    await plan(house, [10, 30])
    await settleAt(house, 10)
    await settleAt(house, 15)
    await house.add({ name: 'blog' })
    await settleAt(house, 15, true)
    await settleAt(house, 16, true)
    expect(await spans(house)).toEqual(['shop 10-30', 'blog 15-30'])
  })

  test('a deleted one is named no longer, and the plan does not come to mean all', async () => {
    await using house = await House.open()
    const { monitor } = await house.add({ name: 'shop' })
    await house.add({ name: 'blog' })
    const { id } = await plan(house, [10, 30], { targets: [monitor.id] })
    await deleteMonitor(house.account, house.change, monitor.id)
    expect((await getMaintenance(house.account, id)).targets).toEqual([])
    await editMaintenance(house.account, house.change, id, (it) => ({ ...it, name: 'still' }))
    await settleAt(house, 10)
    expect(await spans(house)).toEqual([])
  })
})

describe('while a window is on', () => {
  async function inside(fields: object = {}) {
    const house = await House.open()
    await house.add({ name: 'blog' })
    await house.add({ name: 'shop' })
    const { id } = await plan(house, [10, 30], { targets: [2], ...fields })
    await settleAt(house, 10)
    await settleAt(house, 15)
    const edit = async (change: object): Promise<void> => {
      await editMaintenance(house.account, house.change, id, (it) => ({ ...it, ...change }))
      await settleAt(house, 15)
    }
    return { house, id, edit }
  }

  test('it ends when somebody ends it', async () => {
    const { house, id } = await inside()
    await using _ = house
    const ended = await endMaintenance(house.account, house.change, id)
    expect([ended.window, ended.endsAt]).toEqual([null, minute(15)])
    await settleAt(house, 16)
    expect(await spans(house)).toEqual(['shop 10-15'])
    await expect(endMaintenance(house.account, house.change, id)).rejects.toThrow(/not on just now/)
  })

  test('it ends when it is deleted, and what was is kept', async () => {
    const { house, id } = await inside()
    await using _ = house
    await deleteMaintenance(house.account, house.change, id)
    await settleAt(house, 16)
    expect(await spans(house)).toEqual(['shop 10-15'])
  })

  test('it ends when it is switched off, and goes on when switched on again', async () => {
    const { house, edit } = await inside()
    await using _ = house
    await edit({ isActive: false })
    expect(await spans(house)).toEqual(['shop 10-15'])
    await settleAt(house, 20)
    await edit({ isActive: true })
    expect((await spans(house)).at(-1)).toMatch(/^shop \d+-30$/)
  })

  test('another end, another list: it goes on by the new plan', async () => {
    const { house, edit } = await inside()
    await using _ = house
    await edit({ endsAt: minute(40), targets: [1, 2] })
    expect(await spans(house)).toEqual(['shop 10-15', 'blog 15-40', 'shop 15-40'])
  })

  test('another beginning, yet to come: until then it is over', async () => {
    const { house, edit } = await inside()
    await using _ = house
    await edit({ startsAt: minute(20) })
    expect(await spans(house)).toEqual(['shop 10-15'])
    await settleAt(house, 20)
    expect(await spans(house)).toEqual(['shop 10-15', 'shop 20-30'])
  })

  test('the same again changes nothing', async () => {
    const { house, id, edit } = await inside()
    await using _ = house
    await edit({})
    expect(await spans(house)).toEqual(['shop 10-30'])
    expect((await getMaintenance(house.account, id)).rev).toBe(1)
  })
})

describe('one that recurs', () => {
  const hourly = { startsAt: null, endsAt: null, cron: '10 * * * *', durationMinutes: 20 }

  test('comes again and again', async () => {
    await using house = await House.open()
    await house.add()
    await plan(house, [0, 0], hourly)
    for (let at = 0; at <= 135; at += 1) await settleAt(house, at)
    expect(await spans(house)).toEqual(['shop 10-30', 'shop 70-90', 'shop 130-150'])
  })

  test('goes on with its next window when one is ended early, whatever it is called then', async () => {
    await using house = await House.open()
    await house.add()
    const { id } = await plan(house, [0, 0], hourly)
    await settleAt(house, 10)
    await settleAt(house, 15)
    const ended = await endMaintenance(house.account, house.change, id)
    expect([isOn(ended, minute(15)), nextStart(ended, minute(15))]).toEqual([false, minute(70)])
    await editMaintenance(house.account, house.change, id, (it) => ({ ...it, name: 'other' }))
    for (let at = 15; at <= 75; at += 1) await settleAt(house, at)
    expect(await spans(house)).toEqual(['shop 10-15', 'shop 70-90'])
  })
})

test('a restart over the beginning of a window loses nothing of it', async () => {
  await using house = await House.open()
  await house.add()
  await plan(house, [10, 30])
  // Nobody was there from minute 0 to 20.
  await settleAt(house, 20)
  expect(await spans(house)).toEqual(['shop 10-30'])
})

test('a restart over a whole window remembers it all the same', async () => {
  await using house = await House.open()
  await house.add()
  const { id } = await plan(house, [10, 30])
  await settleAt(house, 40)
  expect(await spans(house)).toEqual(['shop 10-30'])
  expect((await getMaintenance(house.account, id)).window).toBeNull()
})

describe('uptime', () => {
  /** Lives for some minutes with a shop that fails between two of them. */
  async function live(fails: readonly [number, number], restartAt?: number) {
    const eye = new Eye()
    const house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add()
    eye.sees = () => {
      const now = (house.clock.now() - T0) / MINUTE
      return now >= fails[0] && now < fails[1] ? refused : well
    }
    await plan(house, [10, 30])
    house.start()
    const idle = () => until('nothing to do', () => house.clock.sleeping >= 2)
    await idle()
    for (let second = 0; second < 40 * 60; second += 1) {
      if (second === (restartAt ?? -1) * 60) {
        await house.stop()
        house.start()
        await idle()
      }
      await house.clock.turn(SECOND)
      await idle()
    }
    // What is held in memory is written down.
    await house.stop()
    const now = house.clock.now()
    const times = await observedTime(house.account, [monitor.id], T0, now)
    const { observedMs, downMs } = times.get(monitor.id)!
    const said = house.pager.said
    await house[Symbol.asyncDispose]()
    const percent = uptimePercent({ observedMs, downMs })
    return { observed: Math.round(observedMs / MINUTE), down: downMs / MINUTE, percent, said }
  }

  test('is whole when an outage lay wholly in a window, and the window was not observed', async () => {
    expect(await live([12, 20])).toEqual({ observed: 20, down: 0, percent: 100, said: [] })
  })

  test('is so after a restart inside the window, too', async () => {
    expect(await live([12, 25], 20)).toMatchObject({ down: 0, percent: 100, said: [] })
  })

  test('is charged from the end of the window on', async () => {
    const { observed, down, said } = await live([12, 35])
    expect([observed, said[0]]).toEqual([20, 'alert'])
    expect(down).toBeGreaterThan(5)
    expect(down).toBeLessThan(6)
  })

  test('is charged without a window over it', async () => {
    const { down } = await live([1, 5])
    expect(down).toBeGreaterThan(3)
  })
})
