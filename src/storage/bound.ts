import {
  AliasNode,
  AndNode,
  BinaryOperationNode,
  ColumnNode,
  type DeleteQueryNode,
  FromNode,
  IdentifierNode,
  type InsertQueryNode,
  type JoinNode,
  type Kysely,
  type KyselyPlugin,
  type OperationNode,
  OperationNodeTransformer,
  OperatorNode,
  ParensNode,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  PrimitiveValueListNode,
  type QueryId,
  type QueryResult,
  RawNode,
  ReferenceNode,
  type RootOperationNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
  type UnknownRow,
  type UpdateQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
} from 'kysely'
import type { AccountId, MonitorId } from '../kernel/index.ts'
import { MONITOR_REACH, OWNER_COLUMN, type Reach, type Tables } from './tables.ts'

type Verbs = 'selectFrom' | 'insertInto' | 'updateTable' | 'deleteFrom'

/** Inside a transaction, or where none is needed: reads and writes of one account alone. */
export type AccountTx = Pick<Kysely<Tables>, Verbs>

/**
 * A database handle that sees one account, or what is about some of its monitors: every query is
 * narrowed, every insert stamped.
 */
export type AccountDb = Pick<Kysely<Tables>, Verbs | 'transaction'> & {
  readonly accountId: AccountId
}

/** A query an account-bound handle cannot narrow: a bug of whoever wrote it. */
export class UnboundQuery extends Error {
  override readonly name = 'UnboundQuery'
}

function ownerColumn(table: TableNode): string {
  const { schema, identifier } = table.table
  const column = (OWNER_COLUMN as Record<string, string | undefined>)[identifier.name]
  if (schema !== undefined || column === undefined)
    throw new UnboundQuery(`the table ${identifier.name} has no account`)
  return column
}

const ROOTS = new Set(['SelectQueryNode', 'InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'])
const REFUSED = [
  'with',
  'using',
  'joins',
  'from',
  'onConflict',
  'onDuplicateKey',
  'orAction',
  'replace',
] as const

function refuse(node: object, parts: readonly (typeof REFUSED)[number][]): void {
  const part = parts.find((it) => (node as Record<string, unknown>)[it] !== undefined)
  if (part !== undefined) throw new UnboundQuery(`"${part}" cannot be narrowed here`)
}

/** As one value, however many they are: the text of a query stays the same. */
const listed = (ids: readonly MonitorId[]) => ValueNode.create(JSON.stringify(ids))

/** SQL of our own. A query that becomes part of another passes here twice: it is known again. */
const written = new WeakSet<RawNode>()

function write(fragments: readonly string[], parts: readonly OperationNode[]): RawNode {
  const node = RawNode.create(fragments, parts)
  written.add(node)
  return node
}

const among = (id: OperationNode, ids: readonly MonitorId[]): RawNode =>
  write(['', ' in (select value from json_each(', '))'], [id, listed(ids)])

const beyond = () => new UnboundQuery('a row must be about monitors within reach')

/** Whose rows a handle reaches. */
interface Bounds {
  readonly accountId: AccountId
  /** Null: all of the account's. */
  readonly monitors: readonly MonitorId[] | null
}

class Narrowing extends OperationNodeTransformer {
  readonly #bounds: Bounds

  constructor(bounds: Bounds) {
    super()
    this.#bounds = bounds
  }

  #mine(table: TableNode): OperationNode {
    const owned = BinaryOperationNode.create(
      ReferenceNode.create(ColumnNode.create(ownerColumn(table)), table),
      OperatorNode.create('='),
      ValueNode.create(this.#bounds.accountId),
    )
    const reach = this.#reachOf(table)
    if (reach === 'account') return owned
    const named = ReferenceNode.create(ColumnNode.create(reach.column), table)
    return AndNode.create(owned, this.#within(named, reach))
  }

  #reachOf(table: TableNode): Exclude<Reach, 'closed'> {
    if (this.#bounds.monitors === null) return 'account'
    const { name } = table.table.identifier
    const reach = MONITOR_REACH[name as keyof typeof MONITOR_REACH]
    if (reach === 'closed') throw new UnboundQuery(`the table ${name} is not of some monitors`)
    return reach
  }

  #within(named: OperationNode, { by }: Exclude<Reach, string>): OperationNode {
    const { accountId, monitors } = this.#bounds
    const ids = monitors!
    if (by === 'monitor') return among(named, ids)
    if (by === 'incident')
      return write(
        ['', ' in (select id from incidents where account_id = ', ' and ', ')'],
        [named, ValueNode.create(accountId), among(ColumnNode.create('monitor_id'), ids)],
      )
    return write(
      ['(', " <> '[]' and not exists (select 1 from json_each(", ') where not ', '))'],
      [named, named, among(ColumnNode.create('value'), ids)],
    )
  }

