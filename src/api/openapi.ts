import { CONTENT_TYPE } from './negotiate.ts'
import { MOST, MOST_EXPORTED, PAGE_NAMES } from './paging.ts'
import { PROBLEMS } from './problems.ts'
import type { Resource, Route } from './route.ts'
import type { Site } from './site.ts'
import type { PublicRoute } from './public-route.ts'
import { fieldsOf, jsonSchemaOf, type JsonSchema, type WireField } from './wire.ts'

type Json = Readonly<Record<string, unknown>>

const LD = CONTENT_TYPE.ld.split(';')[0]!
const JSON_TYPE = CONTENT_TYPE.json.split(';')[0]!
const CSV = CONTENT_TYPE.csv.split(';')[0]!
const PROBLEM_TYPE = 'application/problem+json'

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` })

const objectOf = (properties: Json, required: readonly string[], more: Json = {}): Json => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  ...more,
})

const IRI = { type: 'string', format: 'uri-reference' } as const

/** Marks and hints of ours that are no JSON Schema. */
function plainSchema(marked: JsonSchema): JsonSchema {
  const { 'x-access': _, ...schema } = marked
  return schema
}

function answerProperties(fields: readonly WireField[]): Json {
  return Object.fromEntries(
    fields.map(({ name, access, schema }) => [
      name,
      { ...plainSchema(schema), ...(access === 'read' ? { readOnly: true } : {}) },
    ]),
  )
}

/** The schemas of one resource: as JSON, as JSON-LD, its list, and what may be written of it. */
function schemasOf(resource: Pick<Resource, 'name' | 'title' | 'shape' | 'listed'>): Json {
  const { name, title, shape, listed = shape } = resource
  const whole = jsonSchemaOf(shape, 'output')
  const fields = fieldsOf(shape)
  const members = fieldsOf(listed)
  const always = whole['required'] as readonly string[]
  const ofMembers = jsonSchemaOf(listed, 'output')['required'] as readonly string[]
  const linked = (
    own: readonly WireField[],
    required: readonly string[],
    isMember: boolean,
  ): Json =>
    objectOf(
      {
        ...(isMember ? {} : { '@context': IRI }),
        '@id': IRI,
        '@type': { const: name },
        ...answerProperties(own),
      },
      [...(isMember ? ['@id'] : ['@context']), '@type', ...required],
    )
  const writable = fields.filter(({ access }) => access !== 'read')
  const taken = jsonSchemaOf(shape, 'input')['properties'] as Readonly<Record<string, JsonSchema>>
  const input = Object.fromEntries(
    writable.map((field) => [field.name, { ...plainSchema(taken[field.name]!) }]),
  )
  return {
    [name]: objectOf(answerProperties(fields), always, { description: title }),
    [`${name}.jsonld`]: linked(fields, always, false),
    ...(listed === shape
      ? {}
      : { [`${name}.listed`]: objectOf(answerProperties(members), ofMembers) }),
    [`${name}.member`]: linked(members, ofMembers, true),
    [`${name}.list`]: objectOf(
      {
        '@context': IRI,
        '@id': IRI,
        '@type': { const: 'Collection' },
        totalItems: { type: 'integer', minimum: 0 },
        member: { type: 'array', items: ref(`${name}.member`) },
        view: ref('View'),
      },
      ['@context', '@id', '@type', 'totalItems', 'member', 'view'],
    ),
    ...(writable.length === 0
      ? {}
      : {
          [`${name}.new`]: {
            type: 'object',
            properties: input,
            required: writable.filter(({ access }) => access === 'required').map((it) => it.name),
          },
          [`${name}.patch`]: { type: 'object', properties: input },
        }),
  }
}

const SHARED: Json = {
  View: objectOf(
    {
      '@id': IRI,
      '@type': { const: 'PartialCollectionView' },
      first: IRI,
      last: IRI,
      previous: IRI,
      next: IRI,
    },
    ['@id', '@type', 'first', 'last'],
  ),
  Problem: {
    type: 'object',
    description: 'RFC 9457',
    properties: {
      type: IRI,
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string' },
      requestId: { type: 'string' },
      requiredScope: { enum: ['read', 'write', 'admin'] },
      'violated-policies': { type: 'array', items: { type: 'string' } },
      violations: {
        type: 'array',
        items: objectOf(
          {
            propertyPath: { type: 'string' },
            message: { type: 'string' },
            code: {
              enum: 'required type length range format enum unknown_field immutable not_found conflict plan'.split(
                ' ',
              ),
            },
          },
          ['propertyPath', 'message', 'code'],
        ),
      },
    },
    required: ['type', 'title', 'status', 'detail', 'requestId'],
  },
}

const HEADERS: Json = {
  'Content-Disposition': {
    description: 'Of text/csv: a name for the file',
    schema: { type: 'string' },
  },
  ETag: { description: 'Revision and hash of what was sent', schema: { type: 'string' } },
  Link: { description: 'RFC 8288: pages, and the API documentation', schema: { type: 'string' } },
  Location: { description: 'The IRI of what was made', schema: { type: 'string' } },
  RateLimit: { description: '"default";r=599;t=60', schema: { type: 'string' } },
  'RateLimit-Policy': { description: '"default";q=600;w=60', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds', schema: { type: 'integer' } },
  'WWW-Authenticate': { description: 'RFC 6750', schema: { type: 'string' } },
  'X-Total-Count': { description: 'Of all pages', schema: { type: 'integer' } },
  'X-Request-Id': { schema: { type: 'string' } },
}
const headers = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]))

const content = (ld: Json, json: Json): Json => ({
  [LD]: { schema: ld },
  [JSON_TYPE]: { schema: json },
})

const EXPORT =
  'RFC 4180: a header row, then a row each; null is empty, the fields of an object are columns such as a.b, lists are JSON, and text that begins like a formula has an apostrophe in front'

/** What a route answers when all is well. */
function success(resource: Resource, route: Route): Json {
  const limits = ['RateLimit', 'RateLimit-Policy', 'X-Request-Id']
  const name = route.answers ?? resource.name
  if (route.method === 'DELETE')
    return { 204: { description: 'Done', headers: headers(...limits) } }
  if (route.pageSize !== undefined) {
    const member = resource.listed === undefined ? name : `${name}.listed`
    return {
      200: {
        description: 'One page',
        headers: headers(...limits, 'Content-Disposition', 'ETag', 'Link', 'X-Total-Count'),
        content: {
          ...content(ref(`${name}.list`), { type: 'array', items: ref(member) }),
          [CSV]: { schema: { type: 'string', description: EXPORT } },
        },
      },
    }
  }
  const also = route.creates ? ['Location'] : route.method === 'GET' ? ['ETag'] : []
  return {
    [route.creates ? 201 : 200]: {
      description: route.creates ? 'Made' : 'As it is now',
      headers: headers(...limits, ...also),
      content: content(ref(`${name}.jsonld`), ref(name)),
    },
    ...Object.fromEntries(
      (route.also ?? []).map(({ status, means }) => [
        status,
        {
          description: means,
          headers: headers(...limits),
          content: content(ref(`${name}.jsonld`), ref(name)),
        },
      ]),
    ),
  }
}

/** Statuses at which a route refuses, by what it takes. */
function refusals(route: Route): readonly number[] {
  return [
    400,
    401,
    403,
    406,
    414,
    429,
    431,
    500,
    503,
    ...(route.path.includes('{id}') ? [404] : []),
    ...(route.revOf === undefined ? [] : [412]),
    ...(route.body === undefined ? [] : [413, 415, 422]),
    ...(route.method === 'GET' ? [] : [409, 422]),
  ]
}

/** Headers a refusal comes with, by its status. */
const SAID_BESIDE: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  403: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
}

const problems = (statuses: readonly number[]): Json =>
  Object.fromEntries(
    [...new Set(statuses)]
      .toSorted((a, b) => a - b)
      .map((status) => [
        status,
        {
          description: Object.entries(PROBLEMS)
            .filter(([, it]) => it.status === status)
            .map(([slug]) => slug)
            .join(', '),
          headers: headers('X-Request-Id', ...(SAID_BESIDE[status] ?? [])),
          content: { [PROBLEM_TYPE]: { schema: ref('Problem') } },
        },
      ]),
  )

const queryOf = ({ parameters = {} }: Pick<Route, 'parameters'>): readonly Json[] =>
  Object.entries(parameters).flatMap(([name, parameter]) =>
    parameter.names(name).map((it) => ({ name: it, in: 'query', schema: parameter.schema })),
  )

const EXPORTED = `At most ${MOST}; as text/csv at most ${MOST_EXPORTED}, and that many unless given`

function parametersOf(route: Route): readonly Json[] {
  const pages =
    route.pageSize === undefined
      ? []
      : PAGE_NAMES.map((name) => ({
          name,
          in: 'query',
          schema:
            name === 'page'
              ? { type: 'integer', minimum: 1, default: 1 }
              : {
                  type: 'integer',
                  minimum: 0,
                  maximum: MOST_EXPORTED,
                  default: route.pageSize,
                  description: EXPORTED,
                },
        }))
  const conditions = [
    ...(route.revOf === undefined ? [] : ['If-Match']),
    ...(route.method === 'POST' ? ['Idempotency-Key'] : []),
    ...(route.method === 'GET' ? ['If-None-Match'] : []),
    ...(route.body === undefined ? [] : ['Prefer']),
  ].map((name) => ({ name, in: 'header', schema: { type: 'string' } }))
  return [...queryOf(route), ...pages, ...conditions]
}

function bodyOfRoute({ name }: Resource, { method, body, example }: Route): Json | undefined {
  if (body === undefined) return undefined
  const own = body.schema === undefined ? undefined : jsonSchemaOf(body.schema, 'input')
  const schema = own ?? ref(method === 'PATCH' ? `${name}.patch` : `${name}.new`)
  const types =
    body.types ?? (method === 'PATCH' ? ['application/merge-patch+json'] : [JSON_TYPE, LD])
  return {
    required: body.isNeeded,
    content: Object.fromEntries(
      types.map((type) => [type, { schema, ...(example === undefined ? {} : { example }) }]),
    ),
  }
}

/** `listTargets`, `patchTargetIsActive`: unique, and fit for names of functions. */
function operationId(route: Route): string {
  const words = route.path
    .replace('/api/', '')
    .split(/[/_]/)
    .flatMap((word) => (word === '{id}' ? ['one'] : [word]))
  return [route.method.toLowerCase(), ...words]
    .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
}

function operation(resource: Resource, route: Route): Json {
  const parameters = parametersOf(route)
  const requestBody = bodyOfRoute(resource, route)
  return {
    operationId: operationId(route),
    summary: route.summary,
    tags: [resource.name],
    'x-scope': route.scope,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: {
      ...success(resource, route),
      ...(route.method === 'GET' ? { 304: { description: 'You have these very bytes' } } : {}),
      ...problems(refusals(route)),
    },
  }
}

/** Either of the two ways to send a key. */
const KEYS = [{ key: [] }, { bearer: [] }]

function publicOperation(route: PublicRoute): Json {
  const { path, summary, answer, isNegotiated, takesKey } = route
  const parameters = queryOf(route)
  return {
    operationId: `get${path.replaceAll(/[^a-z]+(.)?/gi, (_, next: string) => (next ?? '').toUpperCase())}`,
    summary,
    tags: ['Public'],
    security: takesKey === true ? [{}, ...KEYS] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: {
      200: {
        description: 'As asked',
        content: Object.fromEntries(
          answer.types.map((type) => [type, { schema: answer.schema ?? {} }]),
        ),
      },
      304: { description: 'You have these very bytes' },
      ...(answer.also === undefined ? {} : { [answer.also]: { description: 'Not now' } }),
      ...problems(
        [
          400,
          403,
          404,
          414,
          431,
          500,
          503,
          ...(isNegotiated ? [406] : []),
          ...(takesKey === true ? [401, 429] : []),
        ].filter((it) => it !== answer.also),
      ),
    },
  }
}

const pathParameters = (path: string): Json =>
  /\{[a-z]+\}/.test(path)
    ? {
        parameters: [...path.matchAll(/\{([a-z]+)\}/g)].map(([, name]) => ({
          name,
          in: 'path',
          required: true,
          schema: name === 'id' ? { type: 'integer', minimum: 1 } : { type: 'string' },
        })),
      }
    : {}

/** `GET /openapi.json`: every route there is, from the declarations that serve it. */
export function openApi(
  resources: readonly Resource[],
  publics: readonly PublicRoute[],
  site: Site,
  version: string,
): Json {
  const paths = new Map<string, Record<string, unknown>>()
  const put = (path: string, method: string, value: Json) => {
    const item = paths.get(path) ?? pathParameters(path)
    paths.set(path, { ...item, [method]: value })
  }
  for (const resource of resources)
    for (const route of resource.routes)
      put(route.path, route.method.toLowerCase(), operation(resource, route))
  for (const route of publics) put(route.path, 'get', publicOperation(route))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Uptalk',
      version,
      description: "Uptime monitoring that lives in your team's chat: its REST API.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: site.url('') }],
    security: KEYS,
    tags: [
      ...resources.map(({ name, title }) => ({ name, description: title })),
      { name: 'Public', description: 'What needs no key' },
    ],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'upty_…' },
      },
      headers: HEADERS,
      schemas: Object.assign(
        {},
        SHARED,
        ...resources.flatMap((it) => [it, ...(it.others ?? [])]).map(schemasOf),
      ) as Json,
    },
  }
}
