import { describe, expect, test } from 'vitest'
import { openHouse } from './house.ts'

const GOOD = JSON.stringify({ type: 'HTTP', name: 'Shop', url: 'https://shop.example/' })
const nested = (levels: number) => `{"tags":${'['.repeat(levels)}${']'.repeat(levels)}}`

const ofSize = (bytes: number) => `{"name":"${'x'.repeat(bytes - 11)}"}`

describe('bodies', () => {
  test.each([
    ['text/plain', 415],
    ['application/merge-patch+json', 415],
    ['application/json; charset=latin1', 415],
    ['application/json; charset="UTF-8"', 201],
    ['application/ld+json; profile=x', 201],
    ['APPLICATION/JSON', 201],
    ['nonsense', 415],
    ['', 415],
  ])('POST as %s: %i', async (type, status) => {
    await using house = await openHouse()
    const asked = await house.ask('POST', '/api/targets', {
      raw: GOOD,
      headers: { 'content-type': type },
    })
    expect(asked.status).toBe(status)
    expect(asked.headers['accept-post']).toBe(
      status === 415 ? 'application/ld+json, application/json' : undefined,
    )
  })

  test('PATCH takes merge patches only', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const asked = await house.ask('PATCH', `/api/targets/${id}`, {
      raw: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(asked).toMatchObject({ status: 415, json: { type: '/errors/unsupported-media-type' } })
    expect(asked.headers['accept-patch']).toBe('application/merge-patch+json')
  })

  test('encoded bodies are refused, bare ones are not', async () => {
    await using house = await openHouse()
    const as = async (encoding: string) =>
      (
        await house.ask('POST', '/api/targets', {
          raw: GOOD,
          headers: { 'content-encoding': encoding },
        })
      ).status
    expect(await as('gzip')).toBe(415)
    expect(await as('identity')).toBe(201)
    const coded = await house.ask('POST', '/api/targets', {
      raw: GOOD,
      headers: { 'transfer-encoding': 'gzip, chunked' },
    })
    expect(coded).toMatchObject({ status: 415, json: { type: '/errors/unsupported-media-type' } })
  })

  test.each([
    ['cut off', '{"name":', 'malformed-json'],
    ['empty', '', 'malformed-json'],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'malformed-json'],
    ['33 levels', nested(32), 'malformed-json'],
    ['a list', '[]', 'malformed-body'],
    ['null', 'null', 'malformed-body'],
    ['text', '"a"', 'malformed-body'],
  ])('%s is refused', async (_, raw, slug) => {
    await using house = await openHouse()
    for (const [method, url] of [
      ['POST', '/api/targets'],
      ['PATCH', `/api/targets/${(await house.add()).id}`],
    ] as const)
      expect(await house.ask(method, url, { raw })).toMatchObject({
        status: 400,
        json: { type: `/errors/${slug}` },
      })
  })

  test('32 levels are read, and so is a byte order mark', async () => {
    await using house = await openHouse()
    expect((await house.ask('POST', '/api/targets', { raw: nested(31) })).status).toBe(422)
    expect((await house.ask('POST', '/api/targets', { raw: `\uFEFF${GOOD}` })).status).toBe(201)
  })

  test('more than 256 KiB is too large, a byte less is not', async () => {
    await using house = await openHouse()
    const asked = await house.ask('POST', '/api/targets', { raw: ofSize(256 * 1024 + 1) })
    expect(asked).toMatchObject({ status: 413, json: { type: '/errors/payload-too-large' } })
    expect((await house.ask('POST', '/api/targets', { raw: ofSize(256 * 1024) })).status).toBe(422)
  })

  test('a URL of more than 8 KiB is too long', async () => {
    await using house = await openHouse()
    const url = `/api/targets?search=${'x'.repeat(8192)}`
    expect(await house.ask('GET', url)).toMatchObject({
      status: 414,
      json: { type: '/errors/uri-too-long' },
    })
  })

  test('a query is read before the thing, the thing before the fields', async () => {
    await using house = await openHouse()
    const body = { frequency: 0 }
    expect((await house.ask('PATCH', '/api/targets/9?x=1', { body })).status).toBe(400)
    expect((await house.ask('PATCH', '/api/targets/9', { body })).status).toBe(404)
    const { id } = await house.add()
    const headers = { 'if-match': '"9-x"' }
    expect((await house.ask('PATCH', `/api/targets/${id}`, { body, headers })).status).toBe(412)
    expect((await house.ask('PATCH', `/api/targets/${id}`, { body })).status).toBe(422)
  })
})
