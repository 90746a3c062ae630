import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { InvalidInput, parseInput } from '../../src/kernel/index.ts'
import { PROBES } from '../../src/probes/index.ts'
import { bytesOf } from '../../src/probes/port-bytes.ts'

const { PORT } = PROBES

const read = (options: unknown) => parseInput(PORT.options, options)

function refused(work: () => unknown): string {
  try {
    return `taken: ${JSON.stringify(work())}`
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    return error.violations
      .map(({ path, code, message }) => `${path} ${code} ${message}`.trim())
      .join('; ')
  }
}

describe('addresses', () => {
  test.each([
    ['play.example.com:25565', 'play.example.com:25565'],
    ['  Play.Example.COM:1 ', 'play.example.com:1'],
    ['[2001:DB8::1]:65535', '[2001:db8::1]:65535'],
    ['[::ffff:1.2.3.4]:53', '[::ffff:1.2.3.4]:53'],
    ['10.0.0.7:53', '10.0.0.7:53'],
    ['müller.example:80', 'müller.example:80'],
    ['my_db:5432', 'my_db:5432'],
    ['localhost:22', 'localhost:22'],
    ['shop.example.:443', 'shop.example.:443'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(parseInput(PORT.address, typed)).toBe(kept)
  })

  test.each([
    'example.com',
    'example.com:',
    'example.com:0',
    'example.com:65536',
    'example.com:080',
    'example.com:1:2',
    'example.com:22/ssh',
    'example.com:22?x',
    'tcp://example.com:22',
    'https://example.com',
    'user@example.com:22',
    'exa mple.com:22',
    'a..b:22',
    `${'a'.repeat(64)}:22`,
    `${'a.'.repeat(126)}ab:22`,
    '%31.example:22',
    'a\u0000b:22',
    '::1:22',
    '2001:db8::1',
    '[::1]',
    '[::1:22',
    '[:::1]:22',
    '[fe80::1%eth0]:22',
    '[example.com]:22',
    '-:x',
    ':22',
    '',
    `${'a'.repeat(3000)}:22`,
    '1.2.3.4.5:22',
    '256.1.1.1:22',
    'a\uD800:22',
  ])('%o is refused', (typed) => {
    expect(refused(() => parseInput(PORT.address, typed))).toMatch(/^(?:format|length) must /)
  })

  test('the sentence says what is missing', () => {
    const says = (typed: string) => refused(() => parseInput(PORT.address, typed))
    expect(says('example.com')).toMatch(/must name the port too/)
    expect(says('tcp://a:1')).toMatch(/must be a host and a port alone/)
    expect(says('2001:db8::1')).toMatch(/must put IPv6 in brackets/)
  })
})

describe('options', () => {
  test('all have defaults', () => {
    expect(read({})).toEqual({
      isAllowIp4: true,
      isAllowIp6: true,
      portProtocol: 'TCP',
      send: null,
      expect: null,
      encoding: 'text',
    })
  })

  test('an empty text asks for nothing', () => {
    expect(read({ send: '', expect: '' })).toMatchObject({ send: null, expect: null })
  })

  test.each([
    [{ portProtocol: 'SCTP' }, /^portProtocol enum must be TCP or UDP/],
    [{ encoding: 'base64' }, /^encoding enum must be text or hex/],
    [{ isAllowIp4: false, isAllowIp6: false }, /^isAllowIp6 conflict/],
    [{ isAllowIp4: 'yes' }, /^isAllowIp4 type/],
    [{ send: 5 }, /^send type must be text or null/],
    [{ send: 'a\\q' }, /^send format must be text in which/],
    [{ send: 'a\\' }, /^send format/],
    [{ send: '\\x4' }, /^send format/],
    [{ expect: '\uD800' }, /^expect format/],
    [{ send: 'abc', encoding: 'hex' }, /^send format must be pairs of hex digits/],
    [{ send: 'zz', encoding: 'hex' }, /^send format/],
    [{ send: 'x'.repeat(1025) }, /^send length must be at most 1024 bytes/],
    [{ expect: 'ü'.repeat(513) }, /^expect length/],
    [{ expect: '00'.repeat(1025), encoding: 'hex' }, /^expect length/],
    [{ sned: 'x' }, /^sned unknown_field/],
  ])('%o is refused', (options, says) => {
    expect(refused(() => read(options))).toMatch(says)
  })

  test('the longest are taken', () => {
    for (const send of ['x'.repeat(1024), '\\x00'.repeat(1024)])
      expect(read({ send })).toMatchObject({ send })
    expect(read({ expect: 'ff '.repeat(1024), encoding: 'hex' })).toMatchObject({})
  })

  test.each([
    ['a\\r\\n\\t\\x41\\xff', 'text', '610d0a0941ff'],
    ['\\\\x41', 'text', '5c783431'],
    ['ü\n', 'text', 'c3bc0a'],
    ['FF fF\n00', 'hex', 'ffff00'],
  ] as const)('%s in %s is %s', (text, encoding, hex) => {
    expect(bytesOf(text, encoding)?.toString('hex')).toBe(hex)
  })
})

test.each([
  [{}, 'port open'],
  [{ portProtocol: 'UDP' }, 'a reply'],
  [{ expect: '220' }, 'a reply containing "220"'],
  [{ expect: 'ff0a', encoding: 'hex', portProtocol: 'UDP' }, 'a reply containing bytes ff0a'],
])('%o expects %s', (options, says) => {
  expect(PORT.expected(read(options))).toBe(says)
})

test('the queries of the documentation are what they say', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/ports.md'), 'utf8')
  const rows = [...text.matchAll(/^\|[^|]+\| `([^`]+)` +\| `([\da-f ]+)` +\|/gm)]
  const queries = rows.map(([, url, send]) => {
    expect(parseInput(PORT.address, url)).toBe(url)
    return bytesOf(read({ send, encoding: 'hex' }).send!, 'hex')!
  })
  const [source, dns, ntp] = queries
  expect(queries).toHaveLength(3)
  expect(source!.toString('latin1')).toBe('\u00FF\u00FF\u00FF\u00FFTSource Engine Query\0')
  // Its header, the root's name, NS, IN.
  expect(dns!.toString('hex')).toBe(`757001000001${'0000'.repeat(3)}0000020001`)
  expect([ntp!.length, ntp![0]]).toEqual([48, 0b00_100_011])
})
