import type { z } from 'zod'
import type { Account, Principal, Scope } from '../accounts/index.ts'
import type { By } from '../audit/index.ts'
import type { Instant } from '../kernel/index.ts'
import { discreetly } from '../probes/index.ts'
import type { AccountDb } from '../storage/index.ts'
import type { ApiDeps } from './deps.ts'
import type { BodyRule } from './fields.ts'
import type { Page } from './paging.ts'
import type { Parameters, Query } from './parameters.ts'
import type { Site } from './site.ts'

/** A request that got as far as its route: who asks, what for, and what it may use. */
export interface Call<P extends Parameters = Parameters> {
  readonly deps: ApiDeps
  /** Bound to the caller's account, or those of its targets that the key is for. */
  readonly db: AccountDb
  readonly account: Account
  readonly principal: Principal
  readonly by: By
  readonly now: Instant
  readonly site: Site
  /** `{id}` of the path; 0 where it has none. */
  readonly id: number
  readonly query: Query<P>
  readonly page: Page
  readonly isLenient: boolean
  /** `Prefer: respond-async`. */
  readonly prefersAsync: boolean
  /** Counts looks beyond the one a request is. @throws Problem `quota-exceeded` */
  spendChecks(count: number): void
  /** `If-Match`, for a change to ask again in its own transaction. */
  readonly ifRev: number | undefined
}

type Fields = Readonly<Record<string, unknown>>

/** What a look said, as much of it as the caller's scope may read. */
export const toldTo = (
  { principal }: Pick<Call, 'principal'>,
  code: string | null,
  message: string,
  where: { readonly url: string; readonly address?: string | undefined },
): string => (principal.scope === 'read' ? discreetly(code, message, where) : message)

/** A list small enough to be read whole, of which a page was asked. */
export const pageOf = <T>(
  type: string,
  path: string,
  found: readonly T[],
  { page: { offset, limit } }: Pick<Call, 'page'>,
  memberOf: (it: T) => { readonly path: string; readonly fields: Fields },
): Answer => ({
  kind: 'members',
  type,
  path,
  total: found.length,
  members: found.slice(offset, offset + limit).map(memberOf),
})

/** What a route answers, before it becomes JSON-LD or JSON. */
export type Answer =
  | {
      readonly kind: 'item'
      readonly type: string
      /** Its IRI's path; null for a thing without an address. */
      readonly path: string | null
      readonly fields: Fields
      readonly rev?: number
      readonly status?: 200 | 201 | 202 | 424
      /** Fields that must not be kept: shown this once, not even replayed. */
      readonly secrets?: readonly string[]
    }
  | {
      readonly kind: 'members'
      readonly type: string
      readonly path: string
      readonly total: number
      readonly members: readonly { readonly path: string; readonly fields: Fields }[]
    }
  | { readonly kind: 'nothing' }

/**
 * One route, declared. Everything that is the same for all (credentials, quota, formats, paging,
 * conditions, replays, headers) happens around it, in the order the wire promises.
 */
export interface Route<P extends Parameters = Parameters, Found = unknown, Body = unknown> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{id}` stands for an id. */
  readonly path: string
  readonly scope: Scope
  /** Open to a key for some targets: it shows and changes nothing but them. Others refuse such a key. */
  readonly isAboutTargets?: true
  /** What it does, as a sentence without its end: `Adds a target`. */
  readonly summary: string
  /** What it answers, where that is not the resource it belongs to. */
  readonly answers?: string
  /** A body that works, for the docs. */
  readonly example?: Fields
  /** And the query it takes. */
  readonly exampleQuery?: string
  /** A thing is made: 201. */
  readonly creates?: true
  /** Other statuses the same thing comes with. */
  readonly also?: readonly { readonly status: number; readonly means: string }[]
  readonly parameters?: P
  /** A list, of that many a page. */
  readonly pageSize?: number
  readonly body?: BodyRule<Body>
  /** Counted as a check, too. */
  readonly isCheck?: boolean
  /** The thing the path names. @throws Fault when the account has none such */
  find?(call: Call<P>): Promise<Found>
  /** Revision of what was found, for `If-Match`. */
  revOf?(found: Found): number
  run(call: Call<P>, found: Found, body: Body): Promise<Answer>
}

/** Types a declaration by its own parts. */
export const route = <P extends Parameters, Found, Body>(declared: Route<P, Found, Body>): Route =>
  declared

/** A kind of thing on the wire: its fields, for machines to read, and its routes. */
export interface Resource {
  /** `Target`. */
  readonly name: string
  readonly title: string
  /** The path of its list, or of the one there is. */
  readonly path: string
  /** Every field of one, in order. */
  readonly shape: z.ZodObject
  /** What a list shows of each; all of it unless said. */
  readonly listed?: z.ZodObject
  readonly routes: readonly Route[]
  /** What its routes answer besides. */
  readonly others?: readonly Pick<Resource, 'name' | 'title' | 'shape'>[]
}
