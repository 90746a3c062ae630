import { type Judged, recordJudged, UNJUDGED, type Verdict } from '../../src/incidents/index.ts'
import type { Instant } from '../../src/kernel/index.ts'
import type { Monitor } from '../../src/monitors/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import type { Db } from '../../src/storage/index.ts'

type Seen = Pick<Outcome, 'code' | 'message'>
type Known = Pick<Monitor, 'id' | 'accountId' | 'name' | 'url' | 'rev'>

/** A judged look of a monitor of which nothing is known, as the engine would write it down. */
export const judgedOf = (
  monitor: Known,
  now: Instant,
  status: 'up' | 'down',
  outcome: Seen,
  verdict: Verdict,
): Judged => ({
  monitor: { ...monitor, alertAfterMs: 0, expected: 'HTTP 200–299', hasDependencies: false },
  at: now,
  now,
  outcome: { status, durationMs: 5, timings: { total: 5 }, ...outcome },
  lastGood: { lastGoodAt: null, lastGoodMs: null },
  before: UNJUDGED,
  state: { ...UNJUDGED, status, cause: status === 'down' ? outcome.code : null },
  verdicts: [verdict],
  retryAt: null,
})

export const REFUSED: Seen = {
  code: 'connect_refused',
  message: '127.0.0.1 refuses connections on port 443',
}

export const falls = (monitor: Known, now: Instant, startedAt = now, seen = REFUSED): Judged =>
  judgedOf(monitor, now, 'down', seen, { kind: 'opened', startedAt, detectedAt: now, failures: 2 })

export const rises = (monitor: Known, now: Instant): Judged => {
  const seen = { code: 'ok', message: 'HTTP 200' } as const
  return judgedOf(monitor, now, 'up', seen, { kind: 'resolved', resolvedAt: now })
}

/** What looks of a monitor found, written by hand as the engine would. */
export function verdictsOf(db: Db, monitor: Known, policy: { alertAfterMs?: number } = {}) {
  const write = (judged: Judged) =>
    db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('monitor_states')
        .select(['last_good_at as lastGoodAt', 'last_good_ms as lastGoodMs'])
        .where('monitor_id', '=', monitor.id)
        .executeTakeFirst()
      const lastGood = row ?? judged.lastGood
      const [isKept] = await recordJudged(tx, [
        { ...judged, lastGood, monitor: { ...judged.monitor, ...policy } },
      ])
      return isKept!
    })
  return {
    open: (now: Instant, opened: Partial<Seen> & { startedAt?: Instant } = {}) => {
      const { startedAt, ...seen } = opened
      return write(falls(monitor, now, startedAt, { ...REFUSED, ...seen }))
    },
    recause: (now: Instant, code: Outcome['code']) =>
      write(judgedOf(monitor, now, 'down', { code, message: code }, { kind: 'recaused' })),
    resolve: (now: Instant) => write(rises(monitor, now)),
  }
}
