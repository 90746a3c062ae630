import type { Resource } from './route.ts'
import type { Site } from './site.ts'
import { fieldsOf, type WireField } from './wire.ts'

type Json = Readonly<Record<string, unknown>>

const HYDRA = 'http://www.w3.org/ns/hydra/core#'
const PREFIXES = {
  hydra: HYDRA,
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  xmls: 'http://www.w3.org/2001/XMLSchema#',
  owl: 'http://www.w3.org/2002/07/owl#',
} as const

/** Fields of the two kinds of problem documents. */
const ERRORS: Readonly<Record<string, readonly string[]>> = {
  Error: ['title', 'status', 'detail', 'description', 'requestId'],
  ConstraintViolation: [
    'title',
    'status',
    'detail',
    'description',
    'requestId',
    'violations',
    'propertyPath',
    'message',
    'code',
  ],
}

const LISTS = {
  member: { '@id': 'hydra:member', '@type': '@id' },
  view: { '@id': 'hydra:view', '@type': '@id' },
  first: { '@id': 'hydra:first', '@type': '@id' },
  last: { '@id': 'hydra:last', '@type': '@id' },
  next: { '@id': 'hydra:next', '@type': '@id' },
  previous: { '@id': 'hydra:previous', '@type': '@id' },
  totalItems: 'hydra:totalItems',
  Collection: 'hydra:Collection',
  PartialCollectionView: 'hydra:PartialCollectionView',
} as const

const isList = (resource: Resource): boolean =>
  resource.routes.some(({ path, pageSize }) => path === resource.path && pageSize !== undefined)

/** `targetIncident` for TargetIncident. */
const entryName = ({ name }: Resource): string => name.charAt(0).toLowerCase() + name.slice(1)

/** `GET /api`: where every list is. */
export const entrypoint = (resources: readonly Resource[], site: Site): Json =>
  Object.fromEntries(
    resources.filter(isList).map((it) => [entryName(it), site.iri(it.path)] as const),
  )

const isRelation = (holds: string): boolean => /^[A-Z]/.test(holds)

const term = (owner: string, name: string, isLink: boolean) =>
  isLink ? { '@id': `${owner}/${name}`, '@type': '@id' } : `${owner}/${name}`

/** `GET /api/contexts/{name}`; undefined for a name nobody has. */
export function contextOf(
  name: string,
  resources: readonly Resource[],
  site: Site,
): Json | undefined {
  const head = { '@vocab': `${site.url('/api/docs.jsonld')}#`, hydra: HYDRA, ...LISTS }
  if (name === 'Entrypoint') {
    const lists = resources.filter(isList).map(entryName)
    return {
      '@context': {
        ...head,
        ...Object.fromEntries(lists.map((it) => [it, term('Entrypoint', it, true)])),
      },
    }
  }
  const resource = resources
    .flatMap((it) => [it, ...(it.others ?? [])])
    .find((it) => it.name === name)
  const fields: readonly (readonly [string, boolean])[] | undefined =
    (resource && fieldsOf(resource.shape))?.map((it) => [it.name, isRelation(it.holds)] as const) ??
    (Object.hasOwn(ERRORS, name)
      ? ERRORS[name]!.map((field) => [field, false] as const)
      : undefined)
  if (fields === undefined) return undefined
  return {
    '@context': {
      ...head,
      ...Object.fromEntries(fields.map(([field, isLink]) => [field, term(name, field, isLink)])),
    },
  }
}

function propertyOf(owner: string, { name, holds, access }: WireField): Json {
  return {
    '@type': 'hydra:SupportedProperty',
    'hydra:property': {
      '@id': `#${owner}/${name}`,
      '@type': isRelation(holds) ? 'hydra:Link' : 'rdf:Property',
      'rdfs:label': name,
      'rdfs:domain': { '@id': `#${owner}` },
      ...(holds === 'object'
        ? {}
        : { 'rdfs:range': { '@id': isRelation(holds) ? `#${holds}` : `xmls:${holds}` } }),
    },
    'hydra:title': name,
    'hydra:required': access === 'required',
    'hydra:readable': true,
    'hydra:writeable': access !== 'read',
  }
}

