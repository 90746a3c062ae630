import { plain } from '../kernel/index.ts'
import { readDate } from './dates.ts'
import { fetchPage, type Fetched, type Out } from './fetch.ts'
import { type Heard, statusesOf } from './heard.ts'

const LARGEST_BYTES = 256 * 1024
const MOST_STATUSES = 30

type Json = Readonly<Record<string, unknown>>

const listOf = (value: unknown): readonly Json[] =>
  Array.isArray(value)
    ? value.filter((it): it is Json => typeof it === 'object' && it !== null)
    : []

const words = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The full name in a jCard: `["vcard", [["fn", {}, "text", "Registrar Inc."]]]`. */
function fullName(entity: Json): string | null {
  const card: unknown = Array.isArray(entity['vcardArray']) ? entity['vcardArray'][1] : undefined
  if (!Array.isArray(card)) return null
  const row = card.find((it): it is unknown[] => Array.isArray(it) && it[0] === 'fn')
  return row === undefined ? null : plain(words(row[3]), 120) || null
}

/** A domain object of RFC 9083; undefined for anything else. */
export function readRdap(text: string): Heard | undefined {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof found !== 'object' || found === null) return undefined
  const it = found as Json
  if (it['objectClassName'] !== undefined && it['objectClassName'] !== 'domain') return undefined
  if (it['objectClassName'] === undefined && it['ldhName'] === undefined) return undefined
  const ends = listOf(it['events'])
    .filter((event) => words(event['eventAction']).toLowerCase() === 'expiration')
    .flatMap((event) => readDate(words(event['eventDate'])) ?? [])
  const registrar = listOf(it['entities']).find(
    ({ roles }) => Array.isArray(roles) && roles.includes('registrar'),
  )
  const statuses = Array.isArray(it['status'])
    ? it['status'].map(words).slice(0, MOST_STATUSES)
    : []
  return {
    kind: 'known',
    expiresAt: ends.length === 0 ? null : Math.max(...ends),
    registrar: registrar === undefined ? null : fullName(registrar),
    statuses: statusesOf(statuses),
    source: 'rdap',
  }
}

const failedBy = (host: string, { status, afterMs }: Fetched): Heard => ({
  kind: 'failed',
  why: `the registry at ${host} answered with HTTP ${status}`,
  ...(afterMs === undefined ? {} : { afterMs }),
})

/** Asks a registry's RDAP service for a domain. */
export async function askRdap(
  out: Out,
  base: string,
  domain: string,
  signal: AbortSignal,
): Promise<Heard> {
  const url = new URL(`domain/${domain}`, base.endsWith('/') ? base : `${base}/`)
  const page = await fetchPage(out, url, 'application/rdap+json', LARGEST_BYTES, signal)
  if ('why' in page) return { kind: 'failed', why: page.why }
  if (page.status === 404) return { kind: 'absent' }
  if (page.status !== 200) return failedBy(url.host, page)
  const why = `the registry at ${url.host} answered with something else than RDAP`
  return readRdap(page.text) ?? { kind: 'failed', why }
}
