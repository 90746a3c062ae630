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
  PrimitiveValueListNode,
  type QueryId,
  type RawNode,
  ReferenceNode,
  type RootOperationNode,
  SelectAllNode,
  SelectionNode,
  type SelectQueryNode,
  TableNode,
  type UpdateQueryNode,
  ValueListNode,
  ValueNode,
  ValuesNode,
  WhereNode,
} from 'kysely'
import type { AccountId } from '../kernel/index.ts'
import { OWNER_COLUMN, type Tables } from './tables.ts'

type Verbs = 'selectFrom' | 'insertInto' | 'updateTable' | 'deleteFrom'

/** Inside a transaction, or where none is needed: reads and writes of one account alone. */
export type AccountTx = Pick<Kysely<Tables>, Verbs>

/** A database handle that sees one account: every query is narrowed, every insert stamped. */
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

class Narrowing extends OperationNodeTransformer {
  readonly #accountId: AccountId

  constructor(accountId: AccountId) {
    super()
    this.#accountId = accountId
  }

  #mine(table: TableNode, qualifier: TableNode = table): OperationNode {
    return BinaryOperationNode.create(
      ReferenceNode.create(ColumnNode.create(ownerColumn(table)), qualifier),
      OperatorNode.create('='),
      ValueNode.create(this.#accountId),
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
    for (const { column } of node.updates ?? [])
      if (ColumnNode.is(column) && column.column.name === owner)
        throw new UnboundQuery('a row never changes its account')
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
    const stamp = ValueNode.create(this.#accountId)
    const stamped = values.values.map((row) =>
      ValueListNode.create([
        ...(PrimitiveValueListNode.is(row)
          ? row.values.map((it) => ValueNode.create(it))
          : row.values.map((it) => this.transformNode(it, id))),
        stamp,
      ]),
    )
    return {
      ...node,
      columns: [...columns, ColumnNode.create(owner)],
      values: ValuesNode.create(stamped),
    }
  }
}

function narrowing(accountId: AccountId): KyselyPlugin {
  return {
    transformQuery({ node }): RootOperationNode {
      if (!ROOTS.has(node.kind)) throw new UnboundQuery(`a ${node.kind} cannot be narrowed`)
      // A transformer keeps a stack while it walks: one for each query.
      return new Narrowing(accountId).transformNode(node)
    },
    transformResult: async ({ result }) => result,
  }
}

/** `db` narrowed to one account. Inside a transaction hand in `tx`: the result is part of it. */
export function bindAccount(db: Kysely<Tables>, accountId: AccountId): AccountDb {
  const bound = db.withPlugin(narrowing(accountId))
  return {
    accountId,
    selectFrom: bound.selectFrom.bind(bound),
    insertInto: bound.insertInto.bind(bound),
    updateTable: bound.updateTable.bind(bound),
    deleteFrom: bound.deleteFrom.bind(bound),
    transaction: () => bound.transaction(),
  }
}
