import { cut } from '../kernel/index.ts'
import { type Assertion, judgeDocument } from './assertions.ts'
import { compilePath } from './json-path.ts'
import type { Finding } from './outcome.ts'
import { compilePattern } from './pattern.ts'

/** What is asked of a page. Plain data: it travels to a thread of its own. */
export interface Asked {
  readonly bodyContains: string | null
  readonly bodyNotContains: string | null
  readonly bodyMatches: string | null
  readonly assertions: readonly Assertion[]
}

/** What came of a page. */
export interface Read {
  readonly text: string
  /** There was more, which nobody read. */
  readonly truncated: boolean
}

const quoted = (text: string): string => `"${cut(text, 80)}"`

/** What the page says about the conditions on it; nothing when all hold. */
export function judgePage({ text, truncated }: Read, asked: Asked): Finding | undefined {
  const { bodyContains, bodyNotContains, bodyMatches, assertions } = asked
  if (bodyNotContains !== null && text.includes(bodyNotContains))
    return { code: 'body_forbidden', message: `${quoted(bodyNotContains)} appears in the page` }
  const missing = [
    bodyContains === null || text.includes(bodyContains) ? null : bodyContains,
    bodyMatches === null || compilePattern(bodyMatches).find(text) ? null : bodyMatches,
  ].find((it) => it !== null)
  const open = bodyNotContains !== null || missing !== undefined || assertions.length > 0
  if (truncated && open)
    return {
      code: 'response_too_large',
      message: 'body is over 1 MiB, and what was asked of it could not be decided before',
    }
  if (missing !== undefined)
    return { code: 'body_missing', message: `${quoted(missing)} is missing from the page` }
  return assertions.length === 0 ? undefined : judgeDocument(text, assertions)
}

const LONGEST_QUICK = 64 * 1024
// About 40 ns each: 40 ms of a thread that serves everybody.
const MOST_QUICK_STEPS = 1_000_000

/** It will be judged in no time, whatever the page holds. */
export function isQuick({ text }: Read, { bodyMatches, assertions }: Asked): boolean {
  const patterns = [
    bodyMatches,
    ...assertions.map(({ op, value }) => (op === 'matches' ? String(value) : null)),
  ].filter((it) => it !== null)
  if (patterns.length === 0 && assertions.length === 0) return true
  if (text.length > LONGEST_QUICK) return false
  const size = patterns.reduce((sum, pattern) => sum + compilePattern(pattern).size, 0)
  return (
    size * text.length <= MOST_QUICK_STEPS &&
    assertions.every(({ path }) => compilePath(path).isSingular)
  )
}
