import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  judge,
  type JudgePolicy,
  type JudgeState,
  judgeSpeed,
  UNJUDGED,
} from '../../src/incidents/index.ts'
import { HOUR } from '../../src/kernel/index.ts'
import { well } from '../support/eye.ts'

const usual: JudgePolicy = { confirmations: 2, recovery: 1, apartMs: 0, unseenAfterMs: HOUR }
const SEEN = {
  '.': ['up', 'ok'],
  x: ['down', 'connect_refused'],
  y: ['down', 'http_status'],
  s: ['degraded', 'slow'],
  r: ['degraded', 'redirect_downgrade'],
  e: ['degraded', 'cert_expiring'],
  '?': ['unknown', 'probe_overloaded'],
} as const
type Mark = keyof typeof SEEN
const LETTERS: Readonly<Record<string, string>> = {
  opened: 'o',
  recaused: 'c',
  resolved: 'r',
  blip: 'b',
}

/**
 * `.` well, `x` and `y` failures of two kinds, `s` slow, `r` degraded otherwise, `e` expiring, `?` not
 * looked. Verdicts: `o` opened, `c` another cause, `r` resolved, `b` a blip; states: p u d D (down).
 */
function play(checks: string, policy: JudgePolicy) {
  let state: JudgeState = UNJUDGED
  let [verdicts, states] = ['', '']
  const incidents: { startedAt: number; detectedAt?: number; resolvedAt?: number }[] = []
  const spells: { from: number; to?: number; isWorse?: boolean }[] = []
  for (const [at, mark] of checks.split('').entries()) {
    const [status, code] = SEEN[mark as Mark]
    const judged = judge(state, { at: at * 10, finishedAt: at * 10 + 1, status, code }, policy)
    state = judged.state
    verdicts += judged.verdicts.map(({ kind }) => LETTERS[kind] ?? '').join('') || '-'
    states += { pending: 'p', up: 'u', degraded: 'd', down: 'D' }[state.status]
    for (const verdict of judged.verdicts) {
      if (verdict.kind === 'opened') incidents.push(verdict)
      if (verdict.kind === 'resolved') incidents.at(-1)!.resolvedAt = verdict.resolvedAt
      if (verdict.kind === 'degraded') spells.push({ from: verdict.startedAt })
      if (verdict.kind === 'improved')
        Object.assign(spells.at(-1)!, { to: verdict.at, isWorse: verdict.isWorse })
    }
  }
  return { verdicts, states, incidents, spells }
}

test.each([
  ['a first success says up', '.', '-', 'u', usual],
  ['a slow first success says up', 's.', '--', 'uu', usual],
  ['one failure is a blip, not news', '.x.', '--b', 'uuu', usual],
  ['two glances at once are one', '.xx', '---', 'uuu', { ...usual, apartMs: 11 }],
  ['the next far enough apart confirms', '.xxx', '---o', 'uuuD', { ...usual, apartMs: 11 }],
  ['as far apart as must be', '.xx', '--o', 'uuD', { ...usual, apartMs: 10 }],
  ['a success in between starts the count again', '.x.x.', '--b-b', 'uuuuu', usual],
  ['the confirming failure opens', '.xx', '--o', 'uuD', usual],
  ['a new monitor that never worked opens too', 'xx', '-o', 'pD', usual],
  ['a new monitor opens at once when one is enough', 'x', 'o', 'D', { ...usual, confirmations: 1 }],
  ['a failure of another kind confirms as well', '.xy', '--o', 'uuD', usual],
  ['still down is no news', '.xxxx', '--o--', 'uuDDD', usual],
  ['another cause is told', '.xxyyx', '--oc-c', 'uuDDDD', usual],
  ['the first success resolves', '.xx.', '--or', 'uuDu', usual],
  ['recovery may take several', '.xx.x...', '--o----r', 'uuDDDDDu', { ...usual, recovery: 3 }],
  ['not having looked changes nothing', '.x?x?.', '---o-r', 'uuuDDu', usual],
  ['slow is degraded when confirmed', '.ss', '---', 'uud', usual],
  ['slow once is nothing', '.s.s.', '-----', 'uuuuu', usual],
  ['one quick look ends degraded', '.ss.', '----', 'uudu', usual],
  ['what the probe calls degraded counts as slow', '.rr', '---', 'uud', usual],
  ['back from down but slow is degraded', '.xxs', '--or', 'uuDd', usual],
  ['down out of degraded', '.ssxx.', '----or', 'uuddDu', usual],
  ['what expires is up all the same', '.eeee', '-----', 'uuuuu', usual],
])('%s: %s', (_, checks, verdicts, states, policy) => {
  expect(play(checks, policy)).toMatchObject({ verdicts, states })
})

