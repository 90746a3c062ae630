/** JSON-LD, or the same without its `@` keys; of lists also a table. */
export type Format = 'ld' | 'json' | 'csv'

export const CONTENT_TYPE = {
  ld: 'application/ld+json; charset=utf-8',
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
} as const

/** Of equal ones the first is taken. */
const OFFERS = { item: ['ld', 'json'], list: ['ld', 'json', 'csv'] } as const

const SUBTYPE = { ld: 'ld+json', json: 'json' } as const
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+$/
const QUALITY = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/** Splits at `separator`, quoted strings kept whole. */
function split(text: string, separator: ',' | ';'): string[] {
  const parts = ['']
  let isQuoted = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!
    if (isQuoted && letter === '\\') {
      parts[parts.length - 1] += letter + (text[at + 1] ?? '')
      at += 1
      continue
    }
    if (letter === '"') isQuoted = !isQuoted
    if (letter === separator && !isQuoted) parts.push('')
    else parts[parts.length - 1] += letter
  }
  return parts.map((it) => it.trim())
}

/** A media type with its parameters, names in lower case, quotes taken off. */
export function readMediaType(text: string): {
  readonly name: string
  readonly parameters: ReadonlyMap<string, string>
} {
  const [name = '', ...rest] = split(text, ';')
  const parameters = new Map(
    rest.map((it) => {
      const [key = '', ...value] = it.split('=')
      return [
        key.trim().toLowerCase(),
        value
          .join('=')
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      ]
    }),
  )
  return { name: name.toLowerCase(), parameters }
}

interface Range {
  readonly type: string
  readonly subtype: string
  readonly quality: number
}

function readRanges(accept: string): Range[] {
  return split(accept, ',').flatMap((text) => {
    const { name, parameters } = readMediaType(text)
    const quality = parameters.get('q') ?? '1'
    if (!TOKEN.test(name) || !QUALITY.test(quality)) return []
    const [type = '', subtype = ''] = name.split('/')
    return [{ type, subtype, quality: Number(quality) }]
  })
}

const specificity = ({ type, subtype }: Range): number =>
  type === '*' ? 0 : subtype === '*' ? 1 : 2

function matches({ type, subtype }: Range, format: Format): boolean {
  // Asked for by its name alone: whoever takes anything expects JSON.
  if (format === 'csv') return type === 'text' && subtype === 'csv'
  if (type === '*') return subtype === '*'
  return type === 'application' && (subtype === '*' || subtype === SUBTYPE[format])
}

/** The format `Accept` asks for; undefined when it excludes all there are. */
export function pickFormat(
  accept: string | undefined,
  of: keyof typeof OFFERS,
): Format | undefined {
  if (accept === undefined || accept.trim() === '') return 'ld'
  const ranges = readRanges(accept)
  const offers = OFFERS[of].flatMap((format) => {
    // The most specific range decides about a type, so `q=0` can take it out of `*/*`.
    const [range] = ranges
      .filter((it) => matches(it, format))
      .toSorted((a, b) => specificity(b) - specificity(a) || b.quality - a.quality)
    return range === undefined || range.quality === 0 ? [] : [{ format, range }]
  })
  return offers.toSorted(
    (a, b) => b.range.quality - a.range.quality || specificity(b.range) - specificity(a.range),
  )[0]?.format
}

/** Whether the client asks us to overlook what we do not know (RFC 7240). */
export const prefersLenient = (prefer: string | string[] | undefined): boolean =>
  split([prefer ?? []].flat().join(','), ',').some((it) => {
    const [preference = ''] = split(it, ';')
    return /^handling\s*=\s*"?lenient"?$/i.test(preference)
  })
