import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApi } from '../../src/api/openapi.ts'
import { RESOURCES } from '../../src/api/resources.ts'
import { buildSite } from '../../src/api/site.ts'
import { publicRoutes } from '../../src/api/support.ts'

interface Operation {
  readonly responses: Readonly<
    Record<string, { content?: Record<string, { schema?: object }>; headers?: object }>
  >
}

const site = buildSite(null, { isTls: false, host: '127.0.0.1', ip: '127.0.0.1' } as never)
export const DOCUMENT = openApi(RESOURCES, publicRoutes(RESOURCES), site, '0.0.0') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ ...DOCUMENT, $id: 'uptalk:openapi' })

const patterns = Object.keys(DOCUMENT.paths)
  .map((path) => ({
    path,
    // Words go before ids: `type_port` is no target's name.
    pattern: new RegExp(
      `^${path
        .replaceAll('.', '\\.')
        .replaceAll('{id}', '[1-9][0-9]{0,15}')
        .replaceAll(/\{[a-z]+\}/g, '[^/]+')}/?$`,
    ),
  }))
  .toSorted((a, b) => a.path.split('{').length - b.path.split('{').length)

const compiled = new Map<string, ValidateFunction>()

const escaped = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1')

function validatorOf(path: string, method: string, status: string, type: string): ValidateFunction {
  const pointer = ['paths', path, method, 'responses', status, 'content', type, 'schema']
  const at = `uptalk:openapi#/${pointer.map(escaped).join('/')}`
  const known = compiled.get(at) ?? ajv.compile({ $ref: at })
  compiled.set(at, known)
  return known
}

/** What any request may be told, whatever its route: by the transport, or before the route is known. */
const ANYWHERE = new Set([
  400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 500, 503,
])

/** Nothing, or how an answer is none the document knows of. */
export function strayOf(
  method: string,
  url: string,
  answer: { readonly status: number; readonly type: string; readonly text: string },
): string | undefined {
  const path = new URL(url, 'http://x').pathname
  const found = patterns.find(({ pattern }) => pattern.test(path))
  const operation = found && DOCUMENT.paths[found.path]?.[method.toLowerCase()]
  const { status, text } = answer
  if (found === undefined || operation === undefined)
    return status >= 400 || method === 'OPTIONS' || method === 'HEAD'
      ? undefined
      : `${method} ${path} answers ${status}, but is nowhere in the document`
  const documented = operation.responses[String(status)]
  if (documented === undefined)
    return ANYWHERE.has(status)
      ? undefined
      : `${method} ${found.path} answers ${status} undocumented`
  if (text === '' || documented.content === undefined) return undefined
  const type = answer.type.split(';')[0]!
  if (documented.content[type] === undefined)
    return `${method} ${found.path} answers ${status} as ${type}, undocumented`
  if (!type.includes('json')) return undefined
  const validate = validatorOf(found.path, method.toLowerCase(), String(status), type)
  if (validate(JSON.parse(text))) return undefined
  return `${method} ${found.path} ${status}: ${ajv.errorsText(validate.errors)}\n${text}`
}
