import type { FastifyRequest } from 'fastify'

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const TAKEN = [
  'X-API-Key',
  'Authorization',
  'Content-Type',
  'If-Match',
  'If-None-Match',
  'Idempotency-Key',
  'Prefer',
].join(', ')
const SHOWN = [
  'ETag',
  'Link',
  'Location',
  'X-Total-Count',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
].join(', ')
const KEPT_SECONDS = 600

/**
 * What a browser must hear before a page of one of `origins` may read the answer; credentials of
 * the browser's own are never let in. The answer to OPTIONS itself is the same as for everyone.
 */
export function corsHeaders(
  { method, headers }: FastifyRequest,
  origins: readonly string[],
): Readonly<Record<string, string>> {
  const { origin } = headers
  if (origin === undefined || !origins.includes(origin)) return {}
  const allowed = { 'access-control-allow-origin': origin }
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined)
    return { ...allowed, 'access-control-expose-headers': SHOWN }
  return {
    ...allowed,
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': TAKEN,
    'access-control-max-age': String(KEPT_SECONDS),
  }
}
