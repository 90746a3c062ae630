import { describe, expect, test } from 'vitest'
import { commandNamed } from '../../../bots/commands/catalogue.ts'
import { quoteArgument, quoteWord, readOptions, wordsOf } from '../../../bots/commands/line.ts'
import { distance, nearest } from '../../../src/kernel/nearest.ts'
import { parseDuration } from '../../../bots/commands/options.ts'

function read(line: string) {
  const [first, ...words] = wordsOf(line)
  return readOptions(commandNamed(first!.text)!.options, words)
}

describe('a typed line', () => {
  test.each([
    ['show shop', { monitor: 'shop' }],
    ['show Main shop', { monitor: 'Main shop' }],
    ['show "Main shop"', { monitor: 'Main shop' }],
    ['show “Main shop”', { monitor: 'Main shop' }],
    ["show 'Main shop'", { monitor: 'Main shop' }],
    ["show Ann's shop", { monitor: "Ann's shop" }],
    [String.raw`show "the \"old\" shop"`, { monitor: 'the "old" shop' }],
    ['show monitor=shop', { monitor: 'shop' }],
    ['pause shop', { monitor: 'shop' }],
    ['pause shop 2h', { monitor: 'shop', for: '2h' }],
    ['pause Main shop 2h', { monitor: 'Main shop', for: '2h' }],
    ['pause shop for 2h', { monitor: 'shop', for: '2h' }],
    ['pause shop for=90m', { monitor: 'shop', for: '90m' }],
    ['pause for=90m shop', { monitor: 'shop', for: '90m' }],
    [
      'pause shop 2h moving to a new rack',
      { monitor: 'shop', for: '2h', reason: 'moving to a new rack' },
    ],
    ['pause shop reason="new rack"', { monitor: 'shop', reason: 'new rack' }],
    ['pause shop yesterday', { monitor: 'shop', for: 'yesterday' }],
    ['pause "30m" 30m', { monitor: '30m', for: '30m' }],
    ['pause 30m', { monitor: '30m' }],
    ['add https://x.example/?a=b', { url: 'https://x.example/?a=b' }],
    [
      'add https://x.example Main shop 1m',
      { url: 'https://x.example', name: 'Main shop', interval: '1m' },
    ],
    [
      'add https://x.example 1m Main shop',
      { url: 'https://x.example', name: 'Main shop', interval: '1m' },
    ],
    ['add https://x.example name="Main shop"', { url: 'https://x.example', name: 'Main shop' }],
    ['add https://x.example "5m"', { url: 'https://x.example', name: '5m' }],
    ['list', {}],
    ['list down', { filter: 'down' }],
    ['list 2', { page: '2' }],
    ['list down 2', { filter: 'down', page: '2' }],
    ['list down page 2', { filter: 'down', page: '2' }],
    ['incidents Main shop page=3', { monitor: 'Main shop', page: '3' }],
    ['link abcd 2345', { code: 'abcd 2345' }],
    ['ack #128', { incident: '#128' }],
  ])('%s', (line, given) => {
    expect(read(line)).toEqual({ given })
  })

  test.each([
    ['pause shop every=5m', { unknownKey: 'every' }],
    ['whoami really', { surplus: 'really' }],
    ['list down 2 3', { surplus: '3' }],
  ])('%s is said to be a slip', (line, slip) => {
    expect(read(line)).toEqual(slip)
  })

  test.each(['plain', 'two words', 'a "quoted" one', String.raw`back\slash`, '', "Ann's", '„low“'])(
    'a quoted word is read back: %s',
    (word) => {
      expect(wordsOf(quoteWord(word)).map(({ text }) => text)).toEqual([word])
    },
  )

  test('an argument of the shell keeps its key', () => {
    expect(quoteArgument('name=Main shop')).toBe('name="Main shop"')
    expect(quoteArgument('Main shop')).toBe('"Main shop"')
  })
})

test.each([
  ['90s', 90_000],
  ['5min', 300_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1h30m', 5_400_000],
  ['2 h', 7_200_000],
  ['1d', 86_400_000],
  ['5', undefined],
  ['soon', undefined],
  ['-5m', undefined],
  ['', undefined],
])('%s is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})

test.each([
  ['status', 'status', 0],
  ['stauts', 'status', 1],
  ['paus', 'pause', 1],
  ['', 'ack', 3],
  ['show', 'list', 4],
])('from %s to %s it is %i', (from, to, far) => {
  expect(distance(from, to)).toBe(far)
})

test('the nearest name may be near in one of its words', () => {
  const names = ['Payments', 'Main shop', 'Search', 'Ship']
  expect(nearest('shpo', names, (it) => it, 2)).toEqual(['Main shop', 'Ship'])
})
