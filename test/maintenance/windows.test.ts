import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, toIso } from '../../src/kernel/index.ts'
import { overlapMs } from '../../src/maintenance/index.ts'
import { isCron } from '../../src/kernel/index.ts'
import { startAfter, windowAfter } from '../../src/maintenance/windows.ts'

const at = (iso: string): number => Date.parse(`${iso}Z`)

/** The next windows after a moment, by UTC. */
function windows(cron: string, timezone: string, after: string, count: number, hours = 1) {
  const plan = { cron, timezone, durationMs: hours * HOUR }
  const found: string[] = []
  let now = at(after)
  while (found.length < count) {
    const window = windowAfter(plan, now)!
    found.push(`${toIso(window.from).slice(5, 16)} ${toIso(window.to).slice(5, 16)}`)
    now = window.to
  }
  return found
}

describe('a nightly window at 02:30 in Berlin', () => {
  test('keeps its local time when summer begins, and comes after the gap where that is none', () => {
    expect(windows('30 2 * * *', 'Europe/Berlin', '2027-03-26T12:00', 3)).toEqual([
      '03-27T01:30 03-27T02:30',
      '03-28T01:00 03-28T02:00',
      '03-29T00:30 03-29T01:30',
    ])
  })

  test('comes once when summer ends, though that time comes twice', () => {
    expect(windows('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00', 2)).toEqual([
      '10-25T00:30 10-25T01:30',
      '10-26T01:30 10-26T02:30',
    ])
  })

  test('is as long as ever when clocks change inside it', () => {
    expect(windows('30 1 * * 0', 'Europe/Berlin', '2027-03-25T12:00', 1, 2)).toEqual([
      '03-28T00:30 03-28T02:30',
    ])
  })
})

test('a window that has begun is the next one until it ends', () => {
  const once = { startsAt: at('2027-03-01T22:00'), endsAt: at('2027-03-02T00:00') }
  const asked = (iso: string) => windowAfter(once, at(iso))
  const whole = { from: once.startsAt, to: once.endsAt }
  expect(asked('2027-03-01T12:00')).toEqual(whole)
  expect(asked('2027-03-01T23:59')).toEqual(whole)
  expect(asked('2027-03-02T00:00')).toBeNull()
  expect(startAfter(once, once.startsAt - 1)).toBe(once.startsAt)
  expect(startAfter(once, once.startsAt)).toBeNull()
  const daily = { cron: '0 22 * * *', timezone: 'UTC', durationMs: 2 * HOUR }
  expect(windowAfter(daily, at('2027-03-01T23:59'))).toEqual(whole)
  expect(windowAfter(daily, at('2027-03-02T00:00'))).toEqual({
    from: whole.from + DAY,
    to: whole.to + DAY,
  })
  expect(startAfter(daily, at('2027-03-01T23:00'))).toBe(whole.from + DAY)
})

test.each([
  ['0 2 * * 6', true],
  ['*/15 0-6 1,15 * *', true],
  ['0 2 * * sat', true],
  ['0 0 29 2 *', true],
  ['0 0 30 2 *', false],
  ['0 2 * *', false],
  ['0 0 2 * * *', false],
  ['@daily', false],
  ['61 2 * * *', false],
  ['', false],
  ['2027-03-01T00:00:00', false],
])('%j as cron fields: %s', (text, is) => {
  expect(isCron(text)).toBe(is)
})

describe('what two spans share', () => {
  const minute = fc.integer({ min: 0, max: 60 })
  const span = fc.tuple(minute, minute).map(([a, b]) => ({
    from: Math.min(a, b),
    to: Math.max(a, b),
  }))

  test('is each moment counted once, however windows lie over each other', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 6 }), span, (many, { from, to }) => {
        const moments = Array.from({ length: to - from }, (_, index) => from + index)
        const plain = moments.filter((it) => many.some((w) => w.from <= it && it < w.to)).length
        const shared = overlapMs(many, from, to)
        expect(shared).toBe(plain)
        expect(shared).toBeLessThanOrEqual(to - from)
      }),
    )
  })

  test('is nothing where they only touch', () => {
    const window = { from: 10 * MINUTE, to: 20 * MINUTE }
    expect(overlapMs([window], 0, 10 * MINUTE)).toBe(0)
    expect(overlapMs([window], 20 * MINUTE, 30 * MINUTE)).toBe(0)
    expect(overlapMs([], 0, 30 * MINUTE)).toBe(0)
  })
})
