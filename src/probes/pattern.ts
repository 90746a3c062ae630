import { createRequire } from 'node:module'
import type * as Re2js from 're2js'

const require = createRequire(import.meta.url)
/** Loaded with the first pattern: most processes have none. */
const re2js = () => require('re2js') as typeof Re2js

/** A pattern of RE2: its time grows with the text, never faster. */
export interface Pattern {
  /** Instructions it was compiled to; text length times this is about the work of one `find`. */
  readonly size: number
  /** Anywhere in `text`. */
  find(text: string): boolean
  /** All of `text`. */
  match(text: string): boolean
}

/** @throws for what RE2 cannot take: look-around, references back, and what is no pattern at all. */
export function compilePattern(text: string): Pattern {
  const compiled = re2js().RE2JS.compile(text)
  return {
    size: compiled.programSize(),
    find: (it) => compiled.matcher(it).find(),
    match: (it) => compiled.matches(it),
  }
}

export function isPattern(text: string): boolean {
  try {
    compilePattern(text)
    return true
  } catch {
    return false
  }
}
