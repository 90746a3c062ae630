import { type Instant, nextRun } from '../kernel/index.ts'
import type { Channel } from './channels.ts'

/** When only outages may ring: `22:00` to `07:00` by the clock of a zone. */
export interface QuietHours {
  readonly from: string
  readonly to: string
  readonly timezone: string
}

function nextAt(time: string, timezone: string, now: Instant): Instant {
  const [hours, minutes] = time.split(':').map(Number)
  return nextRun(`${minutes} ${hours} * * *`, timezone, now)!
}

/** When the quiet hours that are on now end; null when they are not on. */
export function quietUntil({ from, to, timezone }: QuietHours, now: Instant): Instant | null {
  const [begin, end] = [nextAt(from, timezone, now), nextAt(to, timezone, now)]
  return end < begin ? end : null
}

/** Until when a channel wants none of it: muted for all, quiet for what is no outage. */
export function heldUntil(channel: Channel, isOutage: boolean, now: Instant): Instant | null {
  const muted = channel.muted_until !== null && channel.muted_until > now ? channel.muted_until : 0
  const hours =
    channel.quiet_hours === null ? null : (JSON.parse(channel.quiet_hours) as QuietHours)
  const quiet = isOutage || hours === null ? 0 : (quietUntil(hours, now) ?? 0)
  const until = Math.max(muted, quiet)
  return until === 0 ? null : until
}
