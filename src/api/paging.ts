import { type Given, invalidParameter } from './parameters.ts'

export const MOST = 100
/** Of a table, for which this many is usual, too. */
export const MOST_EXPORTED = 10_000

export const PAGE_NAMES = ['page', 'itemsPerPage'] as const

/** Which part of a list is wanted. */
export interface Page {
  readonly number: number
  /** 0: only the count. */
  readonly size: number
  readonly limit: number
  readonly offset: number
}

function whole(
  given: readonly Given[],
  name: string,
  least: number,
  allowed: readonly string[],
): number | undefined {
  const text = given.find((it) => it.name === name)?.value ?? ''
  if (text === '') return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value) || value < least)
    throw invalidParameter(name, `${name} must be a whole number from ${least}.`, allowed)
  return value
}

/** @throws Problem `invalid-parameter` */
export function readPage(
  given: readonly Given[],
  usualSize: number,
  isExport: boolean,
  allowed: readonly string[],
): Page {
  const [usual, most] = isExport ? [MOST_EXPORTED, MOST_EXPORTED] : [usualSize, MOST]
  const size = Math.min(whole(given, 'itemsPerPage', 0, allowed) ?? usual, most)
  const number = whole(given, 'page', 1, allowed) ?? 1
  if (size === 0 && number > 1)
    throw invalidParameter('page', 'page must be 1 where itemsPerPage is 0.', allowed)
  // Beyond 2^53 SQLite would be handed a fraction.
  const offset = Math.min((number - 1) * size, Number.MAX_SAFE_INTEGER)
  return { number, size, limit: size, offset }
}

/** Pages one can go to from here, as paths with the parameters given. */
export interface View {
  readonly here: string
  readonly first: string
  readonly last: string
  readonly previous?: string
  readonly next?: string
}

export function viewOf(path: string, given: readonly Given[], page: Page, total: number): View {
  const last = page.size === 0 ? 1 : Math.max(1, Math.ceil(total / page.size))
  const kept = given
    .filter(({ name }) => name !== 'page')
    .map(({ name, value }) => ({
      name,
      value: name === 'itemsPerPage' && value !== '' ? String(page.size) : value,
    }))
  const at = (number: number) => {
    const all = [...kept, { name: 'page', value: String(number) }]
    return `${path}?${all.map(({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`
  }
  return {
    here: at(page.number),
    first: at(1),
    last: at(last),
    ...(page.number > 1 ? { previous: at(Math.min(page.number - 1, last)) } : {}),
    ...(page.number < last ? { next: at(page.number + 1) } : {}),
  }
}
