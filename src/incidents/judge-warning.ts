import type { Expiry } from '../probes/index.ts'
import type { Verdict, Warned } from './judgement.ts'

type Judged = { readonly warned: Warned | null; readonly verdicts: readonly Verdict[] }

const warn = (expiry: Expiry, threshold: number): Judged => ({
  warned: { subject: expiry.subject, endsAt: expiry.endsAt, threshold, isOver: false },
  verdicts: [{ kind: 'warned', expiry }],
})

/** Expiry needs no confirmation: a date does not flicker. */
export function judgeWarning(before: Warned | null, expiry: Expiry | undefined): Judged {
  if (expiry === undefined) return { warned: before, verdicts: [] }
  const { threshold } = expiry
  const isSame = before?.subject === expiry.subject && before.endsAt === expiry.endsAt
  if (before === null || before.isOver) {
    if (threshold === null) return { warned: before, verdicts: [] }
    const isKnown = isSame && threshold >= before.threshold
    return isKnown ? { warned: before, verdicts: [] } : warn(expiry, threshold)
  }
  if (!isSame) {
    const over: Verdict = { kind: 'unwarned', expiry, isRenewed: true }
    if (threshold === null) return { warned: { ...before, isOver: true }, verdicts: [over] }
    const anew = warn(expiry, threshold)
    return { ...anew, verdicts: [over, ...anew.verdicts] }
  }
  if (threshold === null)
    return { warned: null, verdicts: [{ kind: 'unwarned', expiry, isRenewed: false }] }
  return threshold < before.threshold
    ? { warned: { ...before, threshold }, verdicts: [{ kind: 'nearer', expiry }] }
    : { warned: before, verdicts: [] }
}
