import { setImmediate as others } from 'node:timers/promises'
import { z } from 'zod'
import { csvLine } from '../kernel/index.ts'
import { CONTENT_TYPE } from './negotiate.ts'
import { listHeaders, type Manner, type Rendered } from './render.ts'
import type { Call, Route } from './route.ts'

/** Rows read at once: nothing else waits longer for them than some tens of milliseconds. */
const BATCH = 400

type Fields = Readonly<Record<string, unknown>>

/** Where a cell's value lies; its column is called by the names with dots between. */
type Column = readonly string[]

function bare(schema: unknown): unknown {
  return schema instanceof z.ZodNullable || schema instanceof z.ZodOptional
    ? bare(schema.unwrap())
    : schema
}

/** A column a field, in order; of an object whose fields are known, one for each of them. */
const columnsOf = (shape: z.ZodObject, within: Column = []): Column[] =>
  Object.entries(shape.shape).flatMap(([name, field]) => {
    const schema = bare(field)
    const column = [...within, name]
    return schema instanceof z.ZodObject ? columnsOf(schema, column) : [column]
  })

const valueAt = (fields: Fields, column: Column): unknown =>
  column.reduce<unknown>((value, name) => (value as Fields | null | undefined)?.[name], fields)

/** One page of a list as CSV, by a header row of its fields; read in batches, with others in between. */
export async function exportList(
  route: Route,
  listed: z.ZodObject,
  call: Call,
  manner: Manner,
): Promise<Rendered> {
  const columns = columnsOf(listed)
  const lines = [csvLine(columns.map((column) => column.join('.')))]
  const { offset, limit } = call.page
  // What is added meanwhile moves the others on, and the last of a batch into the next.
  const seen = new Set<string>()
  let [done, total] = [0, 0]
  do {
    if (done > 0) await others()
    const page = { ...call.page, offset: offset + done, limit: Math.min(BATCH, limit - done) }
    const answer = await route.run({ ...call, page }, undefined, undefined)
    if (answer.kind !== 'members') throw new Error(`${route.path} answers no list`)
    total = answer.total
    for (const { path, fields } of answer.members) {
      if (seen.has(path)) continue
      seen.add(path)
      lines.push(csvLine(columns.map((column) => valueAt(fields, column))))
    }
    done += BATCH
  } while (done < limit && offset + done < total)
  const body = lines.join('')
  const name = route.path.split('/').at(-1)!
  return {
    status: 200,
    body,
    headers: {
      ...listHeaders({ path: route.path, total }, body, manner),
      'content-type': CONTENT_TYPE.csv,
      'content-disposition': `attachment; filename="${name}.csv"`,
    },
  }
}
