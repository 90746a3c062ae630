import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { markExposed } from '../accounts/index.ts'
import { admit } from './admit.ts'
import { refuseBody } from './body.ts'
import { buildAuthLock } from './credentials.ts'
import type { ApiDeps } from './deps.ts'
import { type Admitted, conditional, perform } from './perform.ts'
import { internalProblem, Problem, problemBody, toProblem } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import { buildQuota } from './quota.ts'
import type { Rendered } from './render.ts'
import { RESOURCES } from './resources.ts'
import { pathTable, toFastifyPath } from './paths.ts'
import type { Route } from './route.ts'
import { basePath } from './site.ts'
import { answerClientError, TRANSPORT_OPTIONS } from './sockets.ts'
import { type PublicRoute, publicRoutes } from './support.ts'
import { buildPassages, keysInUrl } from './transport.ts'
import { beginVisit, pathOf, type Visit } from './visit.ts'

const LONGEST_URL = 8192
const ID_BYTES = 12
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Builds the REST API. Nothing listens until `listen` is called; `inject` works at once. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const { db, clock, chance, log, settings } = deps
  const newId = () => Buffer.from(chance.bytes(ID_BYTES)).toString('hex')
  const base = basePath(settings.publicUrl)
  const passageOf = buildPassages(settings.trustedProxies, settings.allowInsecureHttp)
  const gate = { lock: buildAuthLock(clock), ration: buildQuota(clock) }
  const routes = RESOURCES.flatMap((it) => it.routes)
  const open = publicRoutes(RESOURCES)
  const paths = pathTable([
    ...routes,
    ...open.map(({ path }) => ({ method: 'GET' as const, path })),
  ])
  const visits = new WeakMap<FastifyRequest, Visit>()
  const admissions = new WeakMap<FastifyRequest, Admitted>()
  let isStopping = false

  const app = fastify({
    ...TRANSPORT_OPTIONS,
    logger: false,
    return503OnClosing: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId()
    },
    rewriteUrl: ({ url = '/' }) => withoutBase(url, base),
    clientErrorHandler: (error, socket) => answerClientError(error, socket, newId(), base),
  })
  // Bodies are read by us, after everything that may refuse them unread.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.addHook('preClose', async () => {
    isStopping = true
  })

  async function refuseEarly(request: FastifyRequest, visit: Visit): Promise<void> {
    const url = request.originalUrl
    const keys = keysInUrl(url)
    for (const key of keys) await markExposed(db, clock.now(), key)
    if (keys.length > 0)
      throw new Problem(
        'key-in-url',
        'A key was in the URL, where logs and histories keep it. Send it in the header X-API-Key, and replace it: make a new key and revoke this one.',
      )
    if (url.length > LONGEST_URL) throw new Problem('uri-too-long', 'A URL is at most 8 KiB.')
    if (open.some(({ path, isProbe }) => isProbe === true && path === pathOf(request))) return
    if (isStopping)
      throw new Problem('unavailable', 'Uptalk is stopping.', {}, { 'retry-after': '5' })
    if (visit.passage.isInsecure)
      throw new Problem(
        'https-required',
        'This came unencrypted. Use HTTPS. For the operator: a proxy that ends TLS belongs into TRUSTED_PROXIES and must send X-Forwarded-Proto: https; ALLOW_INSECURE_HTTP=1 permits plain HTTP.',
      )
  }

  app.addHook('onRequest', async (request, reply) => {
    const { publicUrl } = settings
    const visit = beginVisit(request, reply, passageOf(request.raw), publicUrl, clock.monotonic())
    visits.set(request, visit)
    await refuseEarly(request, visit)
    if (request.is404) return answerUnrouted(paths, request, reply)
    const declared = request.routeOptions.config.declared!
    if (declared.kind === 'public') {
      if (declared.route.isNegotiated) requireFormat(visit)
      return undefined
    }
    const { route } = declared
    const { principal, account } = await admit(deps, gate, request, reply, route, visit.passage.ip)
    visit.principal = principal
    if (visit.prefersLenient) reply.header('preference-applied', 'handling=lenient')
    const format = requireFormat(visit)
    if (route.body !== undefined && (route.method === 'POST' || route.method === 'PATCH'))
      refuseBody(request.raw, route.method)
    const isLenient = visit.prefersLenient || settings.unknown === 'ignore'
    admissions.set(request, { principal, account, site: visit.site, format, isLenient })
    return undefined
  })

  for (const route of routes)
    app.route({
      method: route.method === 'GET' ? ['GET', 'HEAD'] : route.method,
      url: toFastifyPath(route.path),
      config: { declared: { kind: 'keyed', route } satisfies Declared },
      handler: async (request, reply) =>
        send(reply, await perform(deps, route, request, admissions.get(request)!)),
    })
  for (const route of open)
    app.route({
      method: ['GET', 'HEAD'],
      url: toFastifyPath(route.path),
      config: { declared: { kind: 'public', route } satisfies Declared },
      handler: async (request, reply) => {
        const { site, format = 'json' } = visits.get(request)!
        const { name = '' } = request.params as { name?: string }
        const rendered = route.run({ deps, site, format, name, isStopping })
        return send(reply, conditional(request, rendered))
      },
    })

  app.setNotFoundHandler((request, reply) => answerUnrouted(paths, request, reply))
  app.setErrorHandler((error, request, reply) => {
    const visit = visits.get(request)
    const problem = toProblem(error) ?? internalProblem()
    if (problem.slug === 'internal')
      log.error(
        { id: request.id, error: error instanceof Error ? error.stack : String(error) },
        'request failed by a bug',
      )
    return reply
      .code(PROBLEMS[problem.slug].status)
      .headers({ ...problem.headers, 'content-type': PROBLEM_TYPE })
      .send(problemBody(problem, request.id, visit?.site.base ?? base, visit?.format === 'ld'))
  })
  app.addHook('onResponse', async (request, reply) => {
    const visit = visits.get(request)
    log.info(
      {
        id: request.id,
        key: visit?.principal?.prefix ?? null,
        method: request.method,
        // The pattern: a path may hold anything, and a query what must not be kept.
        route: request.is404 ? null : declaredPath(request),
        status: reply.statusCode,
        ms: Math.round(clock.monotonic() - (visit?.startedAt ?? clock.monotonic())),
      },
      'request answered',
    )
  })
  return app
}

