import { describe, expect, test } from 'vitest'
import { getMonitor } from '../../src/monitors/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { type House, openHouse } from './house.ts'

const GOOD = { type: 'HTTP', name: 'Shop', url: 'https://shop.example/' }

const patch = (house: House, body: object, headers: Record<string, string> = {}) =>
  house.ask('PATCH', '/api/targets/1', { body, headers })

const violation = (propertyPath: string, code: string) => ({
  status: 422,
  json: { violations: [{ propertyPath, code }] },
})

describe('a merge patch', () => {
  test.each([
    ['another type', { type: 'PING' }, 'type', 'immutable'],
    ['no name', { name: null }, 'name', 'required'],
    ['no url', { url: null }, 'url', 'required'],
    ['another user', { user: '/api/users/2' }, 'user', 'not_found'],
    ['a good name with a bad frequency', { name: 'x', frequency: 0 }, 'frequency', 'range'],
    [
      'a frequency beside the interval',
      { frequency: 5, intervalSeconds: 10 },
      'frequency',
      'conflict',
    ],
    ['a bad policy', { alertPolicy: { recovery: 0 } }, 'alertPolicy.recovery', 'range'],
    ['an unknown field', { nam: 'x' }, 'nam', 'unknown_field'],
  ])('with %s changes nothing', async (_, body, path, code) => {
    await using house = await openHouse()
    const before = await house.add()
    await house.clock.turn(1000)
    expect(await patch(house, body)).toMatchObject(violation(path, code))
    expect((await house.ask('GET', '/api/targets/1')).json).toMatchObject({
      name: before['name'],
      updatedAt: before['updatedAt'],
    })
  })

  test('merges objects, keeps what is absent, and takes null for the default', async () => {
    await using house = await openHouse()
    await house.add({
      requestTimeout: 10,
      tags: ['a', 'b'],
      alertPolicy: { confirmations: 5, recovery: 3 },
      httpInfo: { method: 'POST', body: 'x', headers: { 'X-A': '1', 'X-B': '2' } },
    })
    const changed = async (body: object) => {
      const { status, json, text } = await patch(house, body)
      expect([status, text]).toMatchObject([200, expect.any(String)])
      return json
    }
    expect(await changed({ type: 'HTTP', requestTimeout: null })).toMatchObject({
      requestTimeout: 30,
      alertPolicy: { confirmations: 5, recovery: 3 },
    })
    expect(await changed({ alertPolicy: { confirmations: null } })).toMatchObject({
      alertPolicy: { confirmations: 2, recovery: 3 },
    })
    expect(await changed({ httpInfo: { headers: { 'X-A': null, 'x-C': '3' } } })).toMatchObject({
      httpInfo: { method: 'POST', body: '[redacted]', headers: { 'x-b': '2', 'x-c': '3' } },
    })
    const { httpInfo } = await changed({ httpInfo: { method: null, body: null }, tags: ['c'] })
    expect(httpInfo).toMatchObject({ method: 'GET', body: null, headers: { 'x-b': '2' } })
    expect(await changed({ alertPolicy: null, httpInfo: null, tags: null })).toMatchObject({
      alertPolicy: { recovery: 1 },
      httpInfo: { headers: {} },
      tags: [],
    })
  })

  test('of the interval goes by either field', async () => {
    await using house = await openHouse()
    await house.add({ intervalSeconds: 10 })
    for (const [body, frequency, intervalSeconds] of [
      [{ frequency: 1 }, 1, 10],
      [{ intervalSeconds: 90 }, 2, 90],
      [{ frequency: 2 }, 2, 90],
      [{ intervalSeconds: null }, 2, 120],
      [{ frequency: 3 }, 3, 180],
      [{ frequency: null }, 5, 300],
    ] as const)
      expect((await patch(house, body)).json).toMatchObject({ frequency, intervalSeconds })
  })

  test('of nothing, or of what was read, changes nothing', async () => {
    await using house = await openHouse()
    const headers = { Authorization: 'Basic hidden', 'X-Plain': 'seen' }
    const before = await house.add({
      intervalSeconds: 10,
      httpInfo: { method: 'POST', body: 'hidden', headers },
    })
    await house.clock.turn(5000)
    const { json, headers: answered } = await house.ask('GET', '/api/targets/1')
    for (const body of [{}, json, { name: 'Shop' }]) {
      const same = await patch(house, body)
      expect(same).toMatchObject({ status: 200, json: { updatedAt: before['updatedAt'] } })
    }
    expect((await house.ask('GET', '/api/targets/1')).headers['etag']).toBe(answered['etag'])
    expect((await patch(house, { ...json, name: 'Shop 2' })).status).toBe(200)
    const { monitor } = await getMonitor(bindAccount(house.db, 1), house.deps.sealer, 1)
    expect(monitor).toMatchObject({
      name: 'Shop 2',
      options: { body: 'hidden', headers: { authorization: 'Basic hidden', 'x-plain': 'seen' } },
    })
    // Whoever may not see the values keeps them, too, when he sends back what he saw.
    const seen = (await house.ask('GET', '/api/targets/1', { key: house.ours.keys.read })).json
    expect((await patch(house, seen)).json['updatedAt']).toBe('2027-03-01T14:00:05.000Z')
  })

  test('by type reaches targets of that type', async () => {
    await using house = await openHouse()
    await house.add()
    const body = { name: 'x' }
    expect((await house.ask('PATCH', '/api/targets/type_http/1', { body })).json).toMatchObject(
      body,
    )
    expect((await house.ask('PATCH', '/api/targets/type_ping/1', { body })).status).toBe(404)
  })
})

