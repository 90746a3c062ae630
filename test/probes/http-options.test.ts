import { describe, expect, test } from 'vitest'
import { InvalidInput, parseInput } from '../../src/kernel/index.ts'
import { PROBES } from '../../src/probes/index.ts'

const { HTTP } = PROBES

/** Every violation as one line, as a person reads it. */
function complaints(parse: () => unknown): string[] {
  try {
    parse()
    return []
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.violations.map(({ path, code, message }) => `${code}: ${path} ${message}`.trim())
  }
}

const refused = (options: unknown) => complaints(() => parseInput(HTTP.options, options))

test('nothing given is a plain GET', () => {
  expect(parseInput(HTTP.options, {})).toEqual({
    method: 'GET',
    headers: {},
    body: null,
    expectedStatuses: ['200-299'],
    maxRedirects: 5,
    tlsVerify: true,
    bodyContains: null,
    bodyNotContains: null,
    bodyMatches: null,
    warnDays: [30, 14, 7, 3, 1],
    isAllowIp4: true,
    isAllowIp6: true,
  })
})

test('what was kept is taken again as it is', () => {
  const given = {
    method: 'POST',
    headers: { 'X-Key': ' k ', Host: 'shop.example' },
    body: '{}',
    expectedStatuses: ['200', ' 301-308 '],
    bodyContains: 'ok',
    isAllowIp6: false,
  }
  const kept = parseInput(HTTP.options, given)
  expect(kept.headers).toEqual({ 'x-key': 'k', host: 'shop.example' })
  expect(kept.expectedStatuses).toEqual(['200', '301-308'])
  expect(parseInput(HTTP.options, kept)).toEqual(kept)
  expect(parseInput(HTTP.options, { headers: null, body: null })).toMatchObject({ headers: {} })
})

describe('refused', () => {
  const METHODS = 'must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
  const LIST = 'must be a list of 1 to 20 statuses, like ["200-299"]'
  const STATUS = 'must be a status like "200" or a range like "200-299"'
  const TEXT = 'must be text of 1 to 500 characters or null'
  const PATTERN = 'must be a pattern of 1 to 500 characters or null'
  const RE2 =
    'must be a pattern RE2 can read, such as "version \\\\d+"; it knows no look-around and no references back'
  test.each<[unknown, string[]]>([
    [{ bodyMatches: '' }, [`length: bodyMatches ${PATTERN}`]],
    [{ bodyMatches: `(${'x'.repeat(500)}` }, [`length: bodyMatches ${PATTERN}`]],
    [{ bodyMatches: 5 }, [`type: bodyMatches ${PATTERN}`]],
    ...['(a', 'a(?=b)', '(a)\\1', '((a{100}){100})'].map((bodyMatches): [unknown, string[]] => [
      { bodyMatches },
      [`format: bodyMatches ${RE2}`],
    ]),
    [
      { method: 'HEAD', bodyMatches: 'x' },
      ['conflict: bodyMatches must be null with HEAD, whose answer has no body'],
    ],
    ['GET', ['type:  must be an object like {"method": "GET"}, not "GET"']],
    [{ colour: 1 }, ['unknown_field: colour is not a field we know']],
    [{ method: 'TRACE' }, [`enum: method ${METHODS}, not "TRACE"`]],
    [{ maxRedirects: 21 }, ['range: maxRedirects must be a whole number from 0 to 20, not 21']],
    [{ maxRedirects: 1.5 }, ['type: maxRedirects must be a whole number from 0 to 20, not 1.5']],
    [{ maxRedirects: '5' }, ['type: maxRedirects must be a whole number from 0 to 20, not "5"']],
    [{ expectedStatuses: [] }, [`length: expectedStatuses ${LIST}`]],
    [{ expectedStatuses: '200' }, [`type: expectedStatuses ${LIST}, not "200"`]],
    [{ expectedStatuses: ['2xx'] }, [`format: expectedStatuses[0] ${STATUS}, not "2xx"`]],
    [{ expectedStatuses: ['299-200'] }, [`format: expectedStatuses[0] ${STATUS}, not "299-200"`]],
    [{ expectedStatuses: ['600'] }, [`format: expectedStatuses[0] ${STATUS}, not "600"`]],
    [{ expectedStatuses: [200] }, [`type: expectedStatuses[0] ${STATUS}, not 200`]],
    [{ tlsVerify: 'no' }, ['type: tlsVerify must be true or false, not "no"']],
    [{ bodyContains: '' }, [`length: bodyContains ${TEXT}`]],
    [{ bodyNotContains: 'x'.repeat(501) }, [`length: bodyNotContains ${TEXT}`]],
    [{ body: 'x' }, ['conflict: body must be null with GET; use POST to send one']],
    [
      { method: 'HEAD', bodyContains: 'x' },
      ['conflict: bodyContains must be null with HEAD, whose answer has no body'],
    ],
    [{ method: 'PUT', body: 'ä'.repeat(32_769) }, ['length: body must be at most 64 KiB']],
    [
      { isAllowIp4: false, isAllowIp6: false },
      ['conflict: isAllowIp6 must be true where isAllowIp4 is false, not false'],
    ],
    [{ headers: [] }, ['type: headers must be an object like {"accept": "application/json"}']],
    [{ headers: { a: 1 } }, ['type: headers.a must be text']],
    [
      { headers: { 'a b': 'x' } },
      ['format: headers must have names like "x-api-key", of letters, digits and -'],
    ],
    [{ headers: { a: 'x\r\ny: z' } }, ['format: headers must hold one line of Latin text for a']],
    [{ headers: { a: '\0' } }, ['format: headers must hold one line of Latin text for a']],
    [{ headers: { a: '1', A: '2' } }, ['format: headers must name each header once']],
    [
      { headers: { 'Content-Length': '1' } },
      ['format: headers must leave out content-length, which we set ourselves'],
    ],
    [{ headers: { a: 'x'.repeat(8192) } }, ['length: headers must be at most 8 KiB together']],
    [
      { headers: Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`x-${at}`, ''])) },
      ['length: headers must be at most 30 headers'],
    ],
  ])('%j', (options, said) => {
    expect(refused(options)).toEqual(said)
  })
})

