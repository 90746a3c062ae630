import type { Instant } from '../kernel/index.ts'

/** What a registry said of a domain, once. */
export type Heard =
  | {
      readonly kind: 'known'
      readonly expiresAt: Instant | null
      readonly registrar: string | null
      readonly statuses: readonly string[]
      readonly source: 'rdap' | 'whois'
    }
  | { readonly kind: 'absent' }
  /** `afterMs`: its own word when to come back. */
  | { readonly kind: 'failed'; readonly why: string; readonly afterMs?: number }

const STATUSES = [
  'addPeriod autoRenewPeriod inactive ok pendingCreate pendingDelete pendingRenew pendingRestore pendingTransfer',
  'pendingUpdate redemptionPeriod renewPeriod serverDeleteProhibited serverHold serverRenewProhibited',
  'serverTransferProhibited serverUpdateProhibited transferPeriod clientDeleteProhibited clientHold',
  'clientRenewProhibited clientTransferProhibited clientUpdateProhibited',
]
  .join(' ')
  .split(' ')
const BY_LETTERS = new Map(STATUSES.map((status) => [status.toLowerCase(), status]))

/** `client hold`, `CLIENT-HOLD` and `clientHold https://icann.org/epp#clientHold` are one status. */
export function statusOf(text: string): string | undefined {
  const words = text.replace(/\(?https?:\/\/\S*/g, '').trim()
  const known = BY_LETTERS.get(words.toLowerCase().replaceAll(/[^a-z]/g, ''))
  return known ?? (words === '' ? undefined : words.slice(0, 60))
}

export const statusesOf = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.flatMap((text) => statusOf(text) ?? [])),
]
