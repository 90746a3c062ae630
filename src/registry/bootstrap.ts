import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Clock, DAY, HOUR, type Log } from '../kernel/index.ts'
import type { Db } from '../storage/index.ts'
import { fetchPage, type Out } from './fetch.ts'

const SHIPPED = path.join(import.meta.dirname, '../../data/rdap-dns.json')
const LARGEST_BYTES = 1024 * 1024
const FETCH_MS = 30_000
const REFRESH_MS = 7 * DAY
const RETRY_MS = 6 * HOUR
const KEY = 'rdap_bootstrap'

type Services = ReadonlyMap<string, string>

/** RFC 9224: suffixes and the bases of their services, https first. @throws on anything else */
function readServices(text: string): Services {
  const { services } = JSON.parse(text) as { services: [string[], string[]][] }
  const entries = services.flatMap(([suffixes, bases]) => {
    const base = bases.find((it) => it.startsWith('https:')) ?? bases[0]
    return base === undefined || URL.parse(base) === null
      ? []
      : suffixes.map((suffix) => [suffix.toLowerCase(), base] as const)
  })
  if (entries.length === 0) throw new Error('no services')
  return new Map(entries)
}

function find(services: Services, domain: string): string | undefined {
  const labels = domain.split('.')
  for (let from = 1; from < labels.length; from += 1) {
    const base = services.get(labels.slice(from).join('.'))
    if (base !== undefined) return base
  }
  return undefined
}

export interface Bootstrap {
  /** The base of the RDAP service for a domain, by its longest suffix that has one. */
  baseOf(domain: string): Promise<string | undefined>
}

/** IANA's list: what is shipped, then what was fetched, anew each week when somebody asks. */
export function openBootstrap(
  db: Db,
  tools: { readonly clock: Clock; readonly log: Log; readonly out: Out },
  url: string,
): Bootstrap {
  const { clock, log, out } = tools
  let services: Services | undefined
  let tryAt = 0
  let refreshing: Promise<void> | undefined

  function readShipped(): Services {
    try {
      return readServices(readFileSync(SHIPPED, 'utf8'))
    } catch (error) {
      log.error({ err: error }, 'shipped list of registries not read')
      return new Map()
    }
  }

  async function load(): Promise<Services> {
    const row = await db
      .selectFrom('meta')
      .select('value')
      .where('key', '=', KEY)
      .executeTakeFirst()
    if (row === undefined) return readShipped()
    const { fetchedAt, text } = JSON.parse(row.value) as { fetchedAt: number; text: string }
    tryAt = fetchedAt + REFRESH_MS
    return readServices(text)
  }

  async function refresh(): Promise<void> {
    const now = clock.now()
    tryAt = now + RETRY_MS
    const late = new AbortController()
    const done = new AbortController()
    void clock.sleep(FETCH_MS, done.signal).then(() => late.abort())
    try {
      const page = await fetchPage(
        out,
        new URL(url),
        'application/json',
        LARGEST_BYTES,
        late.signal,
      )
      if ('why' in page) throw new Error(page.why)
      if (page.status !== 200) throw new Error(`HTTP ${page.status}`)
      services = readServices(page.text)
      tryAt = now + REFRESH_MS
      const value = JSON.stringify({ fetchedAt: now, text: page.text })
      await db
        .insertInto('meta')
        .values({ key: KEY, value })
        .onConflict((oc) => oc.column('key').doUpdateSet({ value }))
        .execute()
    } catch (error) {
      // What we have serves; it changes by a few lines a month.
      log.warn({ why: String(error) }, 'list of registries not refreshed')
    } finally {
      done.abort()
    }
  }

  return {
    async baseOf(domain) {
      services ??= await load()
      if (clock.now() >= tryAt)
        refreshing = refresh().finally(() => {
          refreshing = undefined
        })
      const base = find(services, domain)
      if (base !== undefined || refreshing === undefined) return base
      // The list on its way may know the suffix; without it the domain would be judged by less.
      await refreshing
      return find(services, domain)
    },
  }
}
