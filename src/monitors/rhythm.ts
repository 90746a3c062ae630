import type { Instant, MonitorId } from '../kernel/index.ts'

/** Ids are neighbours; their phases must not be. (A finalizer in the manner of MurmurHash3.) */
function scatter(id: number): number {
  let bits = Math.imul(id ^ (id >>> 16), 0x85_eb_ca_6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** To wake up for each look costs a third of it: those due within so many milliseconds begin together. */
const STEP_MS = 20

/**
 * The next time after `now` at which a monitor is due: `phase + k·interval`, computed and never
 * stored, so a restart keeps the rhythm and a thousand monitors do not fire together.
 */
export function slotAfter(id: MonitorId, intervalMs: number, now: Instant): Instant {
  const place = scatter(id) % intervalMs
  const phase = place - (place % STEP_MS)
  return now + intervalMs - ((((now - phase) % intervalMs) + intervalMs) % intervalMs)
}
