import type Sqlite from 'better-sqlite3'
import {
  type BinaryOperationNode,
  ColumnNode,
  type CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  ReferenceNode,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  SqliteQueryCompiler,
  type SqliteStatement,
  ValueNode,
} from 'kysely'

const STATEMENTS_KEPT = 500

/** A full disk ends the transaction by itself; to complain of that would hide why. */
function rollbackOf(sqlite: Sqlite.Database): SqliteStatement {
  const rollback = sqlite.prepare('rollback')
  const run = () => (sqlite.inTransaction ? rollback.run() : { changes: 0, lastInsertRowid: 0 })
  return { reader: false, run, all: () => [], iterate: () => [].values() }
}

/** Kysely compiles a query to the same text each time: preparing it once is five times as fast. */
function withCachedStatements(sqlite: Sqlite.Database) {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => sqlite.close(),
    prepare(asked: string) {
      // A deferred transaction that reads first is refused its write when another process wrote
      // meanwhile, at once and whatever the busy timeout; an immediate one waits its turn.
      const text = asked === 'begin' ? 'begin immediate' : asked
      const known = statements.get(text)
      if (known !== undefined) return known
      if (statements.size >= STATEMENTS_KEPT) statements.clear()
      const statement = asked === 'rollback' ? rollbackOf(sqlite) : sqlite.prepare(text)
      statements.set(text, statement)
      return statement
    },
  }
}

/** What partial indexes are of: they serve a query only where its text says the same. */
const PARTIAL: Readonly<Record<string, unknown>> = { checks: 0, state: 'pending' }

/**
 * SQLite plans a statement anew for each value bound to it, which takes many times as long as running
 * it, wherever it thinks that the value could matter. The plus keeps it from that; it changes nothing
 * else.
 */
class PlannedOnce extends SqliteQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return '+?'
  }

  protected override visitBinaryOperation(node: BinaryOperationNode): void {
    const { leftOperand: left, rightOperand: right } = node
    const column =
      ReferenceNode.is(left) && ColumnNode.is(left.column) ? left.column.column.name : ''
    const isPartial =
      ValueNode.is(right) && Object.hasOwn(PARTIAL, column) && PARTIAL[column] === right.value
    const rightOperand = isPartial ? ValueNode.createImmediate(right.value) : right
    super.visitBinaryOperation({ ...node, rightOperand })
  }
}

/** Knows whether somebody has the connection for himself, as a transaction does until it ends. */
class Driver extends SqliteDriver {
  isHeld = false

  override acquireConnection(): Promise<DatabaseConnection> {
    this.isHeld = true
    return super.acquireConnection()
  }

  override releaseConnection(): Promise<void> {
    this.isHeld = false
    return super.releaseConnection()
  }
}

class Adapter extends SqliteAdapter {
  readonly database: SqliteDatabase
  readonly driver: Driver

  constructor(database: SqliteDatabase) {
    super()
    this.database = database
    this.driver = new Driver({ database })
  }
}

class Dialect extends SqliteDialect {
  readonly #adapter: Adapter

  constructor(database: SqliteDatabase) {
    super({ database })
    this.#adapter = new Adapter(database)
  }

  override createAdapter(): Adapter {
    return this.#adapter
  }

  override createDriver(): Driver {
    return this.#adapter.driver
  }

  override createQueryCompiler(): PlannedOnce {
    return new PlannedOnce()
  }
}

/**
 * Runs a query without the ten promises between Kysely and SQLite, which answers at once anyway:
 * where nobody holds the connection, or where it is asked by the transaction that does. Undefined
 * where it has to wait its turn.
 */
export function runNow<Row>(
  adapter: DialectAdapter,
  isTransaction: boolean,
  query: CompiledQuery<Row>,
  parameters: readonly unknown[],
): Row[] | undefined {
  if (!(adapter instanceof Adapter) || (adapter.driver.isHeld && !isTransaction)) return undefined
  const statement = adapter.database.prepare(query.sql)
  if (statement.reader) return statement.all(parameters) as Row[]
  statement.run(parameters)
  return []
}

/** How Kysely speaks to this database. */
export const dialectOf = (sqlite: Sqlite.Database): SqliteDialect =>
  new Dialect(withCachedStatements(sqlite))
