import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Principal } from '../accounts/index.ts'
import { bindAccount } from '../storage/index.ts'
import { hasBody, parseBody, readBytes } from './body.ts'
import { isNoneMatch, refuseStale } from './conditions.ts'
import type { ApiDeps } from './deps.ts'
import { exportList } from './export.ts'
import { onlyOnce, readIdempotencyKey } from './idempotency.ts'
import type { Format } from './negotiate.ts'
import { PAGE_NAMES, readPage } from './paging.ts'
import { allowedNames, readGiven, readParameters } from './parameters.ts'
import { problemBody, toProblem } from './problem.ts'
import { PROBLEMS } from './problems.ts'
import { type Manner, render, type Rendered, renderKept } from './render.ts'
import type { Answer, Call, Route } from './route.ts'
import type { Site } from './site.ts'
import { pathOf } from './visit.ts'

/** An admitted request. */
export interface Admitted {
  readonly principal: Principal
  readonly site: Site
  readonly format: Format
  readonly isLenient: boolean
  readonly spendChecks: (count: number) => void
}

function ifRevOf(header: string | undefined, revision: number | undefined): number | undefined {
  if (revision === undefined || header === undefined) return undefined
  refuseStale(header, revision)
  return header.includes('*') ? undefined : revision
}

/** A route, and what a list shows of each thing of its kind. */
export interface RouteOf {
  readonly route: Route
  readonly listed: z.ZodObject
}

/** From the body on: reads what is asked, does it, and gives the answer as it is sent. */
export async function perform(
  deps: ApiDeps,
  { route, listed }: RouteOf,
  request: FastifyRequest,
  admitted: Admitted,
): Promise<Rendered> {
  const { principal, site, isLenient } = admitted
  const hasParts = route.body !== undefined && (route.body.isNeeded || hasBody(request.raw))
  const bytes = hasParts ? await readBytes(request.raw) : Buffer.alloc(0)
  const raw = hasParts ? await parseBody(bytes, request.headers['content-type']) : {}

  const given = readGiven(request.url)
  const parameters = route.parameters ?? {}
  const also = route.pageSize === undefined ? [] : PAGE_NAMES
  const isExport = admitted.format === 'csv'
  // Named only to whoever names something.
  const allowed = given.length === 0 ? [] : allowedNames(parameters, also)
  const page = readPage(given, route.pageSize ?? 0, isExport, allowed)
  const reached: Call = {
    deps,
    db: bindAccount(deps.db, principal.accountId, principal.targets),
    account: principal.account,
    principal,
    by: { type: 'key', name: principal.prefix },
    now: deps.clock.now(),
    site,
    id: Number((request.params as { id?: string }).id ?? 0),
    query: readParameters(parameters, given, { site, isLenient, also }),
    page,
    isLenient,
    prefersAsync: /(?:^|[,\s])respond-async\b/i.test(
      [request.headers['prefer'] ?? ''].flat().join(','),
    ),
    spendChecks: admitted.spendChecks,
    ifRev: undefined,
  }
  const found = await route.find?.(reached)
  const ifRev = ifRevOf(request.headers['if-match'], route.revOf?.(found))
  const call = { ...reached, ifRev }
  const manner: Manner = { format: admitted.format, site, method: route.method, given, page }
  if (isExport) return conditional(request, await exportList(route, listed, call, manner))
  const work = async () => route.run(call, found, route.body?.read(raw, isLenient))

  const key =
    route.method === 'POST' ? readIdempotencyKey(request.headers['idempotency-key']) : undefined
  if (key === undefined) return conditional(request, render(await work(), manner))
  const kept = (outcome: { answer: Answer } | { error: unknown }) =>
    'answer' in outcome
      ? renderKept(outcome.answer, manner)
      : renderProblem(outcome.error, request.id, manner)
  const once = {
    key,
    method: route.method,
    path: pathOf(request),
    targets: principal.targets,
  }
  const result = await onlyOnce(call.db, call.now, once, bytes, work, kept)
  return 'kind' in result ? render(result, manner) : result
}

function renderProblem(error: unknown, requestId: string, manner: Manner): Rendered | undefined {
  const problem = toProblem(error)
  if (problem === undefined) return undefined
  const body = problemBody(problem, requestId, manner.site.base, manner.format === 'ld')
  return { status: PROBLEMS[problem.slug].status, headers: {}, body }
}

/** Nothing but a nod for whoever has these very bytes. */
export function conditional(request: FastifyRequest, rendered: Rendered): Rendered {
  const { etag } = rendered.headers
  if (etag === undefined || !isNoneMatch(request.headers['if-none-match'], etag)) return rendered
  const { 'content-type': _, ...headers } = rendered.headers
  return { status: 304, headers, body: null }
}
