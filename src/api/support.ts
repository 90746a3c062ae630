import { etagOf } from './conditions.ts'
import type { ApiDeps } from './deps.ts'
import { apiDocumentation, contextOf, entrypoint } from './hydra.ts'
import { CONTENT_TYPE, type Format } from './negotiate.ts'
import { Problem } from './problem.ts'
import { PROBLEMS, type Slug } from './problems.ts'
import type { Rendered } from './render.ts'
import { render } from './render.ts'
import type { Resource } from './route.ts'
import type { Site } from './site.ts'

/** A GET that needs no key. */
export interface PublicRoute {
  /** `{name}` stands for one segment. */
  readonly path: string
  /** Whether `Accept` is asked. */
  readonly isNegotiated: boolean
  /** Whether it is answered in clear, and while stopping. */
  readonly isProbe?: boolean
  run(asked: {
    readonly deps: ApiDeps
    readonly site: Site
    readonly format: Format
    readonly name: string
    readonly isStopping: boolean
  }): Rendered
}

const document = (type: string, value: unknown): Rendered => {
  const body = JSON.stringify(value)
  return { status: 200, headers: { 'content-type': type, etag: etagOf(0, body) }, body }
}

const NO_PAGE = { number: 1, size: 0, limit: 0, offset: 0 } as const

/** The routes that need no key: what machines need to find their way, and how we are. */
export const publicRoutes = (resources: readonly Resource[]): readonly PublicRoute[] => [
  {
    path: '/api',
    isNegotiated: true,
    run: ({ site, format }) =>
      render(
        { kind: 'item', type: 'Entrypoint', path: '/api', fields: entrypoint(resources, site) },
        { format, site, method: 'GET', given: [], page: NO_PAGE },
      ),
  },
  {
    path: '/api/contexts/{name}',
    isNegotiated: true,
    run: ({ site, name }) => {
      const context = contextOf(name, resources, site)
      if (context === undefined)
        throw new Problem('not-found', `There is no context ${JSON.stringify(name)}.`)
      return document(CONTENT_TYPE.ld, context)
    },
  },
  {
    path: '/api/docs.jsonld',
    isNegotiated: true,
    run: ({ site }) => document(CONTENT_TYPE.ld, apiDocumentation(resources, site)),
  },
  {
    path: '/errors/{name}',
    isNegotiated: false,
    run: ({ site, name }) => {
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
    isProbe: true,
    run: ({ deps, isStopping }) => {
      const { status, ready, parts } = deps.health()
      const isReady = ready && !isStopping
      const well = document(CONTENT_TYPE.json, { status, ready: isReady, parts })
      if (isReady) return well
      return { ...well, status: 503, headers: { 'content-type': CONTENT_TYPE.json } }
    },
  },
]
