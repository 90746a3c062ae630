import { expect, test } from 'vitest'
import { InvalidInput, parseInput } from '../../src/kernel/index.ts'
import { PROBES } from '../../src/probes/index.ts'

const { HTTP, API } = PROBES

function refused(options: unknown): string[] {
  try {
    parseInput(API.options, options)
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.violations.map(({ path, code, message }) => `${code}: ${path} ${message}`)
  }
}

const one = (assertion: unknown) => refused({ assertions: [assertion] })

test('nothing given is what HTTP asks, and no assertion', () => {
  expect(parseInput(API.options, {})).toEqual({ ...parseInput(HTTP.options, {}), assertions: [] })
})

test('what was kept is taken again as it is', () => {
  const assertions = [
    { path: '$.status', op: 'equals', value: null },
    { path: '$.gone', op: 'notExists' },
    { path: '$..a[?match(@.b, "x.*")]', op: 'count', value: 0 },
  ]
  const kept = parseInput(API.options, { assertions })
  expect(kept.assertions[1]).toEqual({ path: '$.gone', op: 'notExists', value: null })
  expect(parseInput(API.options, kept)).toEqual(kept)
})

test.each(['', 'status', '$.', '$[', '$.a[?nope(@)]', '$[?@..a == 1]', 5, `$[?${'('.repeat(400)}`])(
  'the path %j is none',
  (path) => {
    const [said, ...others] = one({ path, op: 'exists' })
    expect(said).toMatch(/: assertions\[0\]\.path must be a JSONPath, such as \$\.status, not /)
    expect(others).toEqual([])
  },
)

test.each<[object, string]>([
  [{ op: 'exists', value: 1 }, 'must be left out with exists, not 1'],
  [{ op: 'count' }, 'must be a whole number from 0 with count'],
  [{ op: 'count', value: -1 }, 'must be a whole number from 0 with count, not -1'],
  [{ op: 'lessThan', value: '5' }, 'must be a number with lessThan, not "5"'],
  [{ op: 'equals' }, 'must be given with equals'],
  [{ op: 'equals', value: ['x'.repeat(500)] }, 'must be at most 500 characters as JSON'],
  [
    { op: 'matches', value: 'a(?=b)' },
    'must be a pattern RE2 can read, of at most 500 characters, with matches, not "a(?=b)"',
  ],
])('%j is refused', (rest, said) => {
  expect(one({ path: '$.a', ...rest })).toEqual([`format: assertions[0].value ${said}`])
})

test('a value nested without end is refused, not tripped over', () => {
  const value: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))
  expect(one({ path: '$.a', op: 'equals', value })).toEqual([
    'format: assertions[0].value must be at most 500 characters as JSON',
  ])
})

test('what is no assertion, and too many of them', () => {
  const OPS =
    'exists, notExists, count, equals, notEquals, contains, matches, lessThan, greaterThan'
  expect(one({ path: '$.a', op: 'is' })).toEqual([
    `enum: assertions[0].op must be one of ${OPS}, not "is"`,
  ])
  expect(one('$.a')).toEqual([
    'type: assertions[0] must be an object like {"path": "$.status", "op": "equals", "value": "ok"}, not "$.a"',
  ])
  expect(one({ path: '$.a', op: 'exists', colour: 1 })[0]).toContain('unknown_field')
  const many = Array.from({ length: 21 }, () => ({ path: '$.a', op: 'exists' }))
  expect(refused({ assertions: many })).toEqual([
    'length: assertions must be a list of at most 20 assertions',
  ])
  expect(refused({ method: 'HEAD', assertions: many.slice(1) })).toEqual([
    'conflict: assertions must be empty with HEAD, whose answer has no body',
  ])
  expect(refused({ method: 'HEAD', bodyMatches: 'x' })).toHaveLength(1)
})

test('what is expected reads as a person would say it', () => {
  const assertions = [{ path: '$.status', op: 'equals', value: 'ok' }] as const
  const expected = (options: unknown) => API.expected(parseInput(API.options, options))
  expect(expected({})).toBe('HTTP 200–299')
  expect(expected({ assertions })).toBe('HTTP 200–299, $.status should equal "ok"')
  expect(expected({ assertions: [...assertions, ...assertions] })).toMatch(/"ok", 1 more$/)
})
