import type { Fitting } from './fit.ts'
import type { KumaRow } from './kuma-row.ts'

type Fields = Readonly<Record<string, unknown>>

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  xml: 'text/xml; charset=utf-8',
  form: 'application/x-www-form-urlencoded',
}
const NO_BODY = new Set(['GET', 'HEAD'])
/** Of JSONata, what JSONPath says the same way: names and places, dotted. */
const DOTTED = /^\$?(?:\.?[A-Za-z_]\w*|\[\d+\])(?:\.[A-Za-z_]\w*|\[\d+\])*$/
const OPERATORS: Readonly<Record<string, string>> = {
  '': 'equals',
  '==': 'equals',
  '!=': 'notEquals',
  contains: 'contains',
  '<': 'lessThan',
  '>': 'greaterThan',
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** As text; undefined for what is no map of them. */
function headersOf(json: string): Map<string, string> | undefined {
  if (json.trim() === '') return new Map()
  const headers = parsed(json)
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined
  return new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const),
  )
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Addresses may carry a name and a password; here they travel in a header. */
function splitUrl(text: string): { readonly url: string; readonly authorization?: string } {
  const url = URL.parse(text)
  if (url === null || (url.username === '' && url.password === '')) return { url: text }
  const authorization = basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
  url.username = ''
  url.password = ''
  return { url: url.href, authorization }
}

function assertionOf(row: KumaRow, fitting: Fitting): Fields | string {
  const op = OPERATORS[row.json_path_operator]
  if (op === undefined)
    return 'It compares by an operator that Uptalk does not have; watch it with type API and another.'
  if (!DOTTED.test(row.json_path) && row.json_path !== '$')
    return 'Its query is more than a path, which Uptalk does not know; watch it with type API and a JSONPath.'
  const isPlain = op === 'contains'
  const value = isPlain ? row.expected_value : (scalar(row.expected_value) ?? row.expected_value)
  if (typeof value !== 'string' && !isPlain)
    fitting.note(`The answer must hold ${String(value)} as JSON has it, not as text.`)
  const path = row.json_path.replace(/^\$\.?/, '')
  return { path: path === '' ? '$' : `$${path.startsWith('[') ? '' : '.'}${path}`, op, value }
}

/** A number or a truth value, where the text is one. */
function scalar(text: string): number | boolean | undefined {
  const value = parsed(text)
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined
}

/** What must be seen besides the status. */
function demands(row: KumaRow, fitting: Fitting): Fields | string {
  if (row.type === 'keyword')
    return { [row.invert_keyword ? 'bodyNotContains' : 'bodyContains']: row.keyword }
  if (row.type !== 'json-query') return {}
  const assertion = assertionOf(row, fitting)
  return typeof assertion === 'string' ? assertion : { assertions: [assertion] }
}

function bodyOf(row: KumaRow, method: string, headers: Map<string, string>, fitting: Fitting) {
  if (row.body === '') return null
  if (NO_BODY.has(method)) {
    fitting.note(`Its body is left out: ${method} has none.`)
    return null
  }
  const type = CONTENT_TYPES[row.http_body_encoding || 'json']
  if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type)
  return row.body
}

/** A web page's address and options; or why it cannot be watched. */
export function httpConfig(
  row: KumaRow,
  fitting: Fitting,
): { readonly type: string; readonly url: string; readonly options: Fields } | string {
  if (!['', 'basic', 'null'].includes(row.auth_method))
    return `It signs in by ${row.auth_method === 'oauth2-cc' ? 'OAuth' : row.auth_method.slice(0, 20)}, which Uptalk does not know.`
  const headers = headersOf(row.headers)
  if (headers === undefined)
    return 'Its headers are no JSON object; put them right in Uptime Kuma, or add it here by hand.'
  const more = demands(row, fitting)
  if (typeof more === 'string') return more
  const { url, authorization } = splitUrl(row.url)
  const signIn =
    row.basic_auth_user === '' ? authorization : basic(row.basic_auth_user, row.basic_auth_pass)
  if (signIn !== undefined) headers.set('authorization', signIn)
  const method = (row.method || 'GET').toUpperCase()
  const body = bodyOf(row, method, headers, fitting)
  const statuses = parsed(row.accepted_statuscodes_json)
  return {
    type: row.type === 'json-query' ? 'API' : 'HTTP',
    url,
    options: {
      method,
      headers: Object.fromEntries(headers),
      body,
      ...(Array.isArray(statuses) && statuses.length > 0 ? { expectedStatuses: statuses } : {}),
      maxRedirects: fitting.within('Its redirects', row.maxredirects ?? 10, 0, 20),
      tlsVerify: !row.ignore_tls,
      ...(row.expiry_notification ? {} : { warnDays: [] }),
      ...more,
    },
  }
}