declare module 'fastify' {
  interface FastifyContextConfig {
    declared?: Declared
  }
}

type Declared =
  | { readonly kind: 'keyed'; readonly route: Route }
  | { readonly kind: 'public'; readonly route: PublicRoute }

const declaredPath = (request: FastifyRequest): string =>
  request.routeOptions.config.declared!.route.path

function requireFormat({ format }: Visit): NonNullable<Visit['format']> {
  if (format !== undefined) return format
  throw new Problem(
    'not-acceptable',
    'Answers come as application/ld+json or application/json; Accept excludes both.',
  )
}

/** Proxies may or may not take the path of PUBLIC_URL off. What cannot be decoded leads nowhere. */
function withoutBase(url: string, base: string): string {
  const own =
    base !== '' && (url === base || url.startsWith(`${base}/`)) ? url.slice(base.length) : url
  try {
    decodeURIComponent(own.split('?', 1)[0]!)
    return own === '' ? '/' : own
  } catch {
    return '/-'
  }
}

function answerUnrouted(
  paths: ReturnType<typeof pathTable>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const allowed = paths(pathOf(request))
  if (allowed === undefined) throw new Problem('not-found', 'There is no such path.')
  if (request.method === 'OPTIONS') return reply.code(204).header('allow', allowed).send()
  throw new Problem(
    'method-not-allowed',
    `${request.method} does not work here; ${allowed} do.`,
    {},
    { allow: allowed },
  )
}

const send = (reply: FastifyReply, { status, headers, body }: Rendered): FastifyReply =>
  reply
    .code(status)
    .headers(headers)
    .send(body ?? undefined)
