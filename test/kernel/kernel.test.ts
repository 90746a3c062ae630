import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  Bell,
  cleanName,
  cut,
  FAULTS,
  plain,
  quietLog,
  StopPart,
  supervise,
  toIso,
} from '../../src/kernel/index.ts'
import { HandClock } from '../support/clock.ts'
import { until } from '../support/until.ts'

test('every refusal is a sentence, and none of the words that blame', () => {
  for (const { says } of Object.values(FAULTS)) {
    expect(says).toMatch(/^(?:[A-Z]|\{name\})/)
    expect(says).toMatch(/\.$|link-code$/)
    expect(says).not.toMatch(/\b(?:error|invalid|failed|please)\b|!/i)
  }
})

test.each([
  ['a name turned round', 'a\u202Egpj.exe', 'agpj.exe'],
  ['lines and a heading', 'a\n# big', 'a # big'],
  ['nothing left', '\u200B\u2060\uFEFF', '(no name)'],
  ['marks in heaps', `a${'\u0316'.repeat(40)}`, `a${'\u0316'.repeat(3)}`],
  ['an escape sequence', '\u001B[31mred', '[31mred'],
  ['a family is one', '👩‍👩‍👧', '👩‍👩‍👧'],
  ['a joiner that hides', 'a\u200Db', 'ab'],
])('%s is made plain', (_, given, shown) => {
  expect(plain(given, 50)).toBe(shown)
})

const PIECES =
  'a,  ,\n,\u2028,\u0000,\u009B,\u202E,\u2066,\u200D,\u0316,\uD83D,\uDE00,👩,\uFE0F,\u05D0,\u{E0041},@everyone,\u001B['
const hostile = fc.string({ unit: fc.constantFrom(...PIECES.split(',')), maxLength: 80 })

test('whatever it is, plain text is one line, well formed, not empty and not too long', () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 12, max: 60 }), (text, max) => {
      const shown = plain(text, max)
      expect(shown.length > 0 && shown.length <= max && shown.isWellFormed()).toBe(true)
      expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029\u202A-\u202E]/u)
      expect(cut(text.toWellFormed(), max).length).toBeLessThanOrEqual(max)
    }),
  )
})

test('a name is 1 to 50 characters without control characters', () => {
  expect(cleanName('  Shop  ')).toBe('Shop')
  expect([
    cleanName(''),
    cleanName('a\nb'),
    cleanName('x'.repeat(51)),
    cleanName('\uD800'),
  ]).toEqual(Array.from({ length: 4 }))
  expect(cleanName('😀'.repeat(50))).toHaveLength(100)
})

test('a ring while nobody waits is kept, and cuts the next wait short', async () => {
  const [clock, bell] = [new HandClock(), new Bell()]
  bell.ring()
  await bell.wait(clock, 1000, new AbortController().signal)
  const waiting = bell.wait(clock, 1000, new AbortController().signal)
  await clock.turn(1000)
  await waiting
  expect(clock.monotonic()).toBe(1000)
})

test('a part that fails is tried again ever later, comes back, and stops for good when it says so', async () => {
  const clock = new HandClock()
  const begun: number[] = []
  await using part = supervise(
    'chat',
    { clock, chance: { random: () => 0.5, bytes: (size) => new Uint8Array(size) }, log: quietLog },
    async (_, ready) => {
      begun.push(clock.monotonic())
      if (begun.length === 4) ready()
      if (begun.length === 6) throw new StopPart('token refused')
      throw new Error('away')
    },
  )
  await clock.asleep()
  await until('stopped', async () => {
    await clock.turn(500)
    return part.state() === 'stopped'
  })
  expect(begun).toEqual([0, 1000, 3000, 7000, 8000, 10_000])
})

test('an instant is shown as JavaScript shows it, in every year', () => {
  const furthest = 8.64e15
  const lately = fc.integer({ min: 1.7e12, max: 1.9e12 })
  const any = fc.double({ min: -furthest, max: furthest, noNaN: true })
  fc.assert(
    fc.property(
      fc.oneof(
        lately,
        any,
        fc.maxSafeInteger().map((at) => at % furthest),
      ),
      (at) => {
        expect(toIso(at)).toBe(new Date(at).toISOString())
      },
    ),
  )
  expect(() => toIso(NaN)).toThrow(RangeError)
})
