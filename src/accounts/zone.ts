import { z } from 'zod'

function isZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions()
    // Offsets pass there, too, but know nothing of summer time.
    return /^[A-Za-z]/.test(timeZone)
  } catch {
    return false
  }
}

const ZONE_RULE = 'must be a time zone such as Europe/Berlin'
export const zoneRule = z.string(ZONE_RULE).refine(isZone, ZONE_RULE)
