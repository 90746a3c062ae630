import type { Instant } from '../kernel/index.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function utc(year: number, month: number, day: number, time = ''): Instant | undefined {
  const [, hour = '0', minute = '0', second = '0'] =
    /(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(time) ?? []
  const at = Date.UTC(year, month - 1, day, Number(hour), Number(minute), Number(second))
  const made = new Date(at)
  // 31 February is not the third of March.
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day ? at : undefined
}

const FORMS: readonly (readonly [RegExp, (parts: RegExpExecArray) => Instant | undefined])[] = [
  // ISO 8601, with any offset or none: then it is UTC.
  [
    /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/i,
    ([text]) => {
      const tidy = text
        .replace(/\s*UTC$/i, 'Z')
        .replace(/^(\S+) (\d)/, '$1T$2')
        .replace(' ', '')
        .replace(/([+-]\d{2})$/, '$1:00')
      const isZoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(tidy.slice(11))
      const at = Date.parse(isZoned ? tidy : `${tidy}Z`)
      return Number.isNaN(at) ? undefined : at
    },
  ],
  // 2027-04-02, 2027/04/02, 2027. 04. 02., 20270402, perhaps with a time behind.
  [
    /^(\d{4})(?:-|\/|\.\s*)?(\d{2})(?:-|\/|\.\s*)?(\d{2})\.?(?:\s+(\d{1,2}:\d{2}(?::\d{2})?).*)?$/,
    ([, year, month, day, time]) => utc(Number(year), Number(month), Number(day), time),
  ],
  // Day first only with dots: 02.04.2027.
  [
    /^(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\.?(?:\s+(\d{1,2}:\d{2}(?::\d{2})?).*)?$/,
    ([, day, month, year, time]) => utc(Number(year), Number(month), Number(day), time),
  ],
  // 02-Apr-2027, 2 April 2027.
  [
    /^(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})[-\s]([A-Za-z]{3})[a-z]*[-\s](\d{4})(?:\s+(\d{1,2}:\d{2}(?::\d{2})?).*)?$/,
    ([, day, month, year, time]) =>
      utc(Number(year), MONTHS.indexOf(month!.toLowerCase()) + 1, Number(day), time),
  ],
  // April 2 2027; Fri Apr 2 2027.
  [
    /^(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?\s+(\d{4})$/,
    ([, month, day, year]) =>
      utc(Number(year), MONTHS.indexOf(month!.toLowerCase()) + 1, Number(day)),
  ],
]

/** A registry's date; nothing for what nobody can be sure of. */
export function readDate(text: string): Instant | undefined {
  const tidy = text.trim().replace(/\s+\(.*\)$/, '')
  for (const [form, read] of FORMS) {
    const parts = form.exec(tidy)
    if (parts !== null) return read(parts)
  }
  return undefined
}
