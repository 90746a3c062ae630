import { api } from './api.ts'
import type { ProbeKind, Target, Tools } from './contract.ts'
import { domain } from './domain.ts'
import { http } from './http.ts'
import { type Outcome, statusOf } from './outcome.ts'
import { ping } from './ping.ts'
import { port } from './port.ts'
import { ssl } from './ssl.ts'

export type { ProbeKind, Registration, Registry, Target, Tools } from './contract.ts'
export { discreetly } from './discreet.ts'
export { type Code, CODES, type Expiry, type LookStatus, type Outcome } from './outcome.ts'

/** Every type of monitor there is; the keys are the types' names on the wire. */
export const PROBES = {
  HTTP: http,
  API: api,
  PING: ping,
  PORT: port,
  SSL: ssl,
  DOMAIN: domain,
} as const satisfies Record<string, ProbeKind>

export type MonitorType = keyof typeof PROBES

export const isMonitorType = (it: unknown): it is MonitorType =>
  typeof it === 'string' && Object.hasOwn(PROBES, it)

export interface LookTools extends Tools {
  /** Told what a bug of ours threw; the outcome says `internal` then. */
  readonly onBug: (error: unknown) => void
}

/**
 * Looks at `target` once, its options as they lie in a row. Never throws: what should not happen is
 * an outcome of ours, charged to nobody.
 */
export async function look(
  type: MonitorType,
  target: Target,
  signal: AbortSignal,
  { onBug, ...tools }: LookTools,
): Promise<Outcome> {
  const start = tools.clock.monotonic()
  try {
    const kind: ProbeKind = PROBES[type]
    return await kind.look(
      { ...target, options: kind.options.parse(target.options) },
      signal,
      tools,
    )
  } catch (error) {
    onBug(error)
    const total = Math.round(tools.clock.monotonic() - start)
    return {
      status: statusOf('internal'),
      code: 'internal',
      message: 'we could not look, by a mistake of ours; the log says more',
      durationMs: total,
      timings: { total },
    }
  }
}
