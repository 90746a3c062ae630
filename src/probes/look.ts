import type { ProbeKind, Target, Tools } from './contract.ts'
import { type MonitorType, PROBES } from './kinds.ts'
import { type Outcome, statusOf } from './outcome.ts'

export interface LookTools extends Tools {
  /** Told what a bug of ours threw; the outcome says `internal` then. */
  readonly onBug: (error: unknown) => void
}

/** An outcome of ours, charged to nobody. */
export function bungled(durationMs: number): Outcome {
  const total = Math.round(durationMs)
  return {
    status: statusOf('internal'),
    code: 'internal',
    message: 'we could not look, by a mistake of ours; the log says more',
    durationMs: total,
    timings: { total },
  }
}

/** By the options as they lie in a row: a monitor's are read once, not at each look. */
const parsed = new WeakMap<object, unknown>()

export function parseOptions({ options: schema }: ProbeKind, options: unknown): unknown {
  if (typeof options !== 'object' || options === null) return schema.parse(options)
  const known = parsed.get(options)
  if (known !== undefined) return known
  const found = schema.parse(options)
  parsed.set(options, found)
  return found
}

/** Looks at `target` once, its options parsed. Never throws: what should not happen is ours. */
export async function lookParsed(
  type: MonitorType,
  target: Target,
  signal: AbortSignal,
  { onBug, ...tools }: LookTools,
): Promise<Outcome> {
  const start = tools.clock.monotonic()
  try {
    const kind: ProbeKind = PROBES[type]
    return await kind.look(target, signal, tools)
  } catch (error) {
    onBug(error)
    return bungled(tools.clock.monotonic() - start)
  }
}

/** Looks at `target` once, its options as they lie in a row. Never throws, as above. */
export async function look(
  type: MonitorType,
  target: Target,
  signal: AbortSignal,
  tools: LookTools,
): Promise<Outcome> {
  try {
    const options = parseOptions(PROBES[type], target.options)
    return await lookParsed(type, { ...target, options }, signal, tools)
  } catch (error) {
    tools.onBug(error)
    return bungled(0)
  }
}
