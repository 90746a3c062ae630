import { z } from 'zod'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import type { LineOption } from './line.ts'

const SAYS = {
  pageRule: 'must be a page number, 1 or more',
  monitorRule: 'must be the name of a monitor or its #id, at most 200 characters',
} as const

/** A length as people type it: `90s`, `5min`, `2h`, `1h30m`, `1d`. */
export const DURATION = /^(?:\d{1,7}(?:s|sec|m|min|h|d))+$/i
const PART = /(\d+)(s|sec|m|min|h|d)/gi
const UNITS: Readonly<Record<string, number>> = {
  s: SECOND,
  sec: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
}

/** Milliseconds; nothing for what is no duration. */
export function parseDuration(text: string): number | undefined {
  const tight = text.replaceAll(/\s/g, '')
  if (!DURATION.test(tight)) return undefined
  return [...tight.matchAll(PART)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit!.toLowerCase()]!,
    0,
  )
}

/** A duration within bounds, in milliseconds; `rule` names the bounds. */
export const durationRule = (min: number, max: number, rule: string) =>
  z.string().transform((text, ctx) => {
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= min && ms <= max) return ms
    ctx.issues.push({ code: 'custom', message: rule, input: text, params: { code: 'range' } })
    return z.NEVER
  })

export const pageRule = z
  .string()
  .regex(/^[1-9]\d{0,5}$/, SAYS.pageRule)
  .transform(Number)
  .optional()

export const pageOption: LineOption = {
  name: 'page',
  summary: 'Which page, 1 if left out',
  kind: 'integer',
  required: false,
  like: /^[1-9]\d{0,5}$/,
}

/** A monitor as typed; which one it is, `findMonitor` says. */
export const monitorRule = z.string().trim().min(1, SAYS.monitorRule).max(200, SAYS.monitorRule)

export const monitorOption = (summary: string, required = true): LineOption => ({
  name: 'monitor',
  summary,
  kind: 'monitor',
  required,
})
