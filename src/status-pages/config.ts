import { z } from 'zod'
import { type MonitorId, nameRuleUpTo, parseInput, tagsRule } from '../kernel/index.ts'

const SLUG_RULE = 'must be 3 to 40 of a-z 0-9 and -'
const TARGETS_RULE = 'must be a list of at most 500 different monitors of yours'
const FLAG_RULE = 'must be true or false'

const fields = z.strictObject({
  slug: z.string(SLUG_RULE).regex(/^[a-z0-9-]{3,40}$/, SLUG_RULE),
  title: nameRuleUpTo(80),
  targets: z
    .array(z.int(TARGETS_RULE), TARGETS_RULE)
    .max(500, TARGETS_RULE)
    .refine((ids) => new Set(ids).size === ids.length, {
      error: TARGETS_RULE,
      params: { code: 'length' },
    })
    .default([]),
  tags: tagsRule,
  isPublic: z.boolean(FLAG_RULE).default(false),
  showUrls: z.boolean(FLAG_RULE).default(false),
  showIncidents: z.boolean(FLAG_RULE).default(true),
})

/** A page as people set it. */
export interface StatusPageConfig {
  /** The end of its address, unique among all accounts' pages. */
  readonly slug: string
  readonly title: string
  /** Shown first, in this order. */
  readonly targets: readonly MonitorId[]
  /** Monitors that carry one of them are shown after those, by name. */
  readonly tags: readonly string[]
  /** False: nobody sees it yet. */
  readonly isPublic: boolean
  readonly showUrls: boolean
  readonly showIncidents: boolean
}

/** @throws InvalidInput with every violation */
export const parseStatusPage = (input: Readonly<Record<string, unknown>>): StatusPageConfig =>
  parseInput(fields, input)
