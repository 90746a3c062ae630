import { findPrincipal, type Limits, PLANS, type Principal, reaches } from '../accounts/index.ts'
import { type AccountDb, bindAccount } from '../storage/index.ts'
import { type AuthLock, readCredential } from './credentials.ts'
import type { ApiDeps } from './deps.ts'
import { Problem } from './problem.ts'
import type { Ask, Ration } from './quota.ts'
import type { Route } from './route.ts'
import type { Visit } from './visit.ts'
import type { FastifyReply, FastifyRequest } from 'fastify'

const REALM = 'Bearer realm="uptalk"'

export interface Gate {
  readonly lock: AuthLock
  readonly ration: (asks: readonly Ask[]) => Ration
}

async function identify(
  { db, clock }: ApiDeps,
  lock: AuthLock,
  request: FastifyRequest,
  ip: string,
): Promise<Principal> {
  const secret = readCredential(request.raw)
  if (secret === undefined)
    throw new Problem(
      'authentication-required',
      'Send a key in the header X-API-Key, or as Authorization: Bearer.',
      {},
      { 'www-authenticate': REALM },
    )
  const principal = await findPrincipal(db, clock.now(), secret)
  const wait = lock.waitOf(ip, principal?.keyId)
  if (wait !== undefined)
    throw new Problem(
      'too-many-auth-failures',
      `Many wrong keys came from this address; try again in ${wait} s.`,
      {},
      { 'retry-after': String(wait) },
    )
  if (principal === undefined) {
    lock.failed(ip)
    throw new Problem(
      'invalid-key',
      'The key is unknown, revoked or expired.',
      {},
      { 'www-authenticate': `${REALM}, error="invalid_token"` },
    )
  }
  lock.worked(ip, principal.keyId)
  return principal
}

const names = { default: 'requests', checks: 'checks' } as const

function refuseExceeded({ exceeded, wait }: Ration): void {
  const [first] = exceeded
  if (first === undefined) return
  throw new Problem(
    'quota-exceeded',
    `${first.limit} ${names[first.policy]} per 60 s used; retry in ${wait} s`,
    { 'violated-policies': exceeded.map(({ policy }) => policy) },
    { 'retry-after': String(wait) },
  )
}

function asksOf({ keyId, accountId }: Principal, limits: Limits, isCheck: boolean): Ask[] {
  const requests = {
    policy: 'default',
    who: `key ${keyId}`,
    limit: limits.requestsPerMinute,
  } as const
  const checks = {
    policy: 'checks',
    who: `account ${accountId}`,
    limit: limits.checksPerMinute,
  } as const
  return isCheck ? [requests, checks] : [requests]
}

/** Who asks, within quota and scope. @throws Problem, in that order */
export async function admit(
  deps: ApiDeps,
  { lock, ration }: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  route: Pick<Route, 'scope' | 'isCheck' | 'isAboutTargets'>,
  visit: Visit,
): Promise<{
  readonly principal: Principal
  readonly spendChecks: (count: number) => void
}> {
  const principal = await identify(deps, lock, request, visit.passage.ip)
  visit.principal = principal
  const granted = ration(asksOf(principal, PLANS[principal.account.plan], route.isCheck === true))
  reply.headers(granted.fields)
  refuseExceeded(granted)
  if (!reaches(principal.scope, route.scope))
    throw new Problem(
      'insufficient-scope',
      `This takes a key of scope ${route.scope}; yours has ${principal.scope}.`,
      { requiredScope: route.scope },
      { 'www-authenticate': `Bearer error="insufficient_scope", scope="${route.scope}"` },
    )
  if (principal.targets !== null && route.isAboutTargets !== true)
    throw new Problem(
      'key-restricted',
      'This key is for some targets only, and this is not about them alone.',
    )
  return {
    principal,
    spendChecks: (count) => {
      const [requests, checks] = asksOf(principal, PLANS[principal.account.plan], true)
      const spent = ration([
        { ...requests!, count: 0 },
        { ...checks!, count },
      ])
      reply.headers(spent.fields)
      refuseExceeded(spent)
    },
  }
}

/** Whose key came along with a request that needs none: a key all the same. @throws Problem */
export async function admitReader(
  deps: ApiDeps,
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): Promise<AccountDb | undefined> {
  if (readCredential(request.raw) === undefined) return undefined
  const route = { scope: 'read', isAboutTargets: true } as const
  const { principal } = await admit(deps, gate, request, reply, route, visit)
  return bindAccount(deps.db, principal.accountId, principal.targets)
}