describe('conditions', () => {
  test('If-Match compares the revision alone', async () => {
    await using house = await openHouse()
    await house.add()
    const { headers } = await house.ask('GET', '/api/targets/1')
    expect(headers['etag']).toMatch(/^"1-[0-9a-f]{12}"$/)
    for (const match of ['"999-x"', 'nonsense', '""', '"0"'])
      expect(await patch(house, { name: 'x' }, { 'if-match': match })).toMatchObject({
        status: 412,
        json: { type: '/errors/precondition-failed' },
      })
    for (const match of ['"1-other"', 'W/"2-x"', '"9-x", "3-y"', '*', '*'])
      expect(await patch(house, { name: match.slice(0, 9) }, { 'if-match': match })).toMatchObject({
        status: 200,
      })
    const stale = { headers: { 'if-match': '"1-x"' } }
    expect((await house.ask('DELETE', '/api/targets/1', stale)).status).toBe(412)
    expect((await house.ask('DELETE', '/api/targets/9', stale)).status).toBe(404)
  })

  test('If-None-Match saves whoever has these very bytes the download', async () => {
    await using house = await openHouse()
    await house.add({ isActive: false })
    for (const url of ['/api/targets/1', '/api/targets', '/api/docs.jsonld']) {
      const { etag } = (await house.ask('GET', url)).headers
      await house.clock.turn(30_000)
      for (const match of [etag!, `W/${etag}`, `"x", ${etag}`, '*']) {
        const asked = await house.ask('GET', url, { headers: { 'if-none-match': match } })
        expect(asked).toMatchObject({ status: 304, text: '' })
        expect(asked.headers).toMatchObject({ etag, vary: 'Accept' })
        expect(asked.headers).not.toHaveProperty('content-type')
      }
      const other = { headers: { 'if-none-match': '"x"' } }
      expect((await house.ask('GET', url, other)).status).toBe(200)
    }
  })
})

describe('deleting', () => {
  test('works once', async () => {
    await using house = await openHouse()
    await house.add()
    const gone = await house.ask('DELETE', '/api/targets/1')
    expect(gone).toMatchObject({ status: 204, text: '' })
    expect(gone.headers).not.toHaveProperty('content-type')
    expect((await house.ask('DELETE', '/api/targets/1')).status).toBe(404)
    expect(await house.add(GOOD)).toMatchObject({ id: 2 })
  })
})
