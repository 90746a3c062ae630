import { describe, expect, test } from 'vitest'
import { breakOffVerifications } from '../../src/monitors/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { until } from '../support/until.ts'
import { type Asked, type House, openHouse } from './house.ts'

const PATH = '/api/verifications'
const ASYNC = { prefer: 'respond-async' }
const ONCE = { checks: 1, intervalSeconds: 0 }

const verify = (house: House, fields: object, more: Asked = {}) =>
  house.ask('POST', PATH, { body: { ...ONCE, ...fields }, ...more })

/** From here on the looks at `target` see this. */
function seeing(house: House, target: number, outcome: Partial<Outcome>): void {
  const { looker } = house.deps
  const check = looker.check.bind(looker)
  looker.check = async (db, id, cause) => {
    const seen = await check(db, id, cause)
    return id === target ? { ...seen, outcome: { ...seen.outcome, ...outcome } } : seen
  }
}

/** Its deadline, the wait between two looks, and the request log's. */
const areAsleep = (house: House) => until('it waits', () => house.clock.sleeping === 3)

const DOWN: Partial<Outcome> = {
  status: 'down',
  code: 'connect_refused',
  message: 'connection refused',
}

describe('a verification', () => {
  test('passes where every look passed, and is kept', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const done = await verify(house, { targets: [id], checks: 3 })
    expect(done).toMatchObject({
      status: 201,
      headers: { location: `${PATH}/1` },
      json: {
        '@id': `${PATH}/1`,
        '@type': 'Verification',
        status: 'pass',
        exitCode: 0,
        detail: '1 of 1 targets passed',
        results: [{ target: `/api/targets/${id}`, status: 'pass', passed: 3, failed: 0 }],
      },
    })
    const read = await house.ask('GET', `${PATH}/1`, { key: house.ours.keys.read })
    expect(read.json).toEqual(done.json)
    const list = await house.ask('GET', PATH)
    expect(list.json).toMatchObject({ totalItems: 1, member: [{ '@id': `${PATH}/1` }] })
  })

  test('fails with the sentence of what was seen, and stops a pipeline when asked to', async () => {
    await using house = await openHouse()
    const shop = await house.add()
    const blog = await house.add({ name: 'Blog' })
    seeing(house, blog.id, DOWN)
    const failed = {
      status: 'fail',
      exitCode: 1,
      detail: '1 of 2 targets passed',
      results: [
        { status: 'pass' },
        { status: 'fail', failed: 1, checks: [{ status: 'down', code: 'connect_refused' }] },
      ],
    }
    const targets = [shop.id, `/api/targets/${blog.id}`]
    expect(await verify(house, { targets })).toMatchObject({ status: 201, json: failed })
    expect(await verify(house, { targets, failOnError: true })).toMatchObject({
      status: 424,
      json: failed,
    })
  })

  test('a degraded look passes, one slower than the limit does not', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    seeing(house, id, { status: 'degraded', code: 'slow', message: 'slow', durationMs: 800 })
    const targets = [id]
    expect((await verify(house, { targets })).json['status']).toBe('pass')
    expect((await verify(house, { targets, maxResponseMs: 800 })).json['status']).toBe('pass')
    expect((await verify(house, { targets, maxResponseMs: 799 })).json['status']).toBe('fail')
  })

  test('finds targets by reference, and looks once at one named twice', async () => {
    await using house = await openHouse()
    const { id } = await house.add({ externalRef: 'shop' })
    const { json } = await verify(house, { externalRefs: ['shop'], targets: [id, String(id)] })
    expect(json).toMatchObject({ status: 422, violations: [{ propertyPath: 'targets[1]' }] })
    const again = await verify(house, { externalRefs: ['shop'], targets: [id] })
    expect(again.json).toMatchObject({ results: [{ target: `/api/targets/${id}` }] })
  })

  test('judges nothing: no state, no incident, nobody told', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const before = await house.ask('GET', `/api/targets/${id}`)
    seeing(house, id, DOWN)
    await verify(house, { targets: [id], checks: 5 })
    expect((await house.ask('GET', `/api/targets/${id}`)).json).toEqual(before.json)
    for (const table of ['incidents', 'notifications'] as const)
      expect(await house.db.selectFrom(table).selectAll().execute()).toEqual([])
  })

  test('ends as failed when its time is over, with what there was time for', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const asked = verify(house, { targets: [id], checks: 3, intervalSeconds: 40 })
    await areAsleep(house)
    await house.clock.turn(60_000)
    const { json } = await asked
    expect(json).toMatchObject({
      status: 'fail',
      detail: '0 of 1 targets passed; the 60 s were over',
      results: [{ passed: 2, failed: 1 }],
    })
  })

  test('is answered at once when asked to be, and read later', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const body = { targets: [id], checks: 2, intervalSeconds: 5 }
    const begun = await verify(house, body, { headers: ASYNC })
    expect(begun).toMatchObject({
      status: 202,
      headers: { location: `${PATH}/1` },
      json: { status: 'running', exitCode: null, finishedAt: null, results: [] },
    })
    await areAsleep(house)
    await house.clock.turn(5000)
    let read = begun
    await until('it ends', async () => {
      read = await house.ask('GET', `${PATH}/1`)
      return read.json['status'] !== 'running'
    })
    expect(read.json).toMatchObject({ status: 'pass', exitCode: 0, results: [{ passed: 2 }] })
  })

  test('left running by a process that ended, it has failed', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await verify(house, { targets: [id], checks: 2, intervalSeconds: 9 }, { headers: ASYNC })
    await breakOffVerifications(house.db, house.clock.now())
    const { json } = await house.ask('GET', `${PATH}/1`)
    expect(json).toMatchObject({
      status: 'fail',
      exitCode: 1,
      detail: 'it broke off before its end',
    })
  })

  test('sets paused targets going first, also when the result is fail', async () => {
    await using house = await openHouse()
    const { id } = await house.add({ isActive: false })
    seeing(house, id, DOWN)
    await verify(house, { targets: [id] })
    expect((await house.ask('GET', `/api/targets/${id}`)).json['isActive']).toBe(false)
    await verify(house, { targets: [id], resume: true })
    expect((await house.ask('GET', `/api/targets/${id}`)).json['isActive']).toBe(true)
  })

  test('counts a look of the allowance for each target, all of them or none', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const others = await Promise.all(
      Array.from({ length: 24 }, (_, n) => house.add({ name: `Site ${n}` })),
    )
    const targets = [id, ...others.map((it) => it.id)]
    const left = async (wanted: readonly number[]) => {
      const { status, headers } = await verify(house, { targets: wanted })
      return [status, /"checks";r=(\d+)/.exec(headers['ratelimit']!)![1]]
    }
    expect(await left(targets)).toEqual([201, '35'])
    expect(await left(targets)).toEqual([201, '10'])
    // The request itself was one.
    expect(await left(targets)).toEqual([429, '9'])
    expect(await left(targets.slice(0, 9))).toEqual([201, '0'])
    expect((await verify(house, { targets: [id] })).status).toBe(429)
  })

  test.each([
    [{}, 'targets', 'required'],
    [{ targets: [] }, 'targets', 'required'],
    [{ targets: [999] }, 'targets[0]', 'not_found'],
    [{ targets: ['/api/channels/1'] }, 'targets[0]', 'not_found'],
    [{ externalRefs: ['none'] }, 'externalRefs[0]', 'not_found'],
    [{ targets: [1], checks: 11 }, 'checks', undefined],
    [{ targets: [1], checks: 0 }, 'checks', undefined],
    [{ targets: [1], intervalSeconds: 61 }, 'intervalSeconds', undefined],
    [{ targets: [1], timeoutSeconds: 0 }, 'timeoutSeconds', undefined],
    [{ targets: [1], maxResponseMs: 1.5 }, 'maxResponseMs', undefined],
    [{ targets: [1], failOnError: 'yes' }, 'failOnError', undefined],
    [{ targets: [1], surprise: 1 }, 'surprise', 'unknown_field'],
  ])('refuses %j', async (fields, propertyPath, code) => {
    await using house = await openHouse()
    await house.add()
    const { status, json } = await verify(house, fields)
    expect(status).toBe(422)
    expect(json['violations']).toMatchObject([
      { propertyPath, ...(code === undefined ? {} : { code }) },
    ])
  })

  test("is its account's alone, and begun by keys that may write", async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await verify(house, { targets: [id] })
    const { read, admin } = house.theirs.keys
    expect((await house.ask('GET', `${PATH}/1`, { key: admin })).status).toBe(404)
    expect((await house.ask('GET', PATH, { key: admin })).json['totalItems']).toBe(0)
    const foreign = await verify(house, { targets: [id] }, { key: admin })
    expect(foreign.json).toMatchObject({ status: 422, violations: [{ code: 'not_found' }] })
    expect((await verify(house, { targets: [id] }, { key: read })).status).toBe(403)
    for (const method of ['PATCH', 'DELETE'])
      expect((await house.ask(method, `${PATH}/1`)).status).toBe(405)
  })
})
