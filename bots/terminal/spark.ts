import type { Chart, Mark } from '../charts/index.ts'

const HEIGHTS = '▁▂▃▄▅▆▇█'
const SIGNS: Readonly<Record<Mark, string>> = { none: ' ', up: '▂', degraded: '▅', down: '█' }
/** Of several marks in one column the worst is shown. */
const WORST_LAST: readonly Mark[] = ['none', 'up', 'degraded', 'down']

/** Items in at most `width` groups of nearly the same size, in their order. */
function grouped<T>(items: readonly T[], width: number): T[][] {
  const columns = Math.min(items.length, Math.max(1, width))
  const edge = (column: number) => Math.floor((column * items.length) / columns)
  return Array.from({ length: columns }, (_, column) => items.slice(edge(column), edge(column + 1)))
}

/** How a monitor was, a column a stretch of time: the worst of it; a blank where nothing was seen. */
export const writeStrip = (marks: readonly Mark[], width: number): string =>
  grouped(marks, width)
    .map((its) => SIGNS[WORST_LAST.findLast((mark) => its.includes(mark)) ?? 'none'])
    .join('')

/** Response times from 0 to the slowest average; a blank where there are none. */
export function writeTimes(times: NonNullable<Chart['times']>, width: number): string {
  let last: number | null = null
  const columns = grouped(times, width).map((its) => {
    const seen = its.filter((it) => it !== null && it !== 'between').map(({ avgMs }) => avgMs)
    if (seen.length > 0) last = Math.max(...seen)
    else if (its.includes(null)) last = null
    return last
  })
  const top = Math.max(1, ...columns.map((it) => it ?? 0))
  return columns
    .map((it) => (it === null ? ' ' : HEIGHTS[Math.min(7, Math.floor((it / top) * 8))]))
    .join('')
}
