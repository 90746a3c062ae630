import { CODES, type Outcome } from '../probes/index.ts'

/** A good answer that took longer than `degradedMs` (null: may take any time) is degraded. */
export function judgeSpeed(outcome: Outcome, degradedMs: number | null): Outcome {
  const isGood = outcome.status === 'up' || CODES[outcome.code] === 'expiry'
  if (degradedMs === null || !isGood || outcome.durationMs <= degradedMs) return outcome
  return {
    ...outcome,
    status: 'degraded',
    code: 'slow',
    message: `answered in ${outcome.durationMs} ms, slower than ${degradedMs} ms`,
  }
}
