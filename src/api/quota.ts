import { type Clock, MINUTE, SECOND } from '../kernel/index.ts'

const WINDOW_MS = MINUTE
const REMEMBERED = 10_000

/** One quota a request is counted against: `limit` in 60 s for whoever `who` names. */
export interface Ask {
  readonly policy: 'default' | 'checks'
  readonly who: string
  readonly limit: number
  /** How much of it at once; 1 unless said. */
  readonly count?: number
}

export interface Ration {
  /** `RateLimit-Policy` and `RateLimit`, this request counted. */
  readonly fields: Readonly<Record<string, string>>
  /** Policies used up; then nothing was counted. */
  readonly exceeded: readonly Ask[]
  /** Seconds until one may come back. */
  readonly wait: number
}

const countOf = ({ count = 1 }: Ask): number => count

/** Counts requests in fixed windows of 60 s from the first one, in memory. */
export function buildQuota(clock: Clock): (asks: readonly Ask[]) => Ration {
  const windows = new Map<string, { readonly startedAt: number; used: number }>()
  return (asks) => {
    const now = clock.monotonic()
    if (windows.size > REMEMBERED)
      for (const [who, { startedAt }] of windows)
        if (now - startedAt >= WINDOW_MS) windows.delete(who)
    const counted = asks.map((ask) => {
      const key = `${ask.policy} ${ask.who}`
      const known = windows.get(key)
      const isOver = known === undefined || now - known.startedAt >= WINDOW_MS
      const window = isOver ? { startedAt: now, used: 0 } : known
      const left = Math.max(1, Math.ceil((WINDOW_MS - (now - window.startedAt)) / SECOND))
      return { ask, key, window, left }
    })
    const full = counted.filter(({ ask, window }) => window.used + countOf(ask) > ask.limit)
    if (full.length === 0)
      for (const { ask, key, window } of counted) {
        window.used += countOf(ask)
        windows.set(key, window)
      }
    return {
      exceeded: full.map(({ ask }) => ask),
      wait: Math.max(0, ...full.map(({ left }) => left)),
      fields: {
        'ratelimit-policy': asks
          .map(({ policy, limit }) => `"${policy}";q=${limit};w=${WINDOW_MS / SECOND}`)
          .join(', '),
        ratelimit: counted
          .map(({ ask, window, left }) => `"${ask.policy}";r=${ask.limit - window.used};t=${left}`)
          .join(', '),
      },
    }
  }
}
