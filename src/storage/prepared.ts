import type { CompiledQuery, Kysely } from 'kysely'
import { type AccountTx, bindAccount, boundsOf, UnboundQuery } from './bound.ts'
import { runNow } from './dialect.ts'
import type { Db } from './open.ts'
import type { Tables } from './tables.ts'

type Value = string | number | null | Uint8Array
type Given = Readonly<Record<string, Value | readonly Value[]>>

/** Where a value goes that is not known yet. */
class Hole {
  readonly name: string
  readonly at: number | undefined

  constructor(name: string, at?: number) {
    this.name = name
    this.at = at
  }
}

const ACCOUNT = new Hole('')

const holesOf = (given: Given): unknown =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((_, at) => new Hole(name, at)) : new Hole(name),
    ]),
  )

function fill(parameter: unknown, given: Given, accountId: number | undefined): unknown {
  if (!(parameter instanceof Hole)) return parameter
  if (parameter === ACCOUNT) return accountId
  const value = given[parameter.name]!
  return parameter.at === undefined ? value : (value as readonly Value[])[parameter.at]
}

/** Lists of other lengths are other texts. */
function shapeOf(given: Given, isBound: boolean, chosen: unknown): string {
  let shape = isBound ? 'bound' : ''
  if (chosen !== undefined) shape += typeof chosen === 'string' ? chosen : JSON.stringify(chosen)
  for (const value of Object.values(given)) shape += Array.isArray(value) ? `,${value.length}` : ','
  return shape
}

/**
 * A query that is asked over and over: built and compiled, narrowed to an account where the handle
 * is, the first time only, which otherwise takes many times as long as running it. What `build` gets
 * are no values but where they will go, to be handed on and not to be looked at. What it may look at
 * is `chosen`, of which there must not be many kinds.
 */
export function prepared<H extends AccountTx | Db, G extends Given, Row, C = void>(
  build: (
    db: H,
    given: G,
    chosen: C,
  ) => { execute(): Promise<Row[]>; compile(): CompiledQuery<Row> },
): (db: H, given: G, chosen: C) => Promise<Row[]> {
  const known = new Map<string, CompiledQuery<Row>>()
  return async (db, given, chosen) => {
    const bounds = boundsOf(db)
    // Of some monitors only: that is rare.
    if (bounds !== undefined && bounds.monitors !== null) return build(db, given, chosen).execute()
    const executor = (db as Kysely<Tables>).getExecutor()
    const shape = shapeOf(given, bounds !== undefined, chosen)
    let query = known.get(shape)
    if (query === undefined) {
      const bare = (db as Kysely<Tables>).withoutPlugins()
      const handle = bounds === undefined ? bare : bindAccount(bare, ACCOUNT as never)
      query = build(handle as unknown as H, holesOf(given) as G, chosen).compile()
      if (bounds !== undefined && !query.parameters.includes(ACCOUNT))
        throw new UnboundQuery('a query was not built with the handle it was given')
      known.set(shape, query)
    }
    const parameters = query.parameters.map((it) => fill(it, given, bounds?.accountId))
    const { adapter } = executor
    const rows = runNow(adapter, (db as Kysely<Tables>).isTransaction, query, parameters)
    return rows ?? (await executor.executeQuery<Row>({ ...query, parameters })).rows
  }
}
