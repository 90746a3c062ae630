import { z } from 'zod'

/**
 * What a field holds, as machines read it: its JSON Schema, whose thing an IRI names, and who writes
 * it. A field nobody marks is only read.
 */
export const wire = {
  id: z.int().min(1),
  text: z.string(),
  flag: z.boolean(),
  whole: z.int(),
  number: z.number(),
  /** 0 to 100, at most three decimals. */
  percent: z.number().min(0).max(100),
  /** UTC, milliseconds. */
  time: z.iso.datetime({ precision: 3 }),
  /** The IRI of a thing of that name. */
  iri: (name: string) => z.string().meta({ 'x-relation': name }),
  one: <const T extends readonly string[]>(...words: T) => z.enum(words),
} as const

/** May be written. */
export const written = <S extends z.ZodType>(schema: S): S =>
  schema.meta({ ...schema.meta(), 'x-access': 'write' })

/** Must be given when the thing is made. */
export const required = <S extends z.ZodType>(schema: S): S =>
  schema.meta({ ...schema.meta(), 'x-access': 'required' })

export type JsonSchema = Readonly<Record<string, unknown>>

/** A zod schema as JSON Schema 2020-12: of what is taken, or of what is given out. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Zod's `readonly` is about our code, not about who may write.
      delete jsonSchema.readOnly
      if (jsonSchema['x-access'] === undefined) return
      // Stays beside the schema; the document says it by readOnly and required.
      if (jsonSchema.pattern !== undefined && jsonSchema.format !== undefined)
        delete jsonSchema.pattern
    },
  })
  return json
}

export type Access = 'read' | 'write' | 'required'

/** One field of a shape. `holds` is a resource's name, `object`, or a scalar of XML Schema. */
export interface WireField {
  readonly name: string
  readonly holds: string
  readonly access: Access
  readonly schema: JsonSchema
}

function holdsOf(schema: JsonSchema): string {
  const relation = schema['x-relation']
  if (typeof relation === 'string') return relation
  const choices = schema['anyOf'] as readonly JsonSchema[] | undefined
  const own = choices?.find(({ type }) => type !== 'null')
  if (own !== undefined) return holdsOf(own)
  const type = [schema['type']].flat().find((it) => it !== 'null')
  if (type === 'array') {
    const items = schema['items'] as JsonSchema | undefined
    return typeof items?.['x-relation'] === 'string' ? items['x-relation'] : 'object'
  }
  if (type === 'string') return schema['format'] === 'date-time' ? 'dateTime' : 'string'
  if (type === 'number') return 'decimal'
  return type === 'integer' || type === 'boolean' ? type : 'object'
}

const ACCESS: ReadonlySet<unknown> = new Set(['write', 'required'])

const known = new WeakMap<z.ZodObject, readonly WireField[]>()

/** Made once: a shape does not change. */
export function fieldsOf(shape: z.ZodObject): readonly WireField[] {
  const fields = known.get(shape) ?? readFields(shape)
  known.set(shape, fields)
  return fields
}

const readFields = (shape: z.ZodObject): readonly WireField[] =>
  Object.entries(shape.shape).map(([name, field]) => {
    const schema = jsonSchemaOf(field as z.ZodType, 'output')
    const access = schema['x-access']
    return {
      name,
      holds: holdsOf(schema),
      access: ACCESS.has(access) ? (access as Access) : 'read',
      schema,
    }
  })
