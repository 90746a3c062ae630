import { etagOf } from './conditions.ts'
import { CONTENT_TYPE, type Format } from './negotiate.ts'
import type { Page, View } from './paging.ts'
import { viewOf } from './paging.ts'
import type { Given } from './parameters.ts'
import type { Answer } from './route.ts'
import type { Site } from './site.ts'

/** An answer as it is sent. */
export interface Rendered {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** What a representation depends on besides the answer itself. */
export interface Manner {
  readonly format: Format
  readonly site: Site
  readonly method: string
  readonly given: readonly Given[]
  readonly page: Page
}

/** The header every answer below `/api` has; a list's links come before it. */
export const documentationLink = (site: Site): string =>
  `<${site.url('/api/docs.jsonld')}>; rel="http://www.w3.org/ns/hydra/core#apiDocumentation"`

type Part<K extends Answer['kind']> = Extract<Answer, { kind: K }>
type Fields = Readonly<Record<string, unknown>>

function itemBody(item: Part<'item'>, fields: Fields, { format, site }: Manner): string {
  if (format !== 'ld') return JSON.stringify(fields)
  return JSON.stringify({
    '@context': site.iri(`/api/contexts/${item.type}`),
    ...(item.path === null ? {} : { '@id': site.iri(item.path) }),
    '@type': item.type,
    ...fields,
  })
}

function viewBody({ here, ...pages }: View, site: Site): Fields {
  return {
    '@id': site.iri(here),
    '@type': 'PartialCollectionView',
    ...Object.fromEntries(Object.entries(pages).map(([name, path]) => [name, site.iri(path)])),
  }
}

function membersBody(list: Part<'members'>, view: View, { format, site }: Manner): string {
  if (format !== 'ld') return JSON.stringify(list.members.map(({ fields }) => fields))
  return JSON.stringify({
    '@context': site.iri(`/api/contexts/${list.type}`),
    '@id': site.iri(list.path),
    '@type': 'Collection',
    totalItems: list.total,
    member: list.members.map(({ path, fields }) => ({
      '@id': site.iri(path),
      '@type': list.type,
      ...fields,
    })),
    view: viewBody(view, site),
  })
}

const RELATIONS = [
  ['first', 'first'],
  ['previous', 'prev'],
  ['next', 'next'],
  ['last', 'last'],
] as const

function pageLinks(view: View, site: Site): string[] {
  return RELATIONS.flatMap(([name, relation]) => {
    const path = view[name]
    return path === undefined ? [] : [`<${site.url(path)}>; rel="${relation}"`]
  })
}

/** Beside the bytes of a page of a list: what they are, how many there are, where the others are. */
export function listHeaders(
  { path, total }: Pick<Part<'members'>, 'path' | 'total'>,
  body: string,
  { site, given, page }: Manner,
): Rendered['headers'] {
  const links = pageLinks(viewOf(path, given, page, total), site)
  return {
    etag: etagOf(0, body),
    'x-total-count': String(total),
    link: [...links, documentationLink(site)].join(', '),
  }
}

/** The bytes and headers of an answer, in the format asked for. */
export function render(answer: Answer, manner: Manner): Rendered {
  const { format, site, method, given, page } = manner
  const type = { 'content-type': CONTENT_TYPE[format] }
  const isRead = method === 'GET'
  switch (answer.kind) {
    case 'nothing':
      return { status: 204, headers: {}, body: null }
    case 'item': {
      const body = itemBody(answer, answer.fields, manner)
      const isNew = (answer.status === 201 || answer.status === 202) && answer.path !== null
      return {
        status: answer.status ?? 200,
        body,
        headers: {
          ...type,
          ...(isNew ? { location: site.iri(answer.path) } : {}),
          ...(isRead ? { etag: etagOf(answer.rev ?? 0, body) } : {}),
          ...(answer.secrets === undefined ? {} : { 'cache-control': 'no-store' }),
        },
      }
    }
    default: {
      const view = viewOf(answer.path, given, page, answer.total)
      const body = membersBody(answer, view, manner)
      return { status: 200, body, headers: { ...type, ...listHeaders(answer, body, manner) } }
    }
  }
}

/** The same without what must not be kept, for a replay. */
export function renderKept(answer: Answer, manner: Manner): Rendered {
  if (answer.kind !== 'item' || answer.secrets === undefined) return render(answer, manner)
  const hidden = Object.fromEntries(answer.secrets.map((name) => [name, null]))
  return render({ ...answer, fields: { ...answer.fields, ...hidden } }, manner)
}