  #where(where: WhereNode | undefined, table: TableNode): WhereNode {
    const mine = this.#mine(table)
    return WhereNode.create(
      where === undefined ? mine : AndNode.create(ParensNode.create(where.where), mine),
    )
  }

  // A table read becomes the account's part of it, so joins and sub-queries need no thought.
  #source(node: OperationNode): OperationNode {
    if (AliasNode.is(node) && TableNode.is(node.node))
      return AliasNode.create(this.#part(node.node), node.alias)
    if (TableNode.is(node))
      return AliasNode.create(this.#part(node), IdentifierNode.create(node.table.identifier.name))
    return this.transformNode(node)
  }

  #part(table: TableNode): OperationNode {
    const mine: SelectQueryNode = {
      kind: 'SelectQueryNode',
      from: FromNode.create([table]),
      selections: [SelectionNode.create(SelectAllNode.create())],
      where: WhereNode.create(this.#mine(table)),
    }
    return ParensNode.create(mine)
  }

  override transformNodeImpl<T extends OperationNode>(node: T, queryId?: QueryId): T {
    if (node.kind.endsWith('QueryNode') && !ROOTS.has(node.kind))
      throw new UnboundQuery(`a ${node.kind} cannot be narrowed`)
    return super.transformNodeImpl(node, queryId)
  }

  protected override transformRaw(node: RawNode): RawNode {
    if (written.has(node)) return node
    // Kysely itself writes directions this way; everything else is SQL nobody has read.
    const [only, ...more] = node.sqlFragments
    if (more.length === 0 && (only === 'asc' || only === 'desc')) return node
    throw new UnboundQuery('raw SQL cannot be narrowed')
  }

  protected override transformSelectQuery(node: SelectQueryNode, id?: QueryId): SelectQueryNode {
    refuse(node, ['with'])
    return super.transformSelectQuery(node, id)
  }

  protected override transformFrom(node: FromNode): FromNode {
    return { ...node, froms: node.froms.map((it) => this.#source(it)) }
  }

  protected override transformJoin(node: JoinNode, id?: QueryId): JoinNode {
    const { table, ...rest } = node
    const joined = super.transformJoin({ ...rest, table: IdentifierNode.create('-') }, id)
    return { ...joined, table: this.#source(table) }
  }

  protected override transformUpdateQuery(node: UpdateQueryNode, id?: QueryId): UpdateQueryNode {
    refuse(node, ['with', 'from', 'joins'])
    const { table } = node
    if (table === undefined || !TableNode.is(table))
      throw new UnboundQuery('an update needs a plain table')
    const owner = ownerColumn(table)
    const reach = this.#reachOf(table)
    for (const { column } of node.updates ?? []) {
      if (!ColumnNode.is(column)) continue
      if (column.column.name === owner) throw new UnboundQuery('a row never changes its account')
      if (reach !== 'account' && column.column.name === reach.column)
        throw new UnboundQuery('a row never changes its monitor')
    }
    const updated = super.transformUpdateQuery(node, id)
    return { ...updated, where: this.#where(updated.where, table) }
  }

  protected override transformDeleteQuery(node: DeleteQueryNode, id?: QueryId): DeleteQueryNode {
    refuse(node, ['with', 'using', 'joins'])
    const [table, ...more] = node.from.froms
    if (table === undefined || more.length > 0 || !TableNode.is(table))
      throw new UnboundQuery('a delete needs a plain table')
    ownerColumn(table)
    const { where } = node
    const narrowed = this.#where(
      where === undefined ? undefined : this.transformWhere(where, id),
      table,
    )
    return { ...node, where: narrowed }
  }

  protected override transformInsertQuery(node: InsertQueryNode, id?: QueryId): InsertQueryNode {
    refuse(node, ['with', 'onDuplicateKey', 'replace'])
    if (node.onConflict?.doNothing !== true) refuse(node, ['onConflict'])
    // `insert or replace` would take away whatever row stands in the way, whose ever it is.
    if (node.orAction?.action.toLowerCase() !== 'ignore') refuse(node, ['orAction'])
    const { into, columns = [], values } = node
    if (into === undefined || values === undefined || !ValuesNode.is(values))
      throw new UnboundQuery('an insert needs its values written out')
    const owner = ownerColumn(into)
    if (owner === 'id') throw new UnboundQuery('an account cannot make accounts')
    if (columns.some((it) => it.column.name === owner))
      throw new UnboundQuery('the account is stamped, not given')
    const stamp = ValueNode.create(this.#bounds.accountId)
    const admit = this.#admission(into, columns)
    const stamped = values.values.map((row) =>
      ValueListNode.create([
        ...admit(
          PrimitiveValueListNode.is(row)
            ? row.values.map((it) => ValueNode.create(it))
            : row.values.map((it) => this.transformNode(it, id)),
        ),
        stamp,
      ]),
    )
    return {
      ...node,
      columns: [...columns, ColumnNode.create(owner)],
      values: ValuesNode.create(stamped),
    }
  }

  /** Lets only such rows pass as are about monitors within reach. */
  #admission(
    into: TableNode,
    columns: readonly ColumnNode[],
  ): (row: readonly OperationNode[]) => readonly OperationNode[] {
    const reach = this.#reachOf(into)
    if (reach === 'account') return (row) => row
    const at = columns.findIndex(({ column }) => column.name === reach.column)
    return (row) => {
      const named = row[at]
      if (named === undefined || into.table.identifier.name === 'monitors') throw beyond()
      if (reach.by === 'incident')
        // No incident is 0: the reference fails, and the insert with it.
        return row.with(
          at,
          write(
            ['coalesce((select id from incidents where id = ', ' and ', '), 0)'],
            [named, this.#within(ColumnNode.create('id'), reach)],
          ),
        )
      const { value } = named as ValueNode
      const ids = reach.by === 'monitor' ? [value] : (JSON.parse(String(value)) as unknown[])
      if (!ids.every((it) => this.#bounds.monitors!.includes(it as MonitorId))) throw beyond()
      return row
    }
  }
}

class Narrowed implements KyselyPlugin {
  readonly bounds: Bounds

  constructor(bounds: Bounds) {
    this.bounds = bounds
  }

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    if (!ROOTS.has(node.kind)) throw new UnboundQuery(`a ${node.kind} cannot be narrowed`)
    // A transformer keeps a stack while it walks: one for each query.
    return new Narrowing(this.bounds).transformNode(node)
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result
  }
}

/**
 * `db` narrowed to one account, and where `monitors` are given to what is about those. Inside a
 * transaction hand in `tx`: the result is part of it.
 */
export function bindAccount(
  db: Kysely<Tables>,
  accountId: AccountId,
  monitors: readonly MonitorId[] | null = null,
): AccountDb {
  return Object.assign(db.withPlugin(new Narrowed({ accountId, monitors })), { accountId })
}

/**
 * The whole account, for what a change of some monitors means to the others. Nothing of those may
 * come back to whoever asked.
 */
export function wholeAccount(tx: AccountTx): AccountTx {
  const bounds = boundsOf(tx)
  if (bounds === undefined || bounds.monitors === null) return tx
  return bindAccount((tx as Kysely<Tables>).withoutPlugins(), bounds.accountId)
}

/** Nothing for a handle that is not bound. */
export const boundsOf = (tx: AccountTx): Bounds | undefined =>
  (tx as Kysely<Tables>).getExecutor().plugins.find((it) => it instanceof Narrowed)?.bounds

/**
 * Which database and whose rows of it a handle reaches; `monitors` null: all of the account's. For
 * what is kept in memory beside the database and has to be narrowed by hand.
 */
export function reachOf(tx: AccountTx): Bounds & {
  readonly database: object
  readonly isTransaction: boolean
} {
  const [held, bounds] = [tx as Kysely<Tables>, boundsOf(tx)]
  if (bounds === undefined) throw new UnboundQuery('a handle of no account reaches too far')
  // One for each database that is opened, the same inside its transactions.
  return { ...bounds, database: held.getExecutor().adapter, isTransaction: held.isTransaction }
}
