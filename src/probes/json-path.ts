import { createRequire } from 'node:module'
import type * as JsonP3 from 'json-p3'
import { compilePattern } from './pattern.ts'

/** A path of RFC 9535 through a parsed document. */
export interface JsonPath {
  /** It names one place at most, so that following it is no work. */
  readonly isSingular: boolean
  /** Every value it leads to. @throws where the document is too deep for it. */
  values(document: unknown): unknown[]
}

const require = createRequire(import.meta.url)
/** Loaded with the first path: most processes have none. */
const jsonP3 = () => require('json-p3') as typeof JsonP3

/** The library's own would let JavaScript's expressions loose on a stranger's text. */
const patternFunction = (how: 'match' | 'find') => ({
  argTypes: [jsonP3().FunctionExpressionType.ValueType, jsonP3().FunctionExpressionType.ValueType],
  returnType: jsonP3().FunctionExpressionType.LogicalType,
  call(text: unknown, pattern: unknown): boolean {
    if (typeof text !== 'string' || typeof pattern !== 'string') return false
    try {
      return compilePattern(pattern)[how](text)
    } catch {
      // As the standard has it: what is no pattern matches nothing.
      return false
    }
  },
})

let made: JsonP3.JSONPathEnvironment | undefined

function environment(): JsonP3.JSONPathEnvironment {
  if (made !== undefined) return made
  made = new (jsonP3().JSONPathEnvironment)({ strict: true })
  made.functionRegister.set('match', patternFunction('match'))
  made.functionRegister.set('search', patternFunction('find'))
  return made
}

/** @throws for what is no path. */
export function compilePath(text: string): JsonPath {
  const query = environment().compile(text)
  return {
    isSingular: query.singularQuery(),
    values: (document) => query.query(document as JsonP3.JSONValue).values(),
  }
}

export function isPath(text: string): boolean {
  try {
    compilePath(text)
    return true
  } catch {
    return false
  }
}