test('an outage lasts from the first failure of its streak to the first success of the other', () => {
  expect(play('.xxx..x..', { ...usual, confirmations: 3, recovery: 2 }).incidents).toEqual([
    { kind: 'opened', startedAt: 10, detectedAt: 31, failures: 3, resolvedAt: 40 },
  ])
})

const checks = fc.string({ unit: fc.constantFrom(...(Object.keys(SEEN) as Mark[])), maxLength: 60 })
const policies = fc.record({
  confirmations: fc.integer({ min: 1, max: 5 }),
  recovery: fc.integer({ min: 1, max: 5 }),
  apartMs: fc.constant(0),
  unseenAfterMs: fc.constant(HOUR),
})

test('openings and resolutions alternate, and each happens exactly when its streak is complete', () => {
  fc.assert(
    fc.property(checks, policies, (history, policy) => {
      const { verdicts, states } = play(history, policy)
      expect(verdicts.replaceAll(/[^or]/g, '')).toMatch(/^(or)*o?$/)
      // Streaks stand still while nothing is seen, so those looks are left out of the picture.
      let [seen, isDown] = ['', false]
      for (const [at, mark] of history.split('').entries()) {
        if (mark !== '?') seen += /[xy]/.test(mark) ? 'x' : '.'
        const { confirmations, recovery } = policy
        const opens = mark !== '?' && !isDown && seen.endsWith('x'.repeat(confirmations))
        const ends = mark !== '?' && isDown && seen.endsWith('.'.repeat(recovery))
        expect(verdicts[at] === 'o').toBe(opens)
        expect(verdicts[at] === 'r').toBe(ends)
        isDown = (isDown || opens) && !ends
        expect(states[at] === 'D').toBe(isDown)
      }
    }),
  )
})

test('incidents never overlap, and begin before they are noticed and before they end', () => {
  fc.assert(
    fc.property(checks, policies, (history, policy) => {
      let last = -1
      for (const { startedAt, detectedAt, resolvedAt } of play(history, policy).incidents) {
        expect(startedAt).toBeGreaterThan(last)
        expect(detectedAt).toBeGreaterThanOrEqual(startedAt)
        last = resolvedAt ?? Infinity
        expect(last).toBeGreaterThan(startedAt)
      }
    }),
  )
})

test('a spell of being degraded has its ends, and says whether it was followed by worse', () => {
  expect(play('.sss..ssxx', usual).spells).toEqual([
    { from: 10, to: 40, isWorse: false },
    { from: 60, to: 80, isWorse: true },
  ])
  expect(play('.xxss.', usual).spells).toEqual([{ from: 30, to: 50, isWorse: false }])
})

test('spells never overlap, and none lasts while the monitor is anything else', () => {
  fc.assert(
    fc.property(checks, policies, (history, policy) => {
      const { states, spells } = play(history, policy)
      let last = -1
      for (const { from, to } of spells) {
        expect(from).toBeGreaterThanOrEqual(last)
        last = to ?? Infinity
        expect(last).toBeGreaterThan(from)
      }
      expect(spells.at(-1)?.to === undefined && spells.length > 0).toBe(states.endsWith('d'))
    }),
  )
})

test('replaying the looks gives the same judgement', () => {
  fc.assert(
    fc.property(checks, policies, (history, policy) => {
      expect(play(history, policy)).toEqual(play(history, policy))
    }),
  )
})

test('a good answer slower than the limit is degraded, at the limit it is not', () => {
  const slow = { ...well, durationMs: 1500 }
  expect(judgeSpeed(slow, 1000)).toMatchObject({
    status: 'degraded',
    code: 'slow',
    message: 'answered in 1500 ms, slower than 1000 ms',
  })
  expect(judgeSpeed(slow, 1500)).toBe(slow)
  expect(judgeSpeed(slow, null)).toBe(slow)
  const down = { ...slow, status: 'down', code: 'http_status' } as const
  expect(judgeSpeed(down, 1000)).toBe(down)
})
