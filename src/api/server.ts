import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { SECOND } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { admitReader } from './admit.ts'
import { answerUnrouted, letIn, refuseEarly, requireFormat } from './arrival.ts'
import { buildAuthLock } from './credentials.ts'
import type { ApiDeps } from './deps.ts'
import { readGiven, readParameters } from './parameters.ts'
import { pathTable, toFastifyPath } from './paths.ts'
import { type Admitted, conditional, perform, type RouteOf } from './perform.ts'
import { internalProblem, problemBody, toProblem } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import type { PublicRoute } from './public-route.ts'
import { buildQuota } from './quota.ts'
import { openRequestLog } from './request-log.ts'
import type { Rendered } from './render.ts'
import { RESOURCES } from './resources.ts'
import type { Route } from './route.ts'
import { basePath } from './site.ts'
import { answerClientError, TRANSPORT_OPTIONS } from './sockets.ts'
import { publicRoutes } from './support.ts'
import { buildPassages } from './transport.ts'
import { beginVisit, pathOf, type Visit } from './visit.ts'

const ID_BYTES = 12
/** The system is asked for so many together: that costs more than all else about one. */
const IDS_AT_ONCE = 500
/** What runs when stopping begins may take that long; the engine and delivery need their time after it. */
const LAST_REQUESTS_MS = 3 * SECOND
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

declare module 'fastify' {
  interface FastifyContextConfig {
    declared?: Declared
  }
}

type Declared =
  | { readonly kind: 'keyed'; readonly route: Route }
  | { readonly kind: 'public'; readonly route: PublicRoute }

/** What is known of requests on their way. */
interface Requests {
  readonly visits: WeakMap<FastifyRequest, Visit>
  readonly admissions: WeakMap<FastifyRequest, Admitted>
  /** Whose key came along with those that need none. */
  readonly readers: WeakMap<FastifyRequest, AccountDb | undefined>
  isStopping: boolean
}

const noSchemas = (): never => {
  throw new Error('routes are declared without schemas for fastify')
}

/** Builds the REST API. Nothing listens until `listen` is called; `inject` works at once. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const newId = buildIds(deps)
  const base = basePath(deps.settings.publicUrl)
  const app = fastify({
    ...TRANSPORT_OPTIONS,
    logger: false,
    // Shapes are checked by us: what compiles them for fastify is not even loaded.
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    rewriteUrl: ({ url = '/' }) => withoutBase(url, base),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, newId(), base),
  })
  // Node alone would answer 417, without our headers. RFC 9110 lets servers pass expectations over.
  app.server.on('checkExpectation', (request, response) =>
    app.server.emit('request', request, response),
  )
  // Bodies are read by us, after everything that may refuse them unread.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

  const requests: Requests = {
    visits: new WeakMap(),
    admissions: new WeakMap(),
    readers: new WeakMap(),
    isStopping: false,
  }
  addStopping(app, deps, requests)
  addArrival(app, deps, requests)
  addKeyedRoutes(app, deps, requests)
  addPublicRoutes(app, deps, requests)
  addTroubles(app, deps, requests)
  addRequestLog(app, deps, requests)
  return app
}

function buildIds({ chance }: ApiDeps): () => string {
  let [hex, at] = ['', 0]
  return () => {
    if (at === hex.length)
      [hex, at] = [Buffer.from(chance.bytes(ID_BYTES * IDS_AT_ONCE)).toString('hex'), 0]
    at += 2 * ID_BYTES
    return hex.slice(at - 2 * ID_BYTES, at)
  }
}

/** Closing waits for every connection, so none may stay for longer than it is worth. */
function addStopping(app: FastifyInstance, { clock }: ApiDeps, requests: Requests): void {
  app.addHook('preClose', async () => {
    requests.isStopping = true
    const closed = new AbortController()
    app.server.once('close', () => closed.abort())
    // Half a request is not idle, and nobody looks at its time any more.
    void clock.sleep(LAST_REQUESTS_MS, closed.signal).then(() => app.server.closeAllConnections())
  })
  // What was idle when closing began is closed by Node, what falls idle later by us.
  app.addHook('onResponse', async () => {
    if (requests.isStopping) setImmediate(() => app.server.closeIdleConnections())
  })
}

