import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { acknowledgeIncident } from '../../src/incidents/index.ts'
import { editMonitor, pauseMonitor } from '../../src/monitors/index.ts'
import { Eye, refused, well } from '../support/eye.ts'
import { readSamples } from '../support/history.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

/** Every write is refused, as on a full or read-only disk, until it is mended. */
async function breakDisk(house: House) {
  await sql`pragma query_only = on`.execute(house.db)
  return async () => {
    await sql`pragma query_only = off`.execute(house.db)
  }
}

const incidents = (house: House) => house.db.selectFrom('incidents').selectAll().execute()
const looked = (house: House, eye: Eye, count: number) =>
  until(`${count} looks`, async () => {
    if (eye.looks.length < count) await house.clock.turn(200)
    return eye.looks.length >= count
  })

describe('while the database refuses to write', () => {
  test('checks go on, and an outage that begins then is told once it can be written', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    await house.add({ intervalSeconds: 10 })
    house.start()
    await looked(house, eye, 1)
    const mend = await breakDisk(house)
    eye.sees = () => refused
    const began = house.clock.now()
    await looked(house, eye, 6)
    expect(house.engine.counts().isStoring).toBe(false)
    expect(house.engine.state()).toBe('ok')
    await mend()
    await until('told', async () => {
      await house.clock.turn(200)
      return house.pager.posts.length > 0
    })
    const [incident, ...more] = await incidents(house)
    expect(more).toEqual([])
    expect(incident).toMatchObject({ code: 'connect_refused', failures: 2, resolved_at: null })
    expect(incident!.started_at).toBeLessThan(began + 10_001)
    expect(house.engine.counts().isStoring).toBe(true)
  })

  test('an outage that begins and ends then is not lost either', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    await house.add({ intervalSeconds: 10, policy: { confirmations: 1 } })
    house.start()
    await looked(house, eye, 1)
    const mend = await breakDisk(house)
    eye.sees = () => refused
    await looked(house, eye, 3)
    eye.sees = () => well
    await looked(house, eye, 6)
    await mend()
    await until('told', async () => {
      await house.clock.turn(200)
      return house.pager.posts.length > 0
    })
    expect(await incidents(house)).toMatchObject([{ end_reason: 'resolved' }])
    expect(house.pager.said).toEqual(['alert'])
    const state = await house.db.selectFrom('monitor_states').selectAll().executeTakeFirst()
    expect(state).toMatchObject({ status: 'up', last_status: 'up' })
    const samples = await readSamples(house)
    expect(samples.map(({ status }) => status).slice(0, 6)).toEqual(
      'up down down up up up'.split(' '),
    )
  })

  test('a pause that is over then neither stops the checks of others nor is forgotten', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add({ name: 'resting', intervalSeconds: 10 })
    await house.add({ name: 'watched', intervalSeconds: 10 })
    await pauseMonitor(house.account, house.change, monitor.id, house.clock.now() + 30_000)
    house.start()
    await looked(house, eye, 1)
    const mend = await breakDisk(house)
    await house.clock.turn(60_000)
    expect(eye.looks.length).toBeGreaterThanOrEqual(6)
    expect(eye.looks.every(({ name }) => name === 'watched')).toBe(true)
    await mend()
    await until('resumed', async () => {
      await house.clock.turn(200)
      return eye.looks.some(({ name }) => name === 'resting')
    })
  })

  test('a full disk in the midst of a transaction is the same', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    await house.add({ intervalSeconds: 10, policy: { confirmations: 1 } })
    house.start()
    await looked(house, eye, 1)
    await sql`pragma max_page_count = 1`.execute(house.db)
    const long = { ...refused, message: 'x'.repeat(60_000) }
    eye.sees = () => long
    await looked(house, eye, 4)
    expect(await incidents(house)).toEqual([])
    expect(house.engine.state()).toBe('ok')
    await sql`pragma max_page_count = 100000`.execute(house.db)
    await until('told', async () => {
      await house.clock.turn(200)
      return house.pager.posts.length > 0
    })
    expect(await incidents(house)).toHaveLength(1)
  })
})

