import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Principal } from '../accounts/index.ts'
import { corsHeaders } from './cors.ts'
import type { ApiSettings } from './deps.ts'
import type { Format } from './negotiate.ts'
import { pickFormat, prefersLenient } from './negotiate.ts'
import { documentationLink } from './render.ts'
import { buildSite, type Site } from './site.ts'
import type { Passage } from './transport.ts'

/** One request on its way through: what is known of it so far. */
export interface Visit {
  readonly passage: Passage
  readonly site: Site
  /** Undefined: `Accept` excludes what we have. */
  readonly format: Format | undefined
  readonly prefersLenient: boolean
  readonly startedAt: number
  principal?: Principal
}

/** Headers that every answer has, whatever becomes of it. */
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'private, no-cache',
} as const

export const alwaysHeaders = (requestId: string): Readonly<Record<string, string>> => ({
  ...ALWAYS,
  'x-request-id': requestId,
})

const isApi = (path: string): boolean => path === '/api' || path.startsWith('/api/')

/** The path asked for, without query and one trailing slash. */
export const pathOf = (request: FastifyRequest): string => {
  const path = request.url.split(/[?#]/, 1)[0]!
  return path.length > 1 ? path.replace(/\/$/, '') : path
}

export function beginVisit(
  request: FastifyRequest,
  reply: FastifyReply,
  passage: Passage,
  { publicUrl, corsOrigins }: ApiSettings,
  { startedAt, isList }: { readonly startedAt: number; readonly isList: boolean },
): Visit {
  const site = buildSite(publicUrl, passage)
  const visit: Visit = {
    passage,
    site,
    format: pickFormat(request.headers.accept, isList ? 'list' : 'item'),
    prefersLenient: prefersLenient(request.headers['prefer']),
    startedAt,
  }
  reply.headers(alwaysHeaders(request.id))
  if (passage.isTls) reply.header('strict-transport-security', 'max-age=31536000')
  const isCross = corsOrigins.length > 0
  if (isCross) reply.headers({ vary: 'Origin', ...corsHeaders(request, corsOrigins) })
  if (isApi(pathOf(request)))
    reply.headers({ vary: isCross ? 'Accept, Origin' : 'Accept', link: documentationLink(site) })
  return visit
}
