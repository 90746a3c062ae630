import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  judge,
  type JudgePolicy,
  type JudgeState,
  UNJUDGED,
  type Verdict,
} from '../../src/incidents/index.ts'
import { DAY, HOUR, MINUTE, toIso } from '../../src/kernel/index.ts'
import type { Expiry } from '../../src/probes/index.ts'

const policy: JudgePolicy = { confirmations: 2, recovery: 1, apartMs: 0, unseenAfterMs: HOUR }

interface Seen {
  readonly at: number
  readonly verdicts: readonly Verdict[]
  readonly state: JudgeState
}

type Mark = 'well' | 'failed' | 'unseen'

const CODES = { well: 'ok', failed: 'connect_refused', unseen: 'probe_overloaded' } as const
const STATUSES = { well: 'up', failed: 'down', unseen: 'unknown' } as const

function live(
  looks: readonly { readonly at: number; readonly mark: Mark; readonly expiry?: Expiry }[],
): Seen[] {
  let state: JudgeState = UNJUDGED
  return looks.map(({ at, mark, expiry }) => {
    const look = { at, finishedAt: at + 1, status: STATUSES[mark], code: CODES[mark], expiry }
    const judged = judge(state, look, policy)
    state = judged.state
    return { at, verdicts: judged.verdicts, state }
  })
}

const kinds = (seen: readonly Seen[], ...wanted: readonly Verdict['kind'][]) =>
  seen.flatMap(({ at, verdicts }) =>
    verdicts.filter(({ kind }) => wanted.includes(kind)).map(({ kind }) => ({ at, kind })),
  )

const alternates = (events: readonly { kind: string }[], first: string): boolean =>
  events.every(({ kind }, index) => (kind === first) === (index % 2 === 0))

/** Looks some seconds to some minutes apart. */
const histories = fc
  .array(
    fc.record({
      after: fc.integer({ min: 10, max: 600 }),
      mark: fc.constantFrom<Mark>('well', 'failed', 'unseen', 'failed'),
    }),
    { maxLength: 80 },
  )
  .map((steps) => {
    let at = 0
    return steps.map(({ after, mark }) => ({ at: (at += after * 1000), mark }))
  })

test('flapping begins at the fourth opening within half an hour, and ends after half an hour of calm', () => {
  fc.assert(
    fc.property(histories, (looks) => {
      const seen = live(looks)
      const turns = kinds(seen, 'flapping', 'steady')
      expect(alternates(turns, 'flapping')).toBe(true)
      const opened = kinds(seen, 'opened').map(({ at }) => at)
      const changed = kinds(seen, 'opened', 'resolved').map(({ at }) => at)
      let isFlapping = false
      for (const { at } of looks) {
        const lately = opened.filter((it) => it <= at && at - it < 30 * MINUTE).length
        const calm = at - Math.max(0, ...changed.filter((it) => it <= at)) >= 30 * MINUTE
        const now: boolean = isFlapping ? !calm : opened.includes(at) && lately >= 4
        expect(seen.find((it) => it.at === at)!.state.flapping?.isFlapping ?? false).toBe(now)
        isFlapping = now
      }
    }),
  )
})

/** A certificate seen now and then, replaced now and then, days apart. */
const certificates = fc
  .array(
    fc.record({
      after: fc.integer({ min: 0, max: 12 }),
      isSeen: fc.boolean(),
      isReplaced: fc.integer({ min: 0, max: 9 }).map((die) => die === 0),
      mark: fc.constantFrom<Mark>('well', 'failed'),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let [at, serial, end] = [0, 0, 60 * DAY]
    return steps.map(({ after, isSeen, isReplaced, mark }, index) => {
      at += after * DAY + 1 + index
      if (isReplaced || end - at < 0) [serial, end] = [serial + 1, at + 60 * DAY]
      const daysLeft = Math.floor((end - at) / DAY)
      const expiry: Expiry = {
        code: 'cert_expiring',
        subject: `serial ${serial}`,
        endsAt: toIso(end),
        daysLeft,
        threshold: [30, 14, 7, 3, 1].findLast((days) => daysLeft < days) ?? null,
        message: '',
      }
      return { at, mark, ...(isSeen ? { expiry } : {}) }
    })
  })

test('every warning has its end before the next, and no threshold of a certificate is told twice', () => {
  fc.assert(
    fc.property(certificates, (looks) => {
      const seen = live(looks)
      expect(alternates(kinds(seen, 'warned', 'unwarned'), 'warned')).toBe(true)
      const told = seen.flatMap(({ verdicts }) =>
        verdicts.flatMap((it) =>
          it.kind === 'warned' || it.kind === 'nearer'
            ? [`${it.expiry.subject} ${it.expiry.threshold}`]
            : [],
        ),
      )
      expect(new Set(told).size).toBe(told.length)
    }),
  )
})

test('a warning leaves the status as it is', () => {
  fc.assert(
    fc.property(certificates, (looks) => {
      const without = looks.map(({ at, mark }) => ({ at, mark }))
      expect(live(looks).map(({ state }) => state.status)).toEqual(
        live(without).map(({ state }) => state.status),
      )
    }),
  )
})

test('what could not be seen is said once for each time nothing was seen, and after long enough', () => {
  fc.assert(
    fc.property(histories, (looks) => {
      const seen = live(looks)
      let since: number | null = null
      let isSaid = false
      for (const { at, verdicts } of seen) {
        const isUnseen = looks.find((it) => it.at === at)!.mark === 'unseen'
        since = isUnseen ? (since ?? at) : null
        const wanted: boolean = since !== null && !isSaid && at - since >= HOUR
        expect(verdicts.some(({ kind }) => kind === 'unseen')).toBe(wanted)
        isSaid = since !== null && (isSaid || wanted)
      }
    }),
  )
})
