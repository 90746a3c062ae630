/** What a spreadsheet would take for a formula. */
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",\r\n]/

const quoted = (text: string): string =>
  NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return quoted(FORMULA.test(value) ? `'${value}` : value)
  return quoted(JSON.stringify(value))
}

/**
 * A record of RFC 4180 with the end of its line. Nothing is an empty cell, a list or an object is
 * JSON; text that a spreadsheet would run has a `'` in front, so numbers must come as numbers.
 */
export const csvLine = (values: readonly unknown[]): string => `${values.map(cellOf).join(',')}\r\n`
