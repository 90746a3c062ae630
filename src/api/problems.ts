/** Every problem there is (RFC 9457); `GET /errors/{slug}` shows a row. */
export const PROBLEMS = {
  'key-in-url': {
    status: 400,
    title: 'Key in the URL',
    means:
      'URLs end up in logs and histories. Send the key in the header X-API-Key, and replace the one that was in the URL.',
  },
  'ambiguous-credentials': {
    status: 400,
    title: 'Two different keys',
    means: 'X-API-Key and Authorization hold different keys. Send one of them.',
  },
  'malformed-request': {
    status: 400,
    title: 'Not HTTP',
    means: 'What arrived is not a request HTTP/1.1 knows.',
  },
  'malformed-json': {
    status: 400,
    title: 'Unreadable JSON',
    means: 'The body is empty, not JSON, not UTF-8, or nested more than 32 deep.',
  },
  'malformed-body': {
    status: 400,
    title: 'Not an object',
    means: 'The body is JSON, but not an object.',
  },
  'invalid-parameter': {
    status: 400,
    title: 'Unusable parameter',
    means: '"parameter" names a query parameter, "allowed" those that are known here.',
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'Unusable Idempotency-Key',
    means: 'An Idempotency-Key is 1 to 255 printable ASCII characters, quoted or not.',
  },
  'authentication-required': {
    status: 401,
    title: 'Key required',
    means: 'Send a key in the header X-API-Key, or as Authorization: Bearer.',
  },
  'invalid-key': {
    status: 401,
    title: 'Unknown key',
    means: 'The key is unknown, revoked, expired or not a key of ours.',
  },
  'https-required': {
    status: 403,
    title: 'HTTPS required',
    means:
      'The request came unencrypted from elsewhere. Use HTTPS; operators: see TRUSTED_PROXIES and ALLOW_INSECURE_HTTP.',
  },
  'insufficient-scope': {
    status: 403,
    title: 'Scope too small',
    means: 'The key may not do this; "requiredScope" says which scope may.',
  },
  'key-restricted': {
    status: 403,
    title: 'Key restricted',
    means: 'The key is for some targets only, and this is not about them.',
  },
  'plan-limit-reached': {
    status: 403,
    title: 'Plan limit reached',
    means: 'The plan holds "limit" targets, and that many are there.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    means: 'There is no such path, or no such thing in your account.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    means: 'The header Allow names the methods of this path.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    means:
      'Answers come as application/ld+json or application/json, lists as text/csv, too; Accept excludes them.',
  },
  'request-timeout': {
    status: 408,
    title: 'Too slow',
    means: 'Headers must be here within 10 s and the whole request within 30 s.',
  },
  conflict: {
    status: 409,
    title: 'Conflict',
    means: 'What is there already stands in the way; "detail" says what.',
  },
  'key-limit-reached': {
    status: 409,
    title: 'Key limit reached',
    means: 'An account has at most "limit" live keys. Revoke one first.',
  },
  'idempotency-in-progress': {
    status: 409,
    title: 'Still at it',
    means: 'The first request with this Idempotency-Key has no answer yet. Repeat in a moment.',
  },
  'precondition-failed': {
    status: 412,
    title: 'Changed meanwhile',
    means: 'If-Match names another revision than the current one. Read it again.',
  },
  'payload-too-large': {
    status: 413,
    title: 'Body too large',
    means: 'A body is at most 256 KiB.',
  },
  'uri-too-long': { status: 414, title: 'URL too long', means: 'A URL is at most 8 KiB.' },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    means: 'Accept-Post or Accept-Patch names the types that are taken.',
  },
  validation: {
    status: 422,
    title: 'Validation failed',
    means: '"violations" lists every field that breaks a rule: propertyPath, message, code.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency-Key used before',
    means: 'The same Idempotency-Key came with another method, path or body. Use a new one.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'Quota exceeded',
    means: '"violated-policies" says which quota is used up, Retry-After when to come back.',
  },
  'too-many-auth-failures': {
    status: 429,
    title: 'Too many wrong keys',
    means: 'Many wrong keys came from this address. Wait as long as Retry-After says.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    means: 'The headers of a request are at most 16 KiB together.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    means: 'A bug of ours. The operator finds it in the log under "requestId".',
  },
  unavailable: {
    status: 503,
    title: 'Unavailable',
    means:
      'Starting, stopping, or the database is busy or its disk full. Retry-After says when to come back.',
  },
} as const

export type Slug = keyof typeof PROBLEMS
