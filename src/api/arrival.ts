import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { tellExposed } from '../notifications/index.ts'
import { admit, type Gate } from './admit.ts'
import { refuseBody } from './body.ts'
import type { ApiDeps } from './deps.ts'
import type { pathTable } from './paths.ts'
import type { Admitted } from './perform.ts'
import { Problem } from './problem.ts'
import type { Route } from './route.ts'
import { keysInUrl, sentValues } from './transport.ts'
import { pathOf, type Visit } from './visit.ts'

const LONGEST_URL = 8192

/**
 * What every request is asked before anything else, known path or not.
 * @throws Problem `key-in-url`, `malformed-request`, `uri-too-long`, `unavailable`, `https-required`
 */
export async function refuseEarly(
  { db, clock, looker }: ApiDeps,
  request: FastifyRequest,
  visit: Visit,
  asked: { readonly isProbe: boolean; readonly isStopping: boolean },
): Promise<void> {
  const url = request.originalUrl
  const keys = keysInUrl(url)
  for (const key of keys) if (await tellExposed(db, clock.now(), key)) looker.nudge()
  if (keys.length > 0)
    throw new Problem(
      'key-in-url',
      'A key was in the URL, where logs and histories keep it. Send it in the header X-API-Key, and replace it: make a new key and revoke this one.',
    )
  refuseUnclearHost(request.raw)
  if (url.length > LONGEST_URL) throw new Problem('uri-too-long', 'A URL is at most 8 KiB.')
  if (asked.isProbe) return
  if (asked.isStopping)
    throw new Problem('unavailable', 'Uptalk is stopping.', {}, { 'retry-after': '5' })
  if (visit.passage.isInsecure)
    throw new Problem(
      'https-required',
      'This came unencrypted. Use HTTPS. For the operator: a proxy that ends TLS belongs into TRUSTED_PROXIES and must send X-Forwarded-Proto: https; ALLOW_INSECURE_HTTP=1 permits plain HTTP.',
    )
}

/** RFC 9112 wants exactly one since HTTP/1.1. */
function refuseUnclearHost(request: IncomingMessage): void {
  const hosts = sentValues(request, 'host').length
  if (hosts === 1 || (hosts === 0 && request.httpVersion === '1.0')) return
  throw new Problem('malformed-request', 'A request names its host once.')
}

/** Lets a request to a route that needs a key in, as far as its headers go. @throws Problem */
export async function letIn(
  deps: ApiDeps,
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  route: Route,
  visit: Visit,
): Promise<Admitted> {
  const { principal, spendChecks } = await admit(deps, gate, request, reply, route, visit)
  if (visit.prefersLenient) reply.header('preference-applied', 'handling=lenient')
  const format = requireFormat(visit)
  if (route.body !== undefined && route.method !== 'GET' && route.method !== 'DELETE')
    refuseBody(request.raw, route.method)
  const isLenient = visit.prefersLenient || deps.settings.unknown === 'ignore'
  return { principal, site: visit.site, format, isLenient, spendChecks }
}

/** @throws Problem `not-acceptable` */
export function requireFormat({ format }: Visit): NonNullable<Visit['format']> {
  if (format !== undefined) return format
  throw new Problem(
    'not-acceptable',
    'Answers come as application/ld+json or application/json, lists as text/csv, too; Accept excludes them.',
  )
}

/** What no route takes: OPTIONS, a method that is not for this path, or a path there is none of. */
export function answerUnrouted(
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