const TITLES = {
  GET: 'Reads',
  POST: 'Adds',
  PUT: 'Makes into',
  PATCH: 'Changes',
  DELETE: 'Deletes',
} as const

function operation(method: keyof typeof TITLES, name: string): Json {
  const self = { '@id': `#${name}` }
  return {
    '@type': 'hydra:Operation',
    'hydra:method': method,
    'hydra:title': `${TITLES[method]} a ${name}`,
    returns: method === 'DELETE' ? { '@id': 'owl:Nothing' } : self,
    ...(method === 'POST' || method === 'PATCH' ? { expects: self } : {}),
  }
}

function classOf(resource: Resource): Json {
  const { name, title, path, shape, routes } = resource
  const ofItem = routes.filter(
    (it) => it.path === `${path}/{id}` || (it.path === path && !isList(resource)),
  )
  return {
    '@id': `#${name}`,
    '@type': 'hydra:Class',
    'hydra:title': name,
    'hydra:description': title,
    'hydra:supportedProperty': fieldsOf(shape).map((field) => propertyOf(name, field)),
    'hydra:supportedOperation': ofItem.map(({ method }) => operation(method, name)),
  }
}

function entryProperty(resource: Resource): Json {
  const { name, path, routes } = resource
  const canAdd = routes.some((it) => it.method === 'POST' && it.path === path)
  return {
    '@type': 'hydra:SupportedProperty',
    'hydra:property': {
      '@id': `#Entrypoint/${entryName(resource)}`,
      '@type': 'hydra:Link',
      'rdfs:label': entryName(resource),
      'rdfs:domain': { '@id': '#Entrypoint' },
      'rdfs:range': [
        { '@id': 'hydra:Collection' },
        {
          'owl:equivalentClass': {
            'owl:onProperty': { '@id': 'hydra:member' },
            'owl:allValuesFrom': { '@id': `#${name}` },
          },
        },
      ],
      'hydra:supportedOperation': [
        {
          '@type': 'hydra:Operation',
          'hydra:method': 'GET',
          'hydra:title': `Lists every ${name}`,
          returns: { '@id': 'hydra:Collection' },
        },
        ...(canAdd ? [operation('POST', name)] : []),
      ],
    },
    'hydra:title': entryName(resource),
    'hydra:readable': true,
    'hydra:writeable': false,
  }
}

/** `GET /api/docs.jsonld`: what a hypermedia client needs, its context within. */
export function apiDocumentation(resources: readonly Resource[], site: Site): Json {
  return {
    '@context': {
      '@vocab': `${site.url('/api/docs.jsonld')}#`,
      ...PREFIXES,
      expects: { '@id': 'hydra:expects', '@type': '@id' },
      returns: { '@id': 'hydra:returns', '@type': '@id' },
    },
    '@id': site.iri('/api/docs.jsonld'),
    '@type': 'hydra:ApiDocumentation',
    'hydra:title': 'Uptalk',
    'hydra:description': "Uptime monitoring that lives in your team's chat",
    'hydra:entrypoint': { '@id': site.iri('/api') },
    'hydra:supportedClass': [
      ...resources.map(classOf),
      {
        '@id': '#Entrypoint',
        '@type': 'hydra:Class',
        'hydra:title': 'Entrypoint',
        'hydra:supportedProperty': resources.filter(isList).map(entryProperty),
        'hydra:supportedOperation': {
          '@type': 'hydra:Operation',
          'hydra:method': 'GET',
          'hydra:title': 'Says where every list is',
          returns: { '@id': '#Entrypoint' },
        },
      },
    ],
  }
}
