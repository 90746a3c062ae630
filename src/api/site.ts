import type { Passage } from './transport.ts'

/** Where we are, as links show it. */
export interface Site {
  /** The path of PUBLIC_URL in front of every IRI; empty for none. */
  readonly base: string
  /** A path of ours as an IRI: `/api/targets/12`. */
  iri(path: string): string
  /** The same with scheme and host. */
  url(path: string): string
  /** The id in an IRI of ours below `path`, taken with or without the base; undefined for others. */
  idIn(iri: unknown, path: string): number | undefined
}

const ID = /^[1-9]\d{0,15}$/

export const basePath = (publicUrl: string | null): string =>
  publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '')

export function buildSite(publicUrl: string | null, { isTls, host }: Passage): Site {
  const base = basePath(publicUrl)
  const origin =
    publicUrl === null ? `${isTls ? 'https' : 'http'}://${host}` : new URL(publicUrl).origin
  return {
    base,
    iri: (path) => `${base}${path}`,
    url: (path) => `${origin}${base}${path}`,
    idIn: (iri, path) => {
      if (typeof iri !== 'string') return undefined
      const own = base !== '' && iri.startsWith(`${base}/`) ? iri.slice(base.length) : iri
      if (!own.startsWith(`${path}/`)) return undefined
      const id = own.slice(path.length + 1)
      return ID.test(id) ? Number(id) : undefined
    },
  }
}