describe('addresses', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    [' HTTPS://Shop.Example:8443/A/b?C=d#frag ', 'https://shop.example:8443/A/b?C=d'],
    ['http://[::1]:80/', 'http://[::1]:80/'],
    ['http://BÜCHER.example/ä', 'http://bücher.example/ä'],
    ['http://shop.example?x#y', 'http://shop.example?x'],
    ['http://shop.example/@me', 'http://shop.example/@me'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(parseInput(HTTP.address, typed)).toBe(kept)
    expect(parseInput(HTTP.address, kept)).toBe(kept)
  })

  const LIKE = 'like https://shop.example/health'
  const ADDRESS = `must be a web address ${LIKE}`
  test.each<[unknown, string]>([
    [5, `type: ${ADDRESS}, not 5`],
    ['', `format: must begin with http:// or https://, ${LIKE}, not ""`],
    ['shop.example', `format: must begin with http:// or https://, ${LIKE}, not "shop.example"`],
    ['ftp://a/', `format: must begin with http:// or https://, ${LIKE}, not "ftp://a/"`],
    ['http:shop', `format: ${ADDRESS}, not "http:shop"`],
    ['http://', `format: ${ADDRESS}, not "http://"`],
    ['http://a b/', `format: ${ADDRESS}, not "http://a b/"`],
    ['http://a/b\nc', `format: ${ADDRESS}, not "http://a/b\\nc"`],
    ['http://a:70000/', `format: ${ADDRESS}, not "http://a:70000/"`],
    ['http://a:0/', `format: ${ADDRESS}, not "http://a:0/"`],
    ['http://1.2.3.999/', `format: ${ADDRESS}, not "http://1.2.3.999/"`],
    ['http://a\\@b/', `format: ${ADDRESS}, not "http://a\\\\@b/"`],
    [
      `http://a/${'x'.repeat(2048)}`,
      `length: must be at most 2048 characters, ${LIKE}, not "http://a/${'x'.repeat(51)}…"`,
    ],
  ])('%j is refused', (typed, said) => {
    const lines = complaints(() => parseInput(HTTP.address, typed))
    expect(lines.map((line) => line.replace(':  ', ': '))).toEqual([said])
  })

  test('a password in an address is not repeated', () => {
    const [said] = complaints(() => parseInput(HTTP.address, 'https://me:hunter2@shop.example/'))
    expect(said).toContain('httpInfo.headers')
    expect(said).not.toContain('hunter2')
  })
})

const expected = (options: unknown) => HTTP.expected(parseInput(HTTP.options, options))

test('what is expected reads as a person would say it', () => {
  expect(expected({})).toBe('HTTP 200–299')
  expect(
    expected({ expectedStatuses: ['200', '301-308'], bodyContains: 'a', bodyNotContains: 'b' }),
  ).toBe('HTTP 200, 301–308 with "a" and without "b"')
  expect(expected({ bodyMatches: 'v\\d' })).toBe('HTTP 200–299 matching "v\\d"')
})
