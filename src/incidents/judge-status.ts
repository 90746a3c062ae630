import type { Instant } from '../kernel/index.ts'
import type { JudgePolicy, Look, Standing, Streak, Verdict } from './judgement.ts'

/** How a monitor stands after a look, and what that changed. */
export interface StatusJudgement {
  readonly standing: Standing
  readonly verdicts: readonly Verdict[]
}

const longer = (streak: Streak | null, kind: Streak['kind'], at: Instant): Streak =>
  streak?.kind === kind ? { ...streak, count: streak.count + 1 } : { kind, count: 1, startedAt: at }

/** The ladder of pending, up, degraded and down. A look that saw nothing leaves it as it was. */
export function judgeStatus(before: Standing, look: Look, policy: JudgePolicy): StatusJudgement {
  switch (look.status) {
    case 'unknown':
      return { standing: before, verdicts: [] }
    case 'down':
      return before.status === 'down' ? stillDown(before, look) : failed(before, look, policy)
    default:
      return before.status === 'down'
        ? recovering(before, look, policy)
        : succeeded(before, look, policy)
  }
}

function stillDown(before: Standing, { code }: Look): StatusJudgement {
  return {
    standing: { status: 'down', streak: null, cause: code },
    verdicts: before.cause === code ? [] : [{ kind: 'recaused' }],
  }
}

/** The clock may have been set back meanwhile: then it is not known, and counts. */
function isSame(streak: Streak | null, { at }: Look, { apartMs }: JudgePolicy): boolean {
  if (streak?.kind !== 'failing' || streak.latestAt === undefined) return false
  return at >= streak.latestAt && at - streak.latestAt < apartMs
}

function failed(before: Standing, look: Look, policy: JudgePolicy): StatusJudgement {
  if (isSame(before.streak, look, policy)) return { standing: before, verdicts: [] }
  const streak = { ...longer(before.streak, 'failing', look.at), latestAt: look.at }
  if (streak.count < policy.confirmations) return { standing: { ...before, streak }, verdicts: [] }
  return {
    standing: { status: 'down', streak: null, cause: look.code },
    verdicts: [
      ...(before.status === 'degraded'
        ? [{ kind: 'improved', at: streak.startedAt, isWorse: true } as const]
        : []),
      {
        kind: 'opened',
        startedAt: streak.startedAt,
        detectedAt: Math.max(look.finishedAt, streak.startedAt),
        failures: streak.count,
      },
    ],
  }
}

function recovering(before: Standing, look: Look, policy: JudgePolicy): StatusJudgement {
  const streak = longer(before.streak, 'recovering', look.at)
  if (streak.count < policy.recovery) return { standing: { ...before, streak }, verdicts: [] }
  const resolved = { kind: 'resolved', resolvedAt: streak.startedAt } as const
  if (look.status === 'up')
    return { standing: { status: 'up', streak: null, cause: null }, verdicts: [resolved] }
  return {
    standing: { status: 'degraded', streak: null, cause: null },
    verdicts: [resolved, { kind: 'degraded', startedAt: streak.startedAt, looks: streak.count }],
  }
}

function succeeded(before: Standing, look: Look, policy: JudgePolicy): StatusJudgement {
  const isDegraded = look.status === 'degraded'
  const blips: Verdict[] =
    before.streak?.kind === 'failing' ? [{ kind: 'blip', failures: before.streak.count }] : []
  // The first success says up, slow or not.
  const status = before.status === 'degraded' ? 'degraded' : 'up'
  const settled = { standing: { status, streak: null, cause: null }, verdicts: blips } as const
  if (before.status === 'pending' || isDegraded === (before.status === 'degraded')) return settled
  const streak = longer(before.streak, isDegraded ? 'degrading' : 'improving', look.at)
  const enough = streak.count >= (isDegraded ? policy.confirmations : policy.recovery)
  if (!enough) return { standing: { status, streak, cause: null }, verdicts: blips }
  return isDegraded
    ? {
        standing: { status: 'degraded', streak: null, cause: null },
        verdicts: [
          ...blips,
          { kind: 'degraded', startedAt: streak.startedAt, looks: streak.count },
        ],
      }
    : {
        standing: { status: 'up', streak: null, cause: null },
        verdicts: [...blips, { kind: 'improved', at: streak.startedAt, isWorse: false }],
      }
}
