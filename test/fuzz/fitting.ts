import { DOCUMENT } from '../api/contract.ts'
import type { Draw } from './draw.ts'
import { nasty } from './nasty.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly minimum?: number
  readonly maximum?: number
  readonly format?: string
}

const lookUp = (ref: string): Schema =>
  ref
    .split('/')
    .slice(1)
    .reduce((at: unknown, part) => (at as Record<string, unknown>)[part], DOCUMENT) as Schema

const TEXTS = ['shop', 'Shop EU', '/api/targets/1', 'https://shop.example/', 'shop.example:443']
const TIMES = ['2027-03-01T15:00:00Z', '2027-03-02T00:00:00+01:00', '2026-01-01T00:00:00Z']

function whole(draw: Draw, { minimum = 0, maximum = 100_000 }: Schema): number {
  const span = maximum - minimum
  return draw.of([minimum, maximum, minimum - 1, maximum + 1, minimum + draw.below(span + 1)])
}

/** What the document says may be there, its edges and just beyond them; now and then something else. */
export function fitting(draw: Draw, schema: Schema): unknown {
  if (draw.isOneIn(25)) return nasty(draw)
  if (schema.$ref !== undefined) return fitting(draw, lookUp(schema.$ref))
  if (schema.enum !== undefined) return draw.of(schema.enum)
  if (schema.const !== undefined) return schema.const
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices !== undefined) return fitting(draw, draw.of(choices))
  const type = typeof schema.type === 'string' ? schema.type : draw.of(schema.type ?? ['string'])
  switch (type) {
    case 'integer':
    case 'number':
      return whole(draw, schema)
    case 'boolean':
      return draw.isOneIn(2)
    case 'null':
      return null
    case 'array':
      return Array.from({ length: draw.below(4) }, () => fitting(draw, schema.items ?? {}))
    case 'object':
      return someFields(draw, schema, 2)
    default:
      return draw.of(schema.format === 'date-time' ? TIMES : TEXTS)
  }
}

/** An object with one in `every` of its fields. */
export const someFields = (draw: Draw, schema: Schema, every: number): object =>
  Object.fromEntries(
    Object.entries(schema.properties ?? {})
      .filter(() => draw.isOneIn(every))
      .map(([name, field]) => [name, fitting(draw, field)]),
  )

interface Operation {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema } | undefined>>
  }
}

/** What a route's body may be; nothing where it takes none. */
export function bodySchema(path: string, method: string): Schema | undefined {
  const operation = DOCUMENT.paths[path]?.[method.toLowerCase()] as Operation | undefined
  const content = Object.values(operation?.requestBody?.content ?? {})[0]
  const schema = content?.schema
  return schema?.$ref === undefined ? schema : lookUp(schema.$ref)
}
