import { type Clock, systemClock } from '../../../src/kernel/index.ts'
import { type Network, openNetwork } from '../../../src/network/index.ts'
import { look, type MonitorType, type Outcome, type Registry } from '../../../src/probes/index.ts'

/** Knows of no domain. */
export const nobody: Registry = {
  ask: async () => ({ kind: 'unavailable', why: 'nobody is asked', nextAt: null }),
}

interface How {
  /** HTTP unless given. */
  readonly type?: MonitorType
  readonly options?: Readonly<Record<string, unknown>>
  readonly timeoutMs?: number
  readonly network?: Network
  readonly signal?: AbortSignal
  readonly registry?: Registry
  readonly isAsked?: boolean
  readonly clock?: Clock
}

/** One look as the engine would take it, by HTTP where nothing else is said. A bug of ours fails the test. */
export async function lookAt(url: string, how: How = {}): Promise<Outcome> {
  const bugs: unknown[] = []
  const outcome = await look(
    how.type ?? 'HTTP',
    {
      url,
      timeoutMs: how.timeoutMs ?? 1500,
      options: how.options ?? {},
      isAsked: how.isAsked ?? false,
    },
    how.signal ?? new AbortController().signal,
    {
      clock: how.clock ?? systemClock,
      network: how.network ?? openNetwork({ privateTargets: 'allow' }),
      registry: how.registry ?? nobody,
      userAgent: 'Uptalk/test (+here)',
      onBug: (error) => bugs.push(error),
    },
  )
  if (bugs.length > 0) throw bugs[0]
  return outcome
}
