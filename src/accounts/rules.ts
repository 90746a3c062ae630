import { z } from 'zod'
import { cleanName, NAME_RULE } from '../kernel/index.ts'

/** A name as every named thing has it. */
export const nameRule = z.string(NAME_RULE).transform((text, ctx) => {
  const name = cleanName(text)
  if (name !== undefined) return name
  ctx.issues.push({ code: 'custom', message: NAME_RULE, input: text, params: { code: 'length' } })
  return z.NEVER
})

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
