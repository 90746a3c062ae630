import { FunctionExpressionType, JSONPathEnvironment, type JSONValue } from 'json-p3'
import { compilePattern } from './pattern.ts'

/** A path of RFC 9535 through a parsed document. */
export interface JsonPath {
  /** It names one place at most, so that following it is no work. */
  readonly isSingular: boolean
  /** Every value it leads to. @throws where the document is too deep for it. */
  values(document: unknown): unknown[]
}

/** The library's own would let JavaScript's expressions loose on a stranger's text. */
const patternFunction = (how: 'match' | 'find') => ({
  argTypes: [FunctionExpressionType.ValueType, FunctionExpressionType.ValueType],
  returnType: FunctionExpressionType.LogicalType,
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

const environment = new JSONPathEnvironment({ strict: true })
environment.functionRegister.set('match', patternFunction('match'))
environment.functionRegister.set('search', patternFunction('find'))

/** @throws for what is no path. */
export function compilePath(text: string): JsonPath {
  const query = environment.compile(text)
  return {
    isSingular: query.singularQuery(),
    values: (document) => query.query(document as JSONValue).values(),
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
