import { describe, expect, test } from 'vitest'
import { openHouse } from './house.ts'

const LD = 'application/ld+json; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

describe('what a client accepts', () => {
  test.each([
    ['', LD],
    ['*/*', LD],
    ['application/*', LD],
    ['application/ld+json; profile="a,b;c"', LD],
    ['application/json', JSON_TYPE],
    ['application/json, text/plain, */*', JSON_TYPE],
    ['text/html, application/json;q=0.1', JSON_TYPE],
    ['application/json;q=0.5, application/ld+json;q=0.5', LD],
    ['application/ld+json;q=0.4, application/json;q=0.5', JSON_TYPE],
    ['application/ld+json;q=0, */*', JSON_TYPE],
    ['application/ld+json;q=nope, application/json;q=0.1', JSON_TYPE],
    ['APPLICATION/JSON', JSON_TYPE],
  ])('%s', async (accept, type) => {
    await using house = await openHouse()
    const asked = await house.ask('GET', '/api/targets', { headers: { accept } })
    expect(asked.headers).toMatchObject({ 'content-type': type, vary: 'Accept' })
    expect(Array.isArray(asked.json)).toBe(type === JSON_TYPE)
  })

  test.each(['text/html', '*/*;q=0', 'application/ld+json;q=2', '*/json'])(
    '%s leaves nothing',
    async (accept) => {
      await using house = await openHouse()
      const asked = await house.ask('GET', '/api/targets', { headers: { accept } })
      expect(asked).toMatchObject({ status: 406, json: { type: '/errors/not-acceptable' } })
      expect(asked.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    },
  )
})

const page = (number: number, rel: string) =>
  `<http://up.example/api/targets?itemsPerPage=1&page=${number}>; rel="${rel}"`

describe('representations', () => {
  test('a JSON-LD list has its keys in order, unprefixed, and members without a context', async () => {
    await using house = await openHouse()
    await house.add()
    const { json } = await house.ask('GET', '/api/targets?type=HTTP&order[id]=desc')
    expect(Object.keys(json)).toEqual(['@context', '@id', '@type', 'totalItems', 'member', 'view'])
    expect(json).toMatchObject({
      '@context': '/api/contexts/Target',
      '@id': '/api/targets',
      '@type': 'Collection',
      totalItems: 1,
      view: {
        '@id': '/api/targets?type=HTTP&order%5Bid%5D=desc&page=1',
        '@type': 'PartialCollectionView',
      },
    })
    const [member] = json['member'] as Record<string, unknown>[]
    expect(Object.keys(member!).slice(0, 3)).toEqual(['@id', '@type', 'id'])
    for (const name of ['httpInfo', 'alertPolicy', 'ssl', 'domain', 'stats'])
      expect(member).not.toHaveProperty(name)
  })

  test('plain JSON is the same without the @ keys, lists bare arrays with headers', async () => {
    await using house = await openHouse()
    for (const name of ['a', 'b', 'c']) await house.add({ name })
    const headers = { accept: 'application/json', host: 'up.example' }
    const item = await house.ask('GET', '/api/targets/1', { headers })
    const linked = await house.ask('GET', '/api/targets/1')
    const { '@context': context, '@id': id, '@type': type, ...rest } = linked.json
    expect([context, id, type]).toEqual(['/api/contexts/Target', '/api/targets/1', 'Target'])
    expect(item.json).toEqual(rest)
    expect(item.json).toMatchObject({ user: '/api/users/1' })
    const list = await house.ask('GET', '/api/targets?itemsPerPage=1&page=2', { headers })
    expect(list.json).toMatchObject([{ id: 2, name: 'b' }])
    expect(list.headers['x-total-count']).toBe('3')
    expect(list.headers['link']).toBe(
      [
        page(1, 'first'),
        page(1, 'prev'),
        page(3, 'next'),
        page(3, 'last'),
        '<http://up.example/api/docs.jsonld>; rel="http://www.w3.org/ns/hydra/core#apiDocumentation"',
      ].join(', '),
    )
  })

  test('problems are problem+json, with the @ keys only where JSON-LD was asked for', async () => {
    await using house = await openHouse()
    const linked = await house.ask('GET', '/api/targets/9')
    const plain = await house.ask('GET', '/api/targets/9', {
      headers: { accept: 'application/json' },
    })
    for (const { headers } of [linked, plain])
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(linked.json).toMatchObject({
      '@context': '/api/contexts/Error',
      '@type': 'Error',
      description: linked.json['detail'],
      requestId: linked.headers['x-request-id'],
    })
    expect(Object.keys(plain.json)).toEqual(['type', 'title', 'status', 'detail', 'requestId'])
    const invalid = await house.ask('POST', '/api/targets', { body: {} })
    expect(invalid.json).toMatchObject({ '@type': 'ConstraintViolation' })
  })
})

describe('headers', () => {
  test('are on every answer, good or bad', async () => {
    await using house = await openHouse()
    for (const [method, url] of [
      ['GET', '/api/targets'],
      ['GET', '/nope'],
      ['OPTIONS', '/api/me'],
      ['PUT', '/api/me'],
      ['GET', '/healthz'],
      ['GET', '/errors/internal'],
    ] as const) {
      const { headers } = await house.ask(method, url)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'private, no-cache',
        'x-request-id': expect.stringMatching(/^\w{8,}$/),
      })
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin'])
        expect(headers).not.toHaveProperty(name)
    }
  })

  test.each([
    ['my-request.1', true],
    ['short', false],
    ['with blank inside', false],
    ['x'.repeat(65), false],
  ])('the request id %s is echoed: %s', async (id, isEchoed) => {
    await using house = await openHouse()
    const asked = await house.ask('GET', '/api/nope', { headers: { 'x-request-id': id } })
    expect(asked.headers['x-request-id'] === id).toBe(isEchoed)
    expect(asked.json['requestId']).toBe(asked.headers['x-request-id'])
  })
})