describe('what changes while a look is running', () => {
  test('an edit drops what was seen of the address before', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add({ policy: { confirmations: 1 } })
    const { end } = eye.hang()
    house.start()
    await looked(house, eye, 1)
    await editMonitor(house.account, house.change, monitor.id, (it) => ({
      ...it,
      url: 'http://other.example/',
    }))
    end(refused)
    eye.sees = () => well
    await looked(house, eye, 2)
    await house.clock.turn(2000)
    expect(await incidents(house)).toEqual([])
    expect(eye.looks.map(({ url }) => url)).toEqual([
      'http://shop.example/',
      'http://other.example/',
    ])
  })

  test('somebody who asked for the look is given one at the new address', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add()
    eye.hang()
    house.start()
    await looked(house, eye, 1)
    const asked = house.engine.check(house.account, monitor.id)
    let turns = 0
    await until('it has joined the running look', () => (turns += 1) > 20)
    await editMonitor(house.account, house.change, monitor.id, (it) => ({
      ...it,
      url: 'http://other.example/',
    }))
    eye.sees = () => well
    await house.clock.turn(400)
    const check = await asked
    expect(check.outcome.status).toBe('up')
    expect(check.id).toBeGreaterThan(0)
  })

  test('a pause drops it, and a deletion leaves nothing behind', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add({ policy: { confirmations: 1 } })
    const { end } = eye.hang()
    house.start()
    await looked(house, eye, 1)
    await pauseMonitor(house.account, house.change, monitor.id, null)
    end(refused)
    await house.clock.turn(120_000)
    expect(await incidents(house)).toEqual([])
    expect(house.pager.said).toEqual([])
    expect(eye.looks).toHaveLength(1)
  })

  test('a held look does not overwrite a newer one that was written at once', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    const { monitor } = await house.add({ policy: { confirmations: 1 } })
    house.start()
    await looked(house, eye, 1)
    await looked(house, eye, 2)
    // The second look is routine and waits for the batch; the third is news.
    eye.sees = () => refused
    await house.engine.check(house.account, monitor.id)
    await house.clock.turn(3000)
    const state = await house.db.selectFrom('monitor_states').selectAll().executeTakeFirst()
    expect(state).toMatchObject({ status: 'down', last_status: 'down' })
  })

  test('an acknowledgement between failure and recovery is kept', async () => {
    const eye = new Eye()
    await using house = await House.open({ probe: eye.probe })
    await house.add({ policy: { confirmations: 1 } })
    eye.sees = () => refused
    house.start()
    await until('down', async () => {
      await house.clock.turn(200)
      return (await incidents(house)).length === 1
    })
    await acknowledgeIncident(house.account, house.clock.now(), { type: 'chat', name: 'Ann' }, 1)
    eye.sees = () => well
    await until('up', async () => {
      await house.clock.turn(1000)
      return (await incidents(house))[0]!.resolved_at !== null
    })
    expect(await incidents(house)).toMatchObject([
      { acknowledged_by: 'Ann', end_reason: 'resolved' },
    ])
  })
})

test('verdicts that come at once are written together, and one that cannot be takes no other with it', async () => {
  const eye = new Eye()
  eye.sees = () => refused
  await using house = await House.open({ probe: eye.probe })
  for (let at = 0; at < 40; at += 1)
    await house.add({ name: `monitor ${at}`, policy: { confirmations: 1 } })
  await sql`
    create trigger no_such_incident before insert on incidents when new.monitor_name = 'monitor 7'
    begin select raise(abort, 'not this one'); end`.execute(house.db)
  house.start()
  await until('all are down', async () => {
    await house.clock.turn(50)
    return (await incidents(house)).length >= 39
  })
  const names = (await incidents(house)).map((it) => it.monitor_name)
  expect(names).toHaveLength(39)
  expect(names).not.toContain('monitor 7')
  const down = await house.db
    .selectFrom('monitor_states')
    .select('monitor_id')
    .where('status', '=', 'down')
    .execute()
  expect(down).toHaveLength(39)
})
