import { recordJudged, UNJUDGED, type Verdict } from '../../src/incidents/index.ts'
import type { Instant } from '../../src/kernel/index.ts'
import type { Monitor } from '../../src/monitors/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import type { Db } from '../../src/storage/index.ts'

/** What looks of a monitor found, written by hand as the engine would. */
export function verdictsOf(
  db: Db,
  monitor: Pick<Monitor, 'id' | 'accountId' | 'name' | 'url' | 'rev'>,
  policy: { alertAfterMs?: number } = {},
) {
  const write = (
    now: Instant,
    status: 'up' | 'down',
    outcome: Pick<Outcome, 'code' | 'message'>,
    verdict: Verdict,
  ) =>
    db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('monitor_states')
        .select(['last_good_at as lastGoodAt', 'last_good_ms as lastGoodMs'])
        .where('monitor_id', '=', monitor.id)
        .executeTakeFirst()
      const [isKept] = await recordJudged(tx, [
        {
          monitor: {
            ...monitor,
            alertAfterMs: policy.alertAfterMs ?? 0,
            expected: 'HTTP 200–299',
            hasDependencies: false,
          },
          at: now,
          now,
          outcome: { status, durationMs: 5, timings: { total: 5 }, ...outcome },
          lastGood: row ?? { lastGoodAt: null, lastGoodMs: null },
          before: UNJUDGED,
          state: { ...UNJUDGED, status, cause: status === 'down' ? outcome.code : null },
          verdicts: [verdict],
          retryAt: null,
        },
      ])
      return isKept!
    })
  return {
    open: (
      now: Instant,
      opened: Partial<Pick<Outcome, 'code' | 'message'>> & { startedAt?: Instant } = {},
    ) =>
      write(
        now,
        'down',
        {
          code: opened.code ?? 'connect_refused',
          message: opened.message ?? '127.0.0.1 refuses connections on port 443',
        },
        { kind: 'opened', startedAt: opened.startedAt ?? now, detectedAt: now, failures: 2 },
      ),
    recause: (now: Instant, code: Outcome['code']) =>
      write(now, 'down', { code, message: code }, { kind: 'recaused' }),
    resolve: (now: Instant) =>
      write(now, 'up', { code: 'ok', message: 'HTTP 200' }, { kind: 'resolved', resolvedAt: now }),
  }
}
