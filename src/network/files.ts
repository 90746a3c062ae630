import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

/**
 * What a file says, read again when it has changed; `empty` where it cannot be read. Read in place:
 * two small files in the kernel's cache, and the thread pool may be busy.
 */
function watched<T>(path: string | null, parse: (text: string) => T): () => T {
  let stamp = ''
  let known = parse('')
  return () => {
    if (path === null) return known
    try {
      const { mtimeMs, size, ino } = statSync(path)
      const now = `${mtimeMs} ${size} ${ino}`
      if (now === stamp) return known
      known = parse(readFileSync(path, 'utf8'))
      stamp = now
    } catch {
      known = parse('')
      stamp = ''
    }
    return known
  }
}

const wordsOf = (line: string): string[] =>
  line
    .replace(/[#;].*$/, '')
    .split(/\s+/)
    .filter((word) => word !== '')

function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const hosts = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address, ...names] = wordsOf(line)
    if (address === undefined || isIP(address) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase()
      hosts.set(key, [...(hosts.get(key) ?? []), address])
    }
  }
  return hosts
}

export interface Search {
  readonly domains: readonly string[]
  readonly ndots: number
}

function parseResolvConf(text: string): Search {
  let domains: readonly string[] = []
  let ndots = 1
  for (const line of text.split('\n')) {
    const [key, ...values] = wordsOf(line)
    // The last of `search` and `domain` holds.
    if (key === 'search' || key === 'domain') domains = values.slice(0, 6)
    if (key !== 'options') continue
    for (const value of values)
      if (value.startsWith('ndots:')) ndots = Math.min(15, Math.max(0, Number(value.slice(6)) || 0))
  }
  return { domains: domains.map((name) => name.replace(/\.$/, '')).filter(Boolean), ndots }
}

/** The names to ask for in turn: short names are tried in each search domain first. */
export function candidates(host: string, { domains, ndots }: Search): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)]
  const dots = host.split('.').length - 1
  return dots < ndots ? [...domains.map((domain) => `${host}.${domain}`), host] : [host]
}

export const openHosts = (path: string | null): (() => ReadonlyMap<string, readonly string[]>) =>
  watched(path, parseHosts)

export const openSearch = (path: string | null): (() => Search) => watched(path, parseResolvConf)
