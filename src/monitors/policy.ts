import { z } from 'zod'

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
const REMINDER_RULE = 'must be 0 for none, or a whole number from 300 to 86400'
const ESCALATION_RULE = 'must be 0 for none, or a whole number from 60 to 86400'
const CHANNELS_RULE = 'must be a list of at most 50 different channels of yours'

const zeroOr = (min: number, rule: string) =>
  z
    .int(rule)
    .max(86_400, rule)
    .refine((seconds) => seconds === 0 || seconds >= min, {
      error: rule,
      params: { code: 'range' },
    })
    .default(0)

const channelIds = z
  .array(z.int(CHANNELS_RULE).min(1, CHANNELS_RULE), CHANNELS_RULE)
  .max(50, CHANNELS_RULE)
  .refine((ids) => new Set(ids).size === ids.length, {
    error: CHANNELS_RULE,
    params: { code: 'length' },
  })

/** How many looks change our mind, and how fast people are told. */
export const policyRule = z.strictObject(
  {
    confirmations: whole(1, 10).default(2),
    recovery: whole(1, 10).default(1),
    alertAfterSeconds: whole(0, 86_400).default(0),
    retrySeconds: whole(5, 3600).default(20),
    degradedMs: whole(1, 60_000).nullable().default(null),
    reminderSeconds: zeroOr(300, REMINDER_RULE),
    escalateAfterSeconds: zeroOr(60, ESCALATION_RULE),
    escalateTo: channelIds.default([]),
    /** Null: those that are told by default. */
    channels: channelIds.nullable().default(null),
  },
  'must be an object',
)

const OBJECTIVE_RULE = 'must be a number from 50 to less than 100 with at most 3 decimals'

/** What is to be kept: so many percent of `days` days well. */
export const sloRule = z
  .strictObject(
    {
      objective: z
        .number(OBJECTIVE_RULE)
        .min(50, OBJECTIVE_RULE)
        .lt(100, OBJECTIVE_RULE)
        .refine((percent) => Number(percent.toFixed(3)) === percent, {
          error: OBJECTIVE_RULE,
          params: { code: 'range' },
        }),
      days: whole(1, 90).default(30),
    },
    'must be null for none, or an object such as {"objective": 99.9, "days": 30}',
  )
  .nullable()
  .default(null)

export type Slo = NonNullable<z.output<typeof sloRule>>
export type Policy = z.output<typeof policyRule>
export const wholeNumber = whole
