import { Resolver } from 'node:dns/promises'
import { type Address, allows, type Families, type Family, literal } from './address.ts'
import { candidates, openHosts, openSearch } from './files.ts'
import { codeOf, failed, type FailureCode, type Tried, worked } from './failure.ts'

/** When one family has answered, the other gets this much longer. */
const GRACE_MS = 250
const QUERY_TIMEOUT_MS = 2000
const QUERY_TRIES = 2

export interface Names {
  /** Instead of resolv.conf's: `ip` or `ip:port`. */
  readonly dnsServers?: readonly string[] | undefined
  readonly hostsFile: string | null
  readonly resolvConf: string | null
}

export type Resolve = (
  host: string,
  families: Families,
  signal: AbortSignal,
) => Promise<Tried<readonly Address[]>>

/** Nobody there (`none`), no address of this family (`empty`), or a trouble worth telling. */
type Answer = { readonly addresses: readonly Address[] } | { readonly missing: Missing }
type Trouble = Extract<FailureCode, 'dns_timeout' | 'dns_servfail' | 'dns_refused'>
type Missing = 'none' | 'empty' | Trouble

const MISSING: Readonly<Record<string, Missing>> = {
  ENOTFOUND: 'none',
  EBADNAME: 'none',
  ENODATA: 'empty',
  ETIMEOUT: 'dns_timeout',
  ECANCELLED: 'dns_timeout',
  ECONNREFUSED: 'dns_timeout',
  EREFUSED: 'dns_refused',
}

const worst = (one: Missing, other: Missing): Missing => {
  const order: readonly Missing[] = ['dns_timeout', 'dns_servfail', 'dns_refused', 'empty', 'none']
  return order.find((missing) => missing === one || missing === other) ?? one
}

async function query(resolver: Resolver, name: string, family: Family): Promise<Answer> {
  try {
    const found = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
    return found.length === 0
      ? { missing: 'empty' }
      : { addresses: found.map((address) => ({ address, family })) }
  } catch (error) {
    return { missing: MISSING[codeOf(error)] ?? 'dns_servfail' }
  }
}

/** Asks for both families beside each other; one that fails is no failure while the other is there. */
async function ask(
  servers: Names['dnsServers'],
  name: string,
  families: Families,
  signal: AbortSignal,
) {
  // A fresh one reads resolv.conf anew, and its cancel() touches this look alone.
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES })
  if (servers !== undefined && servers.length > 0) resolver.setServers(servers)
  const cancel = () => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  let grace: NodeJS.Timeout | undefined
  try {
    const wanted = ([6, 4] as const).filter((family) => allows(families, family))
    const answers = await Promise.all(
      wanted.map(async (family) => {
        const answer = await query(resolver, name, family)
        if ('addresses' in answer) grace ??= setTimeout(cancel, GRACE_MS)
        return answer
      }),
    )
    const addresses = answers.flatMap((answer) => ('addresses' in answer ? answer.addresses : []))
    if (addresses.length > 0) return { addresses }
    const missing = answers.flatMap((answer) => ('missing' in answer ? [answer.missing] : []))
    return { missing: missing.reduce(worst) }
  } finally {
    clearTimeout(grace)
    signal.removeEventListener('abort', cancel)
  }
}

const TROUBLE: Readonly<Record<Trouble, string>> = {
  dns_timeout: 'did not answer in time',
  dns_servfail: 'failed (often DNSSEC)',
  dns_refused: 'refused to answer',
}

function familyNames({ ip4, ip6 }: Families): string {
  return ip4 && ip6 ? 'IPv4 or IPv6' : ip4 ? 'IPv4' : 'IPv6'
}

function toFailure(host: string, families: Families, missing: Missing) {
  if (missing === 'none') return failed('dns', 'dns_nxdomain', `the name ${host} does not exist`)
  if (missing === 'empty')
    return failed('dns', 'dns_no_address', `${host} has no ${familyNames(families)} address`)
  return failed('dns', missing, `name servers for ${host} ${TROUBLE[missing]}`)
}

const LOOPBACK: readonly Address[] = [
  { address: '::1', family: 6 },
  { address: '127.0.0.1', family: 4 },
]

/**
 * Names to addresses without getaddrinfo, which runs two slow lookups at a time and cannot be
 * cancelled: one dead name server would make every other look time out.
 */
export function openResolve(names: Names): Resolve {
  const hosts = openHosts(names.hostsFile)
  const search = openSearch(names.resolvConf)

  function known(host: string): readonly Address[] | undefined {
    const itself = literal(host)
    if (itself !== undefined) return [itself]
    const bare = host.replace(/\.$/, '')
    const listed = hosts().get(bare)
    if (listed !== undefined) return listed.flatMap((address) => literal(address) ?? [])
    return bare === 'localhost' || bare.endsWith('.localhost') ? LOOPBACK : undefined
  }

  return async (typed, families, signal) => {
    const host = typed.toLowerCase()
    const here = known(host)
    if (here !== undefined) {
      const usable = here.filter(({ family }) => allows(families, family))
      return usable.length > 0 ? worked(usable) : toFailure(typed, families, 'empty')
    }
    let missing: Missing = 'none'
    for (const name of candidates(host, search())) {
      if (signal.aborted) return toFailure(typed, families, 'dns_timeout')
      const answer = await ask(names.dnsServers, name, families, signal)
      if ('addresses' in answer) return worked(answer.addresses)
      // What is told in the end is what became of the name as typed: the last one.
      missing = answer.missing
    }
    return toFailure(typed, families, missing)
  }
}
