import { describe, expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { openHouse } from './house.ts'

describe('paths', () => {
  test.each([
    '/api/targets/abc',
    '/api/targets/0',
    '/api/targets/01',
    '/api/targets/1.0',
    '/api/targets/12345678901234567',
    '/api/Targets',
    '/api/targets//1',
    '/api/nope',
    '/api%2Fme',
    '/api/targets%2F1',
    '/api/%zz',
    '/%',
    '/nope',
  ])('%s is unknown, with a key or without', async (url) => {
    await using house = await openHouse()
    for (const key of [null, house.ours.keys.admin])
      for (const method of ['GET', 'POST', 'OPTIONS'])
        expect(await house.ask(method, url, { key })).toMatchObject({
          status: 404,
          json: { type: '/errors/not-found', title: 'Not found', status: 404 },
        })
  })

  test('one trailing slash is ignored', async () => {
    await using house = await openHouse()
    expect((await house.ask('GET', '/api/targets/')).status).toBe(200)
    expect((await house.ask('DELETE', '/api/targets/')).status).toBe(405)
    expect((await house.ask('GET', '/api/targets//')).status).toBe(404)
  })

  test.each([
    ['POST', '/api/me', 'GET, HEAD, OPTIONS, PATCH'],
    ['PUT', '/api/targets/1', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['DELETE', '/api/targets', 'GET, HEAD, OPTIONS, POST, PUT'],
    ['PROPFIND', '/api/targets', 'GET, HEAD, OPTIONS, POST, PUT'],
    ['GET', '/api/targets/type_http', 'OPTIONS, POST'],
    ['GET', '/api/targets/type_port', 'OPTIONS, POST'],
    ['POST', '/healthz', 'GET, HEAD, OPTIONS'],
  ])('%s %s is not allowed, and says what is', async (method, url, allow) => {
    await using house = await openHouse()
    const asked = await house.ask(method, url, { key: null })
    expect(asked).toMatchObject({ status: 405, json: { type: '/errors/method-not-allowed' } })
    expect(asked.headers['allow']).toBe(allow)
  })

  test('OPTIONS tells the methods without a key or a body', async () => {
    await using house = await openHouse()
    const asked = await house.ask('OPTIONS', '/api/targets', { key: null })
    expect(asked).toMatchObject({ status: 204, text: '' })
    expect(asked.headers['allow']).toBe('GET, HEAD, OPTIONS, POST, PUT')
  })

  test('HEAD is GET without its body', async () => {
    await using house = await openHouse()
    await house.add()
    const asked = await house.ask('HEAD', '/api/targets')
    const full = await house.ask('GET', '/api/targets')
    expect(asked).toMatchObject({ status: 200, text: '' })
    for (const name of ['x-total-count', 'etag', 'link', 'content-type', 'content-length'])
      expect(asked.headers[name]).toBe(full.headers[name])
    expect(asked.headers['x-total-count']).toBe('1')
  })
})

const withoutRequestId = (text: string) => text.replace(/"requestId":"\w+"/, '')

describe('another account', () => {
  test('has nothing one could tell from what is not there', async () => {
    await using house = await openHouse()
    const { id } = await house.add({}, house.theirs)
    const incident = await addIncident(house, house.theirs, id)
    const body = { name: 'mine' }
    const routes = [
      ['GET', '/api/targets/#', id, {}],
      ['PATCH', '/api/targets/#', id, { body }],
      ['PATCH', '/api/targets/type_http/#', id, { body }],
      ['PATCH', '/api/targets/#/is_active', id, { body: { isActive: false } }],
      ['DELETE', '/api/targets/#', id, {}],
      ['POST', '/api/targets/#/checks', id, {}],
      ['GET', '/api/target_incidents/#', incident, {}],
      [
        'PATCH',
        '/api/target_incidents/#/is_acknowledged',
        incident,
        { body: { isAcknowledged: true } },
      ],
      ['GET', '/api/users/#', house.theirs.id, {}],
    ] as const
    for (const [method, path, theirs, asked] of routes) {
      const there = await house.ask(method, path.replace('#', String(theirs)), asked)
      const gone = await house.ask(method, path.replace('#', '777'), asked)
      expect(there.status).toBe(404)
      expect(withoutRequestId(there.text)).toBe(withoutRequestId(gone.text))
    }
    expect(
      await house.ask('GET', `/api/targets/${id}`, { key: house.theirs.keys.read }),
    ).toMatchObject({
      status: 200,
      json: { name: 'Shop' },
    })
  })

  test('has a list of its own', async () => {
    await using house = await openHouse()
    const { id } = await house.add({}, house.theirs)
    await addIncident(house, house.theirs, id)
    for (const url of ['/api/targets', '/api/target_incidents', '/api/target_checks'])
      expect((await house.ask('GET', url)).json).toMatchObject({ totalItems: 0 })
    for (const given of [`target.id=${id}`, `target=${id}`, `target=/api/targets/${id}`])
      expect(await house.ask('GET', `/api/target_incidents?${given}`)).toMatchObject({
        status: 200,
        json: { totalItems: 0, member: [] },
      })
  })
})

describe('PUBLIC_URL with a path', () => {
  test('is in front of every link, whether the proxy takes it off or not', async () => {
    await using house = await openHouse({ publicUrl: 'https://status.example/uptalk/' })
    const added = await house.ask('POST', '/uptalk/api/targets', {
      body: { type: 'HTTP', name: 'Shop', url: 'https://x.example/', user: '/uptalk/api/users/1' },
    })
    expect(added).toMatchObject({
      status: 201,
      json: {
        '@id': '/uptalk/api/targets/1',
        '@context': '/uptalk/api/contexts/Target',
        user: '/uptalk/api/users/1',
      },
    })
    expect(added.headers['location']).toBe('/uptalk/api/targets/1')
    const list = await house.ask('GET', '/api/targets?target=1', {
      headers: { prefer: 'handling=lenient' },
    })
    expect(list.json).toMatchObject({ view: { first: '/uptalk/api/targets?target=1&page=1' } })
    expect(list.headers['link']).toContain(
      '<https://status.example/uptalk/api/targets?target=1&page=1>',
    )
    const plain = { type: 'HTTP', name: 'B', url: 'https://x.example/', user: '/api/users/1' }
    expect((await house.ask('POST', '/api/targets', { body: plain })).status).toBe(201)
    expect((await house.ask('GET', '/uptalk/nope')).json).toMatchObject({
      type: '/uptalk/errors/not-found',
    })
  })
})
