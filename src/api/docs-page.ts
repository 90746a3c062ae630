import { createHash } from 'node:crypto'
import { html } from 'ghtml'
import { MOST_EXPORTED } from './paging.ts'
import { PROBLEMS } from './problems.ts'
import type { Resource, Route } from './route.ts'
import type { Site } from './site.ts'
import { fieldsOf, type JsonSchema, type WireField } from './wire.ts'

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2a7; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; } h2 { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
code, pre { font: 0.875em/1.45 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: 6px; overflow-x: auto; padding: 0.75rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; }
.route { margin: 1.25rem 0; } .method { color: var(--accent); font-weight: 700; }
nav ul { columns: 14rem; list-style: none; padding: 0; } a { color: inherit; }
.tag { border: 1px solid var(--line); border-radius: 4px; font-size: 0.8em; padding: 0 0.35em; }`

/** Nothing but this very style may take effect. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

const anchor = ({ method, path }: Route): string =>
  `${method}${path}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** `string, up to 50 characters`, in the words of JSON Schema. */
function typeOf(schema: JsonSchema): string {
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(' or ')
  const words = schema['enum'] as readonly unknown[] | undefined
  if (words !== undefined) return words.map(String).join(', ')
  if (typeof schema['x-relation'] === 'string') return `IRI of a ${schema['x-relation']}`
  const type = [(schema['type'] as string | string[] | undefined) ?? 'any'].flat().join(' or ')
  if (type === 'array') return `list of ${typeOf((schema['items'] ?? {}) as JsonSchema)}`
  if (schema['format'] === 'date-time') return 'time, UTC'
  const { minimum, maximum, maxLength } = schema as Readonly<Record<string, number | undefined>>
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  if (minimum !== undefined && isBounded) return `${type}, ${minimum} to ${maximum}`
  if (minimum !== undefined && type === 'integer') return `${type}, from ${minimum}`
  return maxLength === undefined ? type : `${type}, up to ${maxLength} characters`
}

const ACCESS = { read: '', write: 'may be set', required: 'must be set' } as const

const fieldRow = ({ name, access, schema }: WireField): string =>
  html`<tr>
    <td><code>${name}</code></td>
    <td>${typeOf(schema)}</td>
    <td>${ACCESS[access]}</td>
  </tr>`

/** For between a shell's single quotes. */
const quoted = (text: string): string => text.replaceAll("'", String.raw`'\''`)

function example(route: Route, site: Site): string {
  const path = route.path.replace('{id}', '1')
  const { exampleQuery: query } = route
  const url = query === undefined ? site.url(path) : `'${site.url(path)}?${query}'`
  const parts = [`curl -H "X-API-Key: $KEY" ${url}`]
  if (route.method !== 'GET') parts.push(`-X ${route.method}`)
  if (route.body !== undefined) {
    const type = route.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    parts.push(`-H 'Content-Type: ${type}'`, `-d '${quoted(JSON.stringify(route.example ?? {}))}'`)
  }
  return parts.join(' \\\n  ')
}

function parameterRows(route: Route): string {
  const names = Object.entries(route.parameters ?? {}).flatMap(([name, it]) =>
    it.names(name).map((given) => html`<code>${given}</code> ${typeOf(it.schema)}`),
  )
  if (route.pageSize !== undefined)
    names.push(
      html`<code>page</code>, <code>itemsPerPage</code> ${String(route.pageSize)} unless given`,
    )
  return names.length === 0 ? '' : html`<p>Parameters: !${names.join(' · ')}</p>`
}

const routeSection = (route: Route, site: Site): string =>
  html`<div class="route" id="${anchor(route)}">
    <h3><span class="method">${route.method}</span> <code>${route.path}</code></h3>
    <p>${route.summary}. <span class="tag">scope ${route.scope}</span></p>
    !${parameterRows(route)}
    <pre>${example(route, site)}</pre>
  </div>`

const resourceSection = (resource: Resource, site: Site): string =>
  html`<section>
    <h2 id="${resource.name}">${resource.name}</h2>
    <p>${resource.title}.</p>
    !${resource.routes.map((route) => routeSection(route, site)).join('')}
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>Field</th>
            <th>Holds</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          !${fieldsOf(resource.shape).map(fieldRow).join('')}
        </tbody>
      </table>
    </div>
  </section>`

const problemRow = ([slug, { status, title, means }]: readonly [
  string,
  { readonly status: number; readonly title: string; readonly means: string },
]): string =>
  html`<tr>
    <td>${String(status)}</td>
    <td><code>${slug}</code></td>
    <td>${title}. ${means}</td>
  </tr>`

/** `GET /docs`: the API for people, one page that needs nothing else. */
export const docsPage = (resources: readonly Resource[], site: Site, version: string): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Uptalk: the API</title>
        !${`<style>${STYLE}</style>`}
      </head>
      <body>
        <h1>Uptalk’s API</h1>
        <p>
          Version ${version}. Send a key in the header <code>X-API-Key</code>, or as
          <code>Authorization: Bearer upty_…</code>. Answers are JSON-LD, or plain JSON with
          <code>Accept: application/json</code>; lists come as <code>text/csv</code>, too, and then
          up to ${String(MOST_EXPORTED)} rows at once. For machines:
          <a href="${site.iri('/openapi.json')}">OpenAPI</a>,
          <a href="${site.iri('/api/docs.jsonld')}">Hydra</a>.
        </p>
        <nav>
          <ul>
            !${resources.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`).join('')}
            <li><a href="#errors">Errors</a></li>
          </ul>
        </nav>
        !${resources.map((resource) => resourceSection(resource, site)).join('')}
        <section>
          <h2 id="errors">Errors</h2>
          <p>
            Whatever is refused is told as <code>application/problem+json</code> (RFC 9457);
            <code>type</code> ends in one of these, <code>detail</code> says what to change.
          </p>
          <div class="wide">
            <table>
              <tbody>
                !${Object.entries(PROBLEMS).map(problemRow).join('')}
              </tbody>
            </table>
          </div>
        </section>
      </body>
    </html>`
