import { MINUTE } from '../kernel/index.ts'
import type { Flapping, Look, Verdict } from './judgement.ts'

/** So many outages in so long make a monitor flap; as long without a change and it is steady. */
export const FLAPPING_OUTAGES = 4
const WINDOW_MS = 30 * MINUTE

/** Takes what the status did at this look; `null` as long as there is nothing to remember. */
export function judgeFlapping(
  before: Flapping | null,
  look: Look,
  changes: readonly Verdict[],
): { readonly flapping: Flapping | null; readonly verdict: Verdict | null } {
  const isOpening = changes.some(({ kind }) => kind === 'opened')
  const isChange = isOpening || changes.some(({ kind }) => kind === 'resolved')
  const changedAt = isChange ? look.at : (before?.changedAt ?? look.at)
  const openings = [...(before?.openings ?? []), ...(isOpening ? [look.at] : [])]
    .filter((at) => look.at - at < WINDOW_MS)
    .slice(-FLAPPING_OUTAGES)
  const wasFlapping = before?.isFlapping === true
  if (wasFlapping && look.at - changedAt >= WINDOW_MS)
    return { flapping: null, verdict: { kind: 'steady' } }
  const isFlapping = wasFlapping || openings.length === FLAPPING_OUTAGES
  if (!isFlapping && openings.length === 0) return { flapping: null, verdict: null }
  const unchanged = before !== null && !isChange && openings.length === before.openings.length
  return {
    flapping: unchanged ? before : { openings, isFlapping, changedAt },
    verdict: isFlapping && !wasFlapping ? { kind: 'flapping' } : null,
  }
}
