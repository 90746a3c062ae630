import type { Violation } from '../kernel/index.ts'
import type { Site } from './site.ts'

/**
 * The ids of a list of IRIs below `path`; what is none of ours is `not_found`, like one that is not
 * there. Anything but a list is handed on as it is, for the domain's own rule.
 */
export function readRelations(
  value: unknown,
  field: string,
  path: string,
  site: Site,
  violations: Violation[],
): unknown {
  if (!Array.isArray(value)) return value
  return value.flatMap((iri: unknown, index) => {
    const id = site.idIn(iri, path)
    if (id !== undefined) return [id]
    const message = `must be an IRI of yours such as ${path}/12`
    violations.push({ path: `${field}[${index}]`, code: 'not_found', message })
    return []
  })
}