/** Everything that may refuse a request before its body and its route are looked at. */
function addArrival(app: FastifyInstance, deps: ApiDeps, requests: Requests): void {
  const { clock, settings } = deps
  const passageOf = buildPassages(settings.trustedProxies, settings.allowInsecureHttp)
  const gate = { lock: buildAuthLock(clock), ration: buildQuota(clock) }
  const paths = pathTable([
    ...RESOURCES.flatMap(({ routes }) => routes),
    ...publicRoutes(RESOURCES).map(({ path }) => ({ method: 'GET', path })),
  ])
  app.addHook('onRequest', async (request, reply) => {
    const { declared } = request.routeOptions.config
    const visit = beginVisit(request, reply, passageOf(request.raw), settings, {
      startedAt: clock.monotonic(),
      isList: declared?.kind === 'keyed' && declared.route.pageSize !== undefined,
    })
    requests.visits.set(request, visit)
    const isProbe = declared?.kind === 'public' && declared.route.isProbe === true
    await refuseEarly(deps, request, visit, { isProbe, isStopping: requests.isStopping })
    if (request.is404) return answerUnrouted(paths, request, reply)
    if (declared?.kind === 'public' && declared.route.isNegotiated) requireFormat(visit)
    if (declared?.kind === 'public' && declared.route.takesKey === true)
      requests.readers.set(request, await admitReader(deps, gate, request, reply, visit))
    if (declared?.kind === 'keyed') {
      const admitted = await letIn(deps, gate, request, reply, declared.route, visit)
      requests.admissions.set(request, admitted)
    }
    return undefined
  })
  app.setNotFoundHandler((request, reply) => answerUnrouted(paths, request, reply))
}

function addKeyedRoutes(app: FastifyInstance, deps: ApiDeps, { admissions }: Requests): void {
  const declared = RESOURCES.flatMap(({ routes, shape, listed = shape }) =>
    routes.map((route): RouteOf => ({ route, listed })),
  )
  for (const it of declared)
    app.route({
      method: it.route.method === 'GET' ? ['GET', 'HEAD'] : it.route.method,
      url: toFastifyPath(it.route.path),
      config: { declared: { kind: 'keyed', route: it.route } },
      handler: async (request, reply) =>
        send(reply, await perform(deps, it, request, admissions.get(request)!)),
    })
}

function addPublicRoutes(app: FastifyInstance, deps: ApiDeps, requests: Requests): void {
  for (const route of publicRoutes(RESOURCES))
    app.route({
      method: ['GET', 'HEAD'],
      url: toFastifyPath(route.path),
      config: { declared: { kind: 'public', route } },
      handler: async (request, reply) => {
        const { site, format = 'json' } = requests.visits.get(request)!
        const rendered = await route.run({
          deps,
          site,
          format,
          parts: request.params as Readonly<Record<string, string>>,
          // Pictures and pages are asked for with all kinds of things behind them.
          query: readParameters(route.parameters ?? {}, readGiven(request.url), {
            site,
            isLenient: true,
            also: [],
          }),
          isStopping: requests.isStopping,
          reader: requests.readers.get(request),
        })
        return send(reply, conditional(request, rendered))
      },
    })
}

/** Whatever is thrown becomes a problem document; what is a bug is logged. */
function addTroubles(app: FastifyInstance, { log, settings }: ApiDeps, { visits }: Requests): void {
  app.setErrorHandler((error, request, reply) => {
    const visit = visits.get(request)
    const problem = toProblem(error) ?? internalProblem()
    if (problem.slug === 'internal')
      log.error(
        { id: request.id, error: error instanceof Error ? error.stack : String(error) },
        'request failed by a bug',
      )
    const base = basePath(settings.publicUrl)
    return reply
      .code(PROBLEMS[problem.slug].status)
      .headers({ ...problem.headers, 'content-type': PROBLEM_TYPE })
      .send(problemBody(problem, request.id, base, visit?.format === 'ld'))
  })
}

/** One line a request: never a key, and of the URL only the route it took. */
function addRequestLog(app: FastifyInstance, deps: ApiDeps, { visits }: Requests): void {
  const { log, clock } = deps
  const kept = openRequestLog(deps)
  app.addHook('onClose', () => kept.flush())
  app.addHook('onResponse', async (request, reply) => {
    const visit = visits.get(request)
    const { config, url } = request.routeOptions
    const ms = visit === undefined ? null : Math.round(clock.monotonic() - visit.startedAt)
    if (visit?.principal !== undefined && ms !== null)
      kept.note({
        accountId: visit.principal.accountId,
        keyPrefix: visit.principal.prefix,
        method: request.method,
        path: pathOf(request),
        status: reply.statusCode,
        durationMs: ms,
        requestId: request.id,
        requestedAt: clock.now() - ms,
      })
    log.info(
      {
        id: request.id,
        keyPrefix: visit?.principal?.prefix ?? null,
        method: request.method,
        route: request.is404 ? null : (config.declared?.route.path ?? url),
        status: reply.statusCode,
        ms,
      },
      'request answered',
    )
  })
}

/** Proxies may or may not take the path of PUBLIC_URL off. What cannot be decoded leads nowhere. */
function withoutBase(url: string, base: string): string {
  const isBased = base !== '' && (url === base || url.startsWith(`${base}/`))
  const own = isBased ? url.slice(base.length) : url
  try {
    decodeURIComponent(own.split('?', 1)[0]!)
    return own === '' ? '/' : own
  } catch {
    return '/-'
  }
}

const send = (reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply =>
  reply
    .code(status)
    .headers(headers)
    .send(body ?? undefined)
