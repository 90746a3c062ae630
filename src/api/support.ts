import { DOCS_POLICY, docsPage } from './docs-page.ts'
import { apiDocumentation, contextOf, entrypoint } from './hydra.ts'
import { CONTENT_TYPE } from './negotiate.ts'
import { openApi } from './openapi.ts'
import { Problem } from './problem.ts'
import { publicPages } from './public-pages.ts'
import { document, type PublicRoute } from './public-route.ts'
import { PROBLEMS, type Slug } from './problems.ts'
import { render } from './render.ts'
import type { Resource } from './route.ts'

const HTML = 'text/html; charset=utf-8'
const LD = 'application/ld+json'
const JSON_TYPE = 'application/json'
const NO_PAGE = { number: 1, size: 0, limit: 0, offset: 0 } as const

/** The routes that need no key: what machines need to find their way, and how we are. */
export const publicRoutes = (resources: readonly Resource[]): readonly PublicRoute[] => [
  {
    path: '/api',
    isNegotiated: true,
    summary: 'Says where every list is',
    answer: { types: [LD, JSON_TYPE] },
    run: ({ site, format }) =>
      render(
        { kind: 'item', type: 'Entrypoint', path: '/api', fields: entrypoint(resources, site) },
        { format, site, method: 'GET', given: [], page: NO_PAGE },
      ),
  },
  {
    path: '/api/contexts/{name}',
    isNegotiated: true,
    summary: 'The JSON-LD context of one kind of thing',
    answer: { types: [LD] },
    run: ({ site, parts: { name = '' } }) => {
      const context = contextOf(name, resources, site)
      if (context === undefined)
        throw new Problem('not-found', `There is no context ${JSON.stringify(name)}.`)
      return document(CONTENT_TYPE.ld, context)
    },
  },
  {
    path: '/api/docs.jsonld',
    isNegotiated: true,
    summary: 'The API documentation as Hydra has it',
    answer: { types: [LD] },
    run: ({ site }) => document(CONTENT_TYPE.ld, apiDocumentation(resources, site)),
  },
  {
    path: '/errors/{name}',
    isNegotiated: false,
    summary: 'What a problem means, by the end of its type',
    answer: { types: [JSON_TYPE] },
    run: ({ site, parts: { name = '' } }) => {
      if (!Object.hasOwn(PROBLEMS, name))
        throw new Problem('not-found', `There is no problem ${JSON.stringify(name)}.`)
      const { status, title, means } = PROBLEMS[name as Slug]
      return document(CONTENT_TYPE.json, {
        type: site.iri(`/errors/${name}`),
        title,
        status,
        description: means,
      })
    },
  },
  {
    path: '/healthz',
    isNegotiated: false,
    summary: 'How the process and its parts are',
    answer: { types: [JSON_TYPE], also: 503 },
    isProbe: true,
    run: ({ deps, isStopping }) => {
      const { status, ready, parts } = deps.health()
      const isReady = ready && !isStopping
      const well = document(CONTENT_TYPE.json, { status, ready: isReady, parts })
      if (isReady) return well
      return { ...well, status: 503, headers: { 'content-type': CONTENT_TYPE.json } }
    },
  },
  {
    path: '/metrics',
    isNegotiated: false,
    takesKey: true,
    summary: 'Figures for Prometheus: of the process, and with a key of the targets',
    answer: { types: ['text/plain'] },
    run: async ({ deps, reader }) => {
      const { METRICS_TYPE, metricsText } = await import('./metrics.ts')
      const body = await metricsText(deps, reader)
      return { status: 200, headers: { 'content-type': METRICS_TYPE }, body }
    },
  },
  {
    path: '/docs',
    isNegotiated: false,
    summary: 'This API for people to read',
    answer: { types: ['text/html'] },
    run: ({ deps, site }) => {
      const page = document(HTML, docsPage(resources, site, deps.settings.version), String)
      return { ...page, headers: { ...page.headers, 'content-security-policy': DOCS_POLICY } }
    },
  },
  {
    path: '/openapi.json',
    isNegotiated: false,
    summary: 'This API as OpenAPI 3.1 has it',
    answer: { types: [JSON_TYPE] },
    run: ({ deps, site }) =>
      document(
        CONTENT_TYPE.json,
        openApi(resources, publicRoutes(resources), site, deps.settings.version),
      ),
  },
  ...publicPages(),
]
