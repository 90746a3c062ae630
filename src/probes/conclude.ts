import { plain } from '../kernel/index.ts'
import type { Deadline } from './deadline.ts'
import {
  type Code,
  type Details,
  type Expiry,
  type Finding,
  type Outcome,
  statusOf,
} from './outcome.ts'
import type { Reading } from './stopwatch.ts'

const LONGEST_MESSAGE = 300

/** Codes that say so when the time is over, and at times before. */
const BY_THE_END: ReadonlySet<Code> = new Set(['udp_no_reply', 'port_expect'])

const isTimeout = ({ code }: Finding, { signal }: Deadline): boolean =>
  code.endsWith('_timeout') || (signal.aborted && BY_THE_END.has(code))

/** A timeout that is not the target's: we were told to stop, or stood still ourselves. */
function ours(found: Finding, deadline: Deadline, outer: AbortSignal): Finding | undefined {
  if (!isTimeout(found, deadline)) return undefined
  if (outer.aborted)
    return { code: 'probe_overloaded', message: 'the look was stopped before its end' }
  if (!deadline.wasLate()) return undefined
  return { code: 'probe_overloaded', message: 'this machine was too busy to look in time' }
}

/** The outcome of a look that ends here. */
export function conclude(
  found: Finding,
  details: Details,
  reading: Reading,
  deadline: Deadline,
  outer: AbortSignal,
  expiry?: Expiry,
): Outcome {
  const { code, message } = ours(found, deadline, outer) ?? found
  const seen = Object.keys(details).length > 0
  return {
    status: statusOf(code),
    code,
    message: plain(message, LONGEST_MESSAGE),
    ...reading,
    ...(seen && { details }),
    ...(expiry !== undefined && { expiry }),
  }
}
