import { DAY, type Instant } from '../kernel/index.ts'

const RFC3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt]((?:[01]\d|2[0-3]):\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/
const DATE = /^\d{4}-\d{2}-\d{2}$/

/** Midnight UTC of a date; undefined for a day the calendar does not have. */
function midnight(date: string): Instant | undefined {
  const at = Date.parse(`${date}T00:00:00Z`)
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== date ? undefined : at
}

/** An instant written as RFC 3339 with its offset; undefined for anything else. */
export function readInstant(text: string): Instant | undefined {
  const [, date = '', time = '', fraction = '', offset = ''] = RFC3339.exec(text) ?? []
  if (midnight(date) === undefined) return undefined
  const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${offset.toUpperCase()}`)
  return Number.isNaN(at) ? undefined : at
}

export const TIME_RULE = 'must be a time such as 2027-04-02T09:30:00Z'

export const BOUNDS = ['after', 'before', 'strictly_after', 'strictly_before'] as const
type Bound = (typeof BOUNDS)[number]

/** One end of a span, as queries compare it. */
export interface Limit {
  readonly op: '>' | '>=' | '<' | '<='
  readonly at: Instant
}

/** A bound of a date filter: an instant, or a UTC day as a whole. */
export function readLimit(bound: Bound, text: string): Limit | undefined {
  if (DATE.test(text)) {
    const start = midnight(text)
    if (start === undefined) return undefined
    switch (bound) {
      case 'after':
        return { op: '>=', at: start }
      case 'before':
        return { op: '<', at: start + DAY }
      case 'strictly_after':
        return { op: '>=', at: start + DAY }
      default:
        return { op: '<', at: start }
    }
  }
  // A plus sign that was not encoded arrives as a blank.
  const at = readInstant(text.replace(/ (?=\d{2}:\d{2}$)/, '+'))
  if (at === undefined) return undefined
  switch (bound) {
    case 'after':
      return { op: '>=', at }
    case 'before':
      return { op: '<=', at }
    case 'strictly_after':
      return { op: '>', at }
    default:
      return { op: '<', at }
  }
}
