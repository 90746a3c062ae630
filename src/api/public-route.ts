import type { AccountDb } from '../storage/index.ts'
import { etagOf } from './conditions.ts'
import type { ApiDeps } from './deps.ts'
import type { Format } from './negotiate.ts'
import type { Parameters, Query } from './parameters.ts'
import type { Rendered } from './render.ts'
import type { Site } from './site.ts'
import type { JsonSchema } from './wire.ts'

/** A GET that needs no key. */
export interface PublicRoute<P extends Parameters = Parameters> {
  /** `{id}` stands for an id, other words for one segment. */
  readonly path: string
  /** Whether `Accept` is asked. */
  readonly isNegotiated: boolean
  /** Whether it is answered in clear, and while stopping. */
  readonly isProbe?: boolean
  /** Whether a key may come along and shows more. */
  readonly takesKey?: boolean
  readonly summary: string
  readonly parameters?: P
  readonly answer: {
    readonly types: readonly string[]
    readonly schema?: JsonSchema
    /** A status besides 200 that comes with the same. */
    readonly also?: number
  }
  run(asked: {
    readonly deps: ApiDeps
    readonly site: Site
    readonly format: Format
    /** What stands for the words in braces. */
    readonly parts: Readonly<Record<string, string>>
    readonly query: Query<P>
    readonly isStopping: boolean
    /** Whose key came along. */
    readonly reader: AccountDb | undefined
  }): Rendered | Promise<Rendered>
}

/** Types a declaration by its own parameters. */
export const publicRoute = <P extends Parameters>(declared: PublicRoute<P>): PublicRoute => declared

/** A body that is there in full, with its ETag. */
export const document = <T>(
  type: string,
  value: T,
  write: (value: T) => string = JSON.stringify,
): Rendered => {
  const body = write(value)
  return { status: 200, headers: { 'content-type': type, etag: etagOf(0, body) }, body }
}
