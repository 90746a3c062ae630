import { CODES } from '../probes/index.ts'
import { judgeFlapping } from './judge-flapping.ts'
import { judgeStatus } from './judge-status.ts'
import { judgeWarning } from './judge-warning.ts'
import type { JudgePolicy, JudgeState, Look, Unseen, Verdict } from './judgement.ts'

export interface Judgement {
  readonly state: JudgeState
  readonly verdicts: readonly Verdict[]
}

/** What a registry will never tell is no trouble of ours. */
const isBlindLook = ({ status, code }: Look): boolean =>
  status === 'unknown' && code !== 'domain_no_expiry'

function judgeUnseen(
  before: Unseen | null,
  look: Look,
  { unseenAfterMs }: JudgePolicy,
): { readonly unseen: Unseen | null; readonly verdicts: readonly Verdict[] } {
  if (!isBlindLook(look)) return { unseen: null, verdicts: [] }
  const unseen = before ?? { since: look.at, isSaid: false }
  if (unseen.isSaid || look.at - unseen.since < unseenAfterMs) return { unseen, verdicts: [] }
  return {
    unseen: { ...unseen, isSaid: true },
    verdicts: [{ kind: 'unseen', since: unseen.since }],
  }
}

/**
 * One look, judged. Pure and total: knows neither clock nor rows. A look that could not be made
 * (`unknown`) changes no status, streaks stand still; what expires is warned of beside the status.
 */
export function judge(before: JudgeState, look: Look, policy: JudgePolicy): Judgement {
  const isExpiry = look.status === 'degraded' && CODES[look.code] === 'expiry'
  const seen = isExpiry ? { ...look, status: 'up' as const } : look
  const { standing, verdicts } = judgeStatus(before, seen, policy)
  const { flapping, verdict } = judgeFlapping(before.flapping, look, verdicts)
  const { warned, verdicts: warnings } = judgeWarning(before.warned, look.expiry)
  const { unseen, verdicts: silences } = judgeUnseen(before.unseen, look, policy)
  const { status, streak, cause } = standing
  return {
    state: { status, streak, cause, flapping, warned, unseen },
    verdicts: [...verdicts, ...(verdict === null ? [] : [verdict]), ...warnings, ...silences],
  }
}
