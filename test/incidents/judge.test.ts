import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge, type JudgePolicy, type JudgeState, UNJUDGED } from '../../src/incidents/index.ts'

const usual: JudgePolicy = { confirmations: 2, recovery: 1, degradedMs: 100 }
const SEEN = { '.': 'up', x: 'down', y: 'down', s: 'up', r: 'degraded', '?': 'unknown' } as const
type Mark = keyof typeof SEEN

/**
 * `.` well, `x` and `y` failures of two kinds, `s` slow, `r` degraded by the probe, `?` not looked.
 * Verdicts: `o` opened, `c` another cause, `r` resolved, `b` a blip; states: p u d D (down).
 */
function play(checks: string, policy: JudgePolicy) {
  let state: JudgeState = UNJUDGED
  let [verdicts, states] = ['', '']
  const incidents: { startedAt: number; detectedAt?: number; resolvedAt?: number }[] = []
  for (const [at, mark] of checks.split('').entries()) {
    const status = SEEN[mark as Mark]
    const look = {
      at: at * 10,
      finishedAt: at * 10 + 1,
      status,
      ms: mark === 's' ? 200 : 10,
      code: mark,
    }
    const judged = judge(state, look, policy)
    state = judged.state
    verdicts += { opened: 'o', recaused: 'c', resolved: 'r', blip: 'b', none: '-' }[
      judged.verdict?.kind ?? 'none'
    ]
    states += { pending: 'p', up: 'u', degraded: 'd', down: 'D' }[state.status]
    if (judged.verdict?.kind === 'opened') incidents.push(judged.verdict)
    if (judged.verdict?.kind === 'resolved')
      incidents.at(-1)!.resolvedAt = judged.verdict.resolvedAt
  }
  return { verdicts, states, incidents }
}

test.each([
  ['a first success says up', '.', '-', 'u', usual],
  ['a slow first success says up', 's.', '--', 'uu', usual],
  ['one failure is a blip, not news', '.x.', '--b', 'uuu', usual],
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
  [
    'slow never counts where no limit is set',
    '.sss',
    '----',
    'uuuu',
    { ...usual, degradedMs: null },
  ],
])('%s: %s', (_, checks, verdicts, states, policy) => {
  expect(play(checks, policy)).toMatchObject({ verdicts, states })
})

test('an outage lasts from the first failure of its streak to the first success of the other', () => {
  expect(play('.xxx..x..', { ...usual, confirmations: 3, recovery: 2 }).incidents).toEqual([
    { kind: 'opened', startedAt: 10, detectedAt: 31, failures: 3, resolvedAt: 40 },
  ])
})

const checks = fc.string({ unit: fc.constantFrom('.', 'x', 'y', 's', 'r', '?'), maxLength: 60 })
const policies = fc.record({
  confirmations: fc.integer({ min: 1, max: 5 }),
  recovery: fc.integer({ min: 1, max: 5 }),
  degradedMs: fc.constantFrom(null, 100),
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
