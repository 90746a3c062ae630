import { z } from 'zod'

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
const REMINDER_RULE = 'must be 0 for none, or a whole number from 300 to 86400'
const notYet = (what: string, wanted: string) => `must be ${wanted}: ${what} are not there yet`

/** How many looks change our mind, and how fast people are told. */
export const policyRule = z.strictObject(
  {
    confirmations: whole(1, 10).default(2),
    recovery: whole(1, 10).default(1),
    alertAfterSeconds: whole(0, 86_400).default(0),
    retrySeconds: whole(5, 3600).default(20),
    degradedMs: whole(1, 60_000).nullable().default(null),
    reminderSeconds: z
      .int(REMINDER_RULE)
      .max(86_400, REMINDER_RULE)
      .refine((seconds) => seconds === 0 || seconds >= 300, {
        error: REMINDER_RULE,
        params: { code: 'range' },
      })
      .default(0),
    escalateAfterSeconds: z.literal(0, notYet('escalations', '0')).default(0),
    escalateTo: z.tuple([], notYet('escalations', 'an empty list')).default([]),
    channels: z.null(notYet('chosen channels', 'null')).default(null),
  },
  'must be an object',
)

export type Policy = z.output<typeof policyRule>
export const wholeNumber = whole
