import { performance } from 'node:perf_hooks'
import { describe, expect, test } from 'vitest'
import { longestPause } from '../support/pause.ts'
import { lookAt } from '../support/web/look.ts'
import { web } from '../support/web/servers.ts'

type Asserted = readonly [path: string, op: string, value?: unknown]

async function lookAtJson(
  text: string,
  asserted: readonly Asserted[],
  timeoutMs = 3000,
  more = {},
) {
  await using site = await web((_, response) => void response.end(text))
  const assertions = asserted.map(([path, op, value]) => ({ path, op, value }))
  return await lookAt(site.url, { type: 'API', timeoutMs, options: { assertions, ...more } })
}

const DOCUMENT = JSON.stringify({
  status: 'ok',
  ready: true,
  off: false,
  zero: 0,
  nothing: null,
  list: [1, 'two', { three: 3 }],
  queue: { depth: 7, names: [] },
})

describe('operators', () => {
  test.each<[path: string, op: string, value: unknown, holds: boolean]>([
    ['$.status', 'exists', undefined, true],
    ['$.nothing', 'exists', undefined, true],
    ['$.gone', 'exists', undefined, false],
    ['$.gone', 'notExists', undefined, true],
    ['$.toString', 'notExists', undefined, true],
    ['$.nothing', 'notExists', undefined, false],
    ['$.list[*]', 'count', 3, true],
    ['$.list[*]', 'count', 2, false],
    ['$.gone[*]', 'count', 0, true],
    ['$.status', 'equals', 'ok', true],
    ['$.status', 'equals', 'OK', false],
    ['$.ready', 'equals', true, true],
    ['$.ready', 'equals', 'true', false],
    ['$.zero', 'equals', 0, true],
    ['$.zero', 'equals', false, false],
    ['$.zero', 'equals', '0', false],
    ['$.off', 'equals', 0, false],
    ['$.nothing', 'equals', null, true],
    ['$.gone', 'equals', null, false],
    ['$.gone', 'notEquals', 1, false],
    ['$.nothing', 'notEquals', 0, true],
    ['$.status', 'notEquals', 'ok', false],
    ['$.queue', 'equals', { names: [], depth: 7 }, true],
    ['$.queue', 'equals', { depth: 7 }, false],
    ['$.queue', 'equals', { depth: 7, names: {} }, false],
    ['$.list', 'equals', [1, 'two', { three: 3 }], true],
    ['$.list', 'equals', ['two', 1, { three: 3 }], false],
    ['$.list', 'contains', { three: 3 }, true],
    ['$.list', 'contains', '1', false],
    ['$.status', 'contains', 'k', true],
    ['$.zero', 'contains', '0', false],
    ['$.status', 'matches', '^o.$', true],
    ['$.status', 'matches', 'O', false],
    ['$.zero', 'matches', '0', false],
    ['$.queue.depth', 'lessThan', 8, true],
    ['$.queue.depth', 'lessThan', 7, false],
    ['$.queue.depth', 'greaterThan', 6.5, true],
    ['$.status', 'greaterThan', 0, false],
    ['$.list[?match(@.three, "3")]', 'notExists', undefined, true],
    ['$.list[?search(@, "w")]', 'equals', 'two', true],
    ['$.list[?match(@, "w")]', 'notExists', undefined, true],
    ['$.list[?match(@, "tw(o")]', 'notExists', undefined, true],
  ])('%s %s %j: %s', async (path, op, value, holds) => {
    const { code } = await lookAtJson(DOCUMENT, [[path, op, value]])
    expect(code).toBe(holds ? 'ok' : 'json_assertion')
  })
})

test('the first that does not hold speaks, and quotes what it saw, not at length', async () => {
  const first = await lookAtJson(DOCUMENT, [
    ['$.status', 'exists'],
    ['$.ready', 'equals', 'true'],
    ['$.gone', 'exists'],
  ])
  expect(first.message).toBe('$.ready should equal "true", was true')
  expect(first.status).toBe('down')
  const missing = await lookAtJson(DOCUMENT, [['$.gone', 'equals', null]])
  expect(missing.message).toBe('$.gone should equal null, was missing')
  const counted = await lookAtJson(DOCUMENT, [['$.list[*]', 'count', 2]])
  expect(counted.message).toBe('$.list[*] should count 2, was 3')
  const long = await lookAtJson(JSON.stringify(['x'.repeat(500)]), [['$', 'equals', 1]])
  expect(long.message).toBe(`$ should equal 1, was ["${'x'.repeat(77)}…`)
})

test('the page is judged before the document, the status before both', async () => {
  const asserted: Asserted[] = [['$.a', 'exists']]
  const looked = async (text: string, more: object) =>
    (await lookAtJson(text, asserted, 3000, more)).code
  expect(await looked('<html>', {})).toBe('json_invalid')
  expect(await looked('', {})).toBe('json_invalid')
  expect(await looked('\uFEFF{"a":1}', {})).toBe('ok')
  expect(await looked('<html>', { bodyContains: 'x' })).toBe('body_missing')
  expect(await looked('<html>', { expectedStatuses: ['404'] })).toBe('http_status')
  expect((await lookAtJson('<html>', [])).code).toBe('ok')
})

describe('hostile', () => {
  test('a document over the limit is not judged by its beginning', async () => {
    const text = JSON.stringify({ a: 1, pad: 'x'.repeat(1024 * 1024) })
    expect(await lookAtJson(text, [['$.a', 'exists']])).toMatchObject({
      code: 'response_too_large',
    })
  })

  test.each([1000, 200_000])('nested %d deep', async (depth) => {
    const text = '['.repeat(depth) + ']'.repeat(depth)
    const found = await lookAtJson(text, [['$..a', 'notExists']])
    expect(found).toMatchObject({ code: 'json_assertion' })
    expect(found.message).toBe('$..a should not exist, but the body is nested too deeply')
    const shown = await lookAtJson(text, [['$', 'equals', [1]]])
    expect(shown).toMatchObject({ code: 'json_assertion' })
  })

  test('60,000 objects and all that is below them', async () => {
    const text = JSON.stringify(Array.from({ length: 60_000 }, (_, id) => ({ id })))
    const pause = await longestPause(async () => {
      const found = await lookAtJson(text, [['$..id', 'count', 60_000]])
      expect(found.code).toBe('ok')
    })
    expect(pause).toBeLessThan(250)
  })

  test('a path without end neither outlives the deadline nor holds up the rest', async () => {
    // Small, yet every element is compared with all below all others.
    const text = JSON.stringify(Array.from({ length: 4000 }, (_, id) => ({ id })))
    const path = '$[?count($[?count($..id) > 1]) > 1]'
    const start = performance.now()
    const pause = await longestPause(async () => {
      const found = await lookAtJson(text, [[path, 'exists']], 500)
      expect(found).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
    })
    expect(performance.now() - start).toBeLessThan(1200)
    expect(pause).toBeLessThan(250)
  })

  test('a pattern in a path is no way to hang us', async () => {
    const text = JSON.stringify([`${'a'.repeat(5000)}!`])
    const found = await lookAtJson(text, [['$[?match(@, "(a+)+")]', 'notExists']])
    expect(found.code).toBe('ok')
  })
})
